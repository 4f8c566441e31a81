#include "cluster/placement.h"

#include <fmt/format.h>

#include <algorithm>

namespace kafka::cluster {
namespace {

Error bad_assignment(std::string why) {
    return {ErrorCode::INVALID_REPLICA_ASSIGNMENT, std::move(why)};
}

// The broker's directory when it has one; with several, the broker chooses and says so later.
Uuid directory_on(const Image& image, BrokerId id) {
    const Broker* broker = image.find_broker(id);
    return broker && broker->directories.size() == 1 ? broker->directories[0] : Uuid{};
}

}  // namespace

Result<std::vector<std::vector<BrokerId>>> place_replicas(const Image& image,
                                                          std::size_t partitions,
                                                          std::int16_t replication_factor,
                                                          std::size_t first_partition) {
    std::vector<BrokerId> brokers;
    for (const auto& [id, broker] : image.brokers) {
        if (!broker.fenced) brokers.push_back(id);
    }
    const std::size_t usable = brokers.size();
    for (const auto& [id, broker] : image.brokers) {
        if (broker.fenced) brokers.push_back(id);
    }
    const auto wanted = static_cast<std::size_t>(replication_factor);
    if (wanted > brokers.size() || usable == 0) {
        const std::string why =
            usable == 0 ? std::string("All brokers are currently fenced.")
                        : fmt::format(
                              "The target replication factor of {} cannot be reached "
                              "because only {} broker(s) are registered or some brokers "
                              "have all their log directories cordoned.",
                              wanted, brokers.size());
        return Error{ErrorCode::INVALID_REPLICATION_FACTOR,
                     fmt::format("Unable to replicate the partition {} time(s): {}", wanted, why)};
    }
    std::vector<std::vector<BrokerId>> placed(partitions);
    for (std::size_t p = 0; p < partitions; ++p) {
        for (std::size_t r = 0; r < wanted; ++r) {
            const std::size_t slot = r < usable ? (first_partition + p + r) % usable : r;
            placed[p].push_back(brokers[slot]);
        }
    }
    return placed;
}

std::optional<Error> check_assignment(const Image& image, const std::vector<BrokerId>& replicas,
                                      int replication_factor) {
    if (replicas.empty()) {
        return bad_assignment("The manual partition assignment includes an empty replica list.");
    }
    std::vector<BrokerId> sorted = replicas;
    std::ranges::sort(sorted);
    for (std::size_t i = 0; i < sorted.size(); ++i) {
        if (!image.find_broker(sorted[i])) {
            return bad_assignment(
                fmt::format("The manual partition assignment includes broker {}, "
                            "but no such broker is registered.",
                            sorted[i].value));
        }
        if (i > 0 && sorted[i] == sorted[i - 1]) {
            return bad_assignment(fmt::format(
                "The manual partition assignment includes the broker {} more than once.",
                sorted[i].value));
        }
    }
    if (replication_factor != -1 &&
        replicas.size() != static_cast<std::size_t>(replication_factor)) {
        return bad_assignment(
            fmt::format("The manual partition assignment includes a partition with {} replica(s), "
                        "but this is not consistent with previous partitions, which have {} "
                        "replica(s).",
                        replicas.size(), replication_factor));
    }
    return std::nullopt;
}

Result<Partition> new_partition(const Image& image, std::vector<BrokerId> replicas,
                                PartitionIndex index) {
    Partition partition;
    for (const BrokerId replica : replicas) {
        partition.directories.push_back(directory_on(image, replica));
        const Broker* broker = image.find_broker(replica);
        if (broker && !broker->fenced && !broker->in_controlled_shutdown) {
            partition.isr.push_back(replica);
        }
    }
    if (partition.isr.empty()) {
        return bad_assignment(fmt::format(
            "All brokers specified in the manual partition assignment for partition {} are fenced "
            "or in controlled shutdown.",
            index.value));
    }
    partition.leader = partition.isr.front();
    partition.replicas = std::move(replicas);
    return partition;
}

PartitionRecord record_of(const Partition& partition, const Uuid& topic_id, PartitionIndex index) {
    PartitionRecord record;
    record.partition_id = index;
    record.topic_id = topic_id;
    record.replicas = partition.replicas;
    record.isr = partition.isr;
    record.removing_replicas = partition.removing_replicas;
    record.adding_replicas = partition.adding_replicas;
    record.leader = partition.leader;
    record.leader_recovery_state = partition.leader_recovery_state;
    record.leader_epoch = partition.leader_epoch;
    record.partition_epoch = partition.partition_epoch;
    record.directories = partition.directories;
    if (!partition.eligible_leader_replicas.empty()) {
        record.eligible_leader_replicas = partition.eligible_leader_replicas;
    }
    if (!partition.last_known_elr.empty()) record.last_known_elr = partition.last_known_elr;
    return record;
}

}  // namespace kafka::cluster
