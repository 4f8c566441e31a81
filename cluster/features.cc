#include "cluster/features.h"

namespace kafka::cluster {
namespace {

constexpr Feature kFeatures[] = {
    {"metadata.version", 7, 30, 30},  // 3.3-IV3 to 4.3-IV0
    {"eligible.leader.replicas.version", 0, 1, 1},
    {"group.version", 0, 1, 1},
    {"kraft.version", 0, 1, 0},
    {"share.version", 0, 1, 1},
    {"streams.version", 0, 1, 1},
    {"transaction.version", 0, 2, 2},
};

}  // namespace

std::span<const Feature> known_features() { return kFeatures; }

}  // namespace kafka::cluster
