// The features of Kafka 4.3 that this broker knows: what it announces, registers with, and
// finalizes in a new cluster.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace kafka::cluster {

struct Feature {
    std::string_view name;
    std::int16_t min;
    std::int16_t max;
    std::int16_t initial;  // finalized when a cluster is made; 0 is not at all
};

std::span<const Feature> known_features();

}  // namespace kafka::cluster
