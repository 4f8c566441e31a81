#include "storage/checkpoints.h"

#include "storage/text_file.h"

namespace kafka::storage {
namespace {

constexpr std::string_view kVersion = "0";

Error damaged(const std::string& why) { return {ErrorCode::KAFKA_STORAGE_ERROR, why}; }

}  // namespace

std::string to_text(const OffsetCheckpoint& checkpoint) {
    std::string text(kVersion);
    text.append("\n").append(std::to_string(checkpoint.size())).append("\n");
    for (const auto& [partition, offset] : checkpoint) {
        text.append(partition.topic).append(" ");
        text.append(std::to_string(partition.partition.value)).append(" ");
        text.append(std::to_string(offset.value)).append("\n");
    }
    return text;
}

Result<OffsetCheckpoint> offset_checkpoint_from_text(std::string_view text) {
    OffsetCheckpoint checkpoint;
    if (text.empty()) return checkpoint;  // Kafka makes the file before it has anything to say
    if (take_until(text, '\n') != kVersion) return damaged("not of version 0");
    const auto count = parse_number<std::size_t>(take_until(text, '\n'));
    if (!count) return damaged("the number of entries is missing");
    while (!text.empty()) {
        std::string_view line = take_until(text, '\n');
        const std::string_view topic = take_until(line, ' ');
        const auto partition = parse_number<std::int32_t>(take_until(line, ' '));
        const auto offset = parse_number<std::int64_t>(line);
        if (topic.empty() || !partition || !offset) {
            return damaged("entry " + std::to_string(checkpoint.size() + 1) +
                           " is not \"topic partition offset\"");
        }
        checkpoint.push_back({{std::string(topic), {*partition}}, {*offset}});
    }
    if (checkpoint.size() != *count) return damaged("there are not as many entries as it says");
    return checkpoint;
}

}  // namespace kafka::storage
