#include "storage/partition_metadata.h"

#include "storage/text_file.h"

namespace kafka::storage {
namespace {
constexpr std::string_view kFirstLine = "version: 0";
constexpr std::string_view kSecondLine = "topic_id: ";
}  // namespace

std::string partition_metadata_text(const Uuid& topic_id) {
    return std::string(kFirstLine) + "\n" + std::string(kSecondLine) + topic_id.to_string();
}

Result<Uuid> topic_id_from_text(std::string_view text) {
    const bool known_version = take_until(text, '\n') == kFirstLine;
    const std::string_view line = take_until(text, '\n');
    if (known_version && line.starts_with(kSecondLine)) {
        if (const auto id = Uuid::parse(line.substr(kSecondLine.size()))) return *id;
    }
    return Error{ErrorCode::KAFKA_STORAGE_ERROR, "partition.metadata names no topic id"};
}

}  // namespace kafka::storage
