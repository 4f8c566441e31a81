#include "broker/coordinator_request.h"

#include "broker/shards.h"
#include "cluster/image.h"

namespace kafka::broker {

PartitionIndex partition_of_key(std::string_view key, std::int32_t partition_count) {
    // Java hashes UTF-16 units, 31 * h + unit, and wraps.
    std::uint32_t hash = 0;
    const auto add = [&hash](std::uint32_t unit) { hash = 31 * hash + unit; };
    for (std::size_t i = 0; i < key.size();) {
        const auto lead = static_cast<unsigned char>(key[i]);
        const std::size_t length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
        std::uint32_t code = length == 1 ? lead : lead & (0xffU >> (length + 1));
        for (std::size_t j = 1; j < length && i + j < key.size(); ++j) {
            code = code << 6 | (static_cast<unsigned char>(key[i + j]) & 0x3fU);
        }
        if (code >= 0x10000) {
            add(0xd800 + ((code - 0x10000) >> 10));
            add(0xdc00 + ((code - 0x10000) & 0x3ff));
        } else {
            add(code);
        }
        i += length;
    }
    // Its absolute value, but 0 for the one integer that has none.
    const auto number = static_cast<std::int32_t>(hash);
    const std::uint32_t absolute = number < 0 ? 0U - hash : hash;
    const std::uint32_t chosen = absolute == 0x80000000U ? 0 : absolute;
    return {static_cast<std::int32_t>(chosen % static_cast<std::uint32_t>(partition_count))};
}

std::optional<CoordinatorPlace> place_of_key(Shard& home, std::string_view topic,
                                             std::string_view key) {
    const cluster::Topic* found = home.image().topics.find(topic);
    if (!found || found->partitions.empty()) return std::nullopt;
    const auto count = static_cast<std::int32_t>(found->partitions.size());
    const PartitionIndex partition = partition_of_key(key, count);
    Shard& shard = home.all().at(home.all().owner_of({found->id, partition}));
    return CoordinatorPlace{&shard, partition};
}

}  // namespace kafka::broker
