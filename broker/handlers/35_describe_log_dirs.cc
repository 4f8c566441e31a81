// DescribeLogDirs: which partitions lie in which directory, how large they are, and how much room
// is left. (KIP-113, KIP-827 for the space of the disk)
#include <algorithm>
#include <map>

#include "broker/log_directories.h"
#include "broker/waiting_handler.h"
#include "protocol/gen/describe_log_dirs.h"
#include "storage/partition.h"

namespace kafka::broker {
namespace {
using Request = DescribeLogDirsRequest;
using Response = DescribeLogDirsResponse;

// Sizes by topic and partition, in one directory.
using Sizes = std::map<std::string, std::map<PartitionIndex, std::uint64_t>>;

bool is_asked_for(const Request& request, const kafka::TopicPartition& name) {
    if (!request.topics) return true;
    return std::ranges::any_of(*request.topics, [&name](const auto& asked) {
        return asked.topic == name.topic && std::ranges::count(asked.partitions, name.partition);
    });
}

void add_sizes(const Sizes& sizes, Response::Result& result) {
    for (const auto& [name, partitions] : sizes) {
        auto& topic = result.topics.emplace_back();
        topic.name = name;
        for (const auto& [index, size] : partitions) {
            auto& partition = topic.partitions.emplace_back();
            partition.partition_index = index;
            partition.partition_size = static_cast<std::int64_t>(size);
        }
    }
}

}  // namespace

Task<Response> handle(RequestContext& context, Request request) {
    Response response;
    if (!context.authorized(Operation::Describe, kClusterName, ResourceType::Cluster)) {
        response.error_code = ErrorCode::CLUSTER_AUTHORIZATION_FAILED;
        co_return response;
    }
    Shards& all = context.shard().all();
    const LogDirectories& directories = *all.log_directories();

    // Each shard writes to a place of its own.
    std::vector<std::vector<Sizes>> by_shard(all.count(),
                                             std::vector<Sizes>(directories.all().size()));
    auto measure = [&](Shard& there) {
        std::vector<Sizes>& sizes = by_shard[static_cast<std::size_t>(there.id())];
        for (const auto& [id, partition] : there.partitions()) {
            const kafka::TopicPartition& name = partition->name();
            if (!is_asked_for(request, name)) continue;
            sizes[directories.index_of(*partition)][name.topic][name.partition] =
                partition->size_in_bytes();
        }
    };
    std::vector<Shard*> shards;
    for (std::uint32_t i = 0; i < all.count(); ++i) shards.push_back(&all.at(ShardId{i}));
    co_await context.on_shards(shards, measure);

    for (std::size_t i = 0; i < directories.all().size(); ++i) {
        Sizes sizes;
        for (auto& each : by_shard) {
            for (auto& [topic, partitions] : each[i]) sizes[topic].merge(partitions);
        }
        const storage::LogDirectory& directory = *directories.all()[i];
        auto& result = response.results.emplace_back();
        result.log_dir = directory.path();
        if (directory.has_failed()) {
            result.error_code = ErrorCode::KAFKA_STORAGE_ERROR;
            continue;
        }
        add_sizes(sizes, result);
        const auto space = directory.space();
        if (space) {
            result.total_bytes = static_cast<std::int64_t>(space->total_bytes);
            result.usable_bytes = static_cast<std::int64_t>(space->usable_bytes);
        } else {
            result.error_code = ErrorCode::KAFKA_STORAGE_ERROR;
        }
    }
    co_return response;
}

KAFKA_HANDLER(DescribeLogDirs);

}  // namespace kafka::broker
