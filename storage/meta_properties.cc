#include "storage/meta_properties.h"

#include <map>

#include "storage/text_file.h"

namespace kafka::storage {
namespace {

Error wrong(const std::string& why) {
    return {ErrorCode::KAFKA_STORAGE_ERROR, "meta.properties: " + why};
}

std::string_view trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t\r");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

}  // namespace

std::string MetaProperties::to_text() const {
    return "cluster.id=" + cluster_id + "\ndirectory.id=" + directory_id.to_string() +
           "\nnode.id=" + std::to_string(node_id.value) + "\nversion=1\n";
}

Result<MetaProperties> MetaProperties::from_text(std::string_view text) {
    std::map<std::string, std::string, std::less<>> properties;
    while (!text.empty()) {
        std::string_view line = trimmed(take_until(text, '\n'));
        if (line.empty() || line.front() == '#' || line.front() == '!') continue;
        const std::string_view key = trimmed(take_until(line, '='));
        properties[std::string(key)] = trimmed(line);
    }
    if (properties["version"] != "1") {
        return wrong("version is \"" + properties["version"] + "\", only 1 is known");
    }
    MetaProperties meta;
    meta.cluster_id = properties["cluster.id"];
    if (meta.cluster_id.empty()) return wrong("cluster.id is missing");
    const auto node_id = parse_number<std::int32_t>(properties["node.id"]);
    if (!node_id) return wrong("node.id is missing or no number");
    meta.node_id = {*node_id};
    // Directories of before Kafka 3.7 have none.
    if (const auto id = Uuid::parse(properties["directory.id"])) meta.directory_id = *id;
    return meta;
}

Result<std::optional<MetaProperties>> read_meta_properties(FileSystem& files,
                                                           const std::string& directory) {
    const std::string path = directory + "/meta.properties";
    if (!files.exists(path)) return std::optional<MetaProperties>();
    auto bytes = read_file(files, path);
    if (!bytes) return bytes.error();
    auto meta = MetaProperties::from_text(as_text(*bytes));
    if (!meta) return meta.error();
    return std::optional<MetaProperties>(meta.take());
}

}  // namespace kafka::storage
