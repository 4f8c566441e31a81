// DeleteRecords: let the log start later, so that older records are gone for every reader
// (KIP-107).
#include <map>

#include "broker/partition_work.h"
#include "cluster/image.h"
#include "protocol/gen/delete_records.h"
#include "storage/partition.h"

namespace kafka::broker {
namespace {
using Request = DeleteRecordsRequest;
using Response = DeleteRecordsResponse;
using Answer = Response::Topic::Partition;

struct Item {
    PartitionHome home;
    Offset before;
    Answer* answer;
};

// By topic and partition: of a partition that is named twice, the last word counts.
using Wishes = std::map<std::string_view, std::map<PartitionIndex, Offset>>;

Wishes wishes_of(const Request& request) {
    Wishes wishes;
    for (const auto& topic : request.topics) {
        for (const auto& asked : topic.partitions) {
            wishes[topic.name][asked.partition_index] = asked.offset;
        }
    }
    return wishes;
}

// Runs on the owning shard.
Result<Offset> delete_before(storage::Partition& partition, Offset before) {
    if (const ErrorCode error = partition.check_leader(kNoLeaderEpoch); error != ErrorCode::NONE) {
        return Error{error, ""};
    }
    const storage::LogConfig& config = partition.config();
    // What a compacted topic holds is its latest values, not a stream that may lose its beginning.
    if (config.cleanup_compact && !config.cleanup_delete) {
        return Error{ErrorCode::POLICY_VIOLATION, ""};
    }
    return partition.delete_records(before);
}

void delete_item(Shard& there, Item& item) {
    storage::Partition* const partition = there.find(item.home.partition);
    if (!partition) {
        item.answer->error_code = ErrorCode::NOT_LEADER_OR_FOLLOWER;
        return;
    }
    const Result<Offset> start = delete_before(*partition, item.before);
    if (start) {
        item.answer->low_watermark = *start;
    } else {
        item.answer->error_code = start.error().code;
    }
}
}  // namespace

Task<Response> handle(RequestContext& context, Request request) {
    Response response;
    std::vector<Item> items;
    const Wishes wishes = wishes_of(request);
    response.topics.reserve(wishes.size());
    for (const auto& [name, partitions] : wishes) {
        const NamedTopic topic(context, name, Operation::Delete);
        auto& answers = response.topics.emplace_back();
        answers.name = name;
        answers.partitions.reserve(partitions.size());
        for (const auto& [index, before] : partitions) {
            Answer& answer = answers.partitions.emplace_back();
            answer.partition_index = index;
            answer.low_watermark = Offset{-1};
            PartitionHome home;
            answer.error_code = topic.locate(index, home);
            if (answer.error_code == ErrorCode::NONE && cluster::is_internal_topic(name)) {
                answer.error_code = ErrorCode::INVALID_TOPIC_EXCEPTION;
            }
            if (answer.error_code == ErrorCode::NONE) items.push_back({home, before, &answer});
        }
    }
    co_await on_owners(context, items, delete_item);
    co_return response;
}
KAFKA_HANDLER(DeleteRecords);

}  // namespace kafka::broker
