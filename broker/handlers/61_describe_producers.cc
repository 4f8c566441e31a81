// DescribeProducers: who has been producing to partitions, and whose transactions are open there
// (KIP-664).
#include <algorithm>

#include "broker/partition_work.h"
#include "cluster/decisions.h"
#include "cluster/image.h"
#include "protocol/gen/describe_producers.h"
#include "storage/partition.h"

namespace kafka::broker {
namespace {
using Request = DescribeProducersRequest;
using Response = DescribeProducersResponse;
using Answer = Response::Topic::Partition;

struct Item {
    PartitionHome home;
    Answer* answer;
};

// What holds for all partitions of a topic. Kafka says why a topic is refused, but not why a
// partition is.
std::optional<Error> refusal(const RequestContext& context, const std::string& name) {
    if (auto invalid = cluster::check_topic_name(name)) return invalid;
    if (!context.authorized(Operation::Read, name)) {
        return Error{ErrorCode::TOPIC_AUTHORIZATION_FAILED, "Topic authorization failed."};
    }
    if (context.image().topics.find(name) == nullptr) {
        return Error{ErrorCode::UNKNOWN_TOPIC_OR_PARTITION,
                     "This server does not host this topic-partition."};
    }
    return std::nullopt;
}

// Runs on the owning shard.
void describe(Shard& there, Item& item) {
    const storage::Partition* const partition = there.find(item.home.partition);
    item.answer->error_code = partition == nullptr ? ErrorCode::NOT_LEADER_OR_FOLLOWER
                                                   : partition->check_leader(kNoLeaderEpoch);
    if (item.answer->error_code != ErrorCode::NONE) return;
    auto& active = item.answer->active_producers;
    for (const auto& [id, entry] : partition->producers().producers()) {
        auto& producer = active.emplace_back();
        producer.producer_id = id;
        producer.producer_epoch = entry.epoch.value;
        producer.last_sequence = entry.last_sequence();
        producer.last_timestamp = entry.last_timestamp;
        producer.coordinator_epoch = entry.coordinator_epoch;
        producer.current_txn_start_offset = entry.transaction_first_offset;
    }
    std::ranges::sort(active, {}, &Answer::ProducerState::producer_id);
}
}  // namespace

Task<Response> handle(RequestContext& context, Request request) {
    Response response;
    std::vector<Item> items;
    response.topics.reserve(request.topics.size());
    for (const auto& asked : request.topics) {
        const std::optional<Error> refused = refusal(context, asked.name);
        const NamedTopic topic(context, asked.name, Operation::Read);
        auto& answers = response.topics.emplace_back();
        answers.name = asked.name;
        answers.partitions.reserve(asked.partition_indexes.size());
        for (const PartitionIndex index : asked.partition_indexes) {
            Answer& answer = answers.partitions.emplace_back();
            answer.partition_index = index;
            if (refused) {
                answer.error_code = refused->code;
                answer.error_message = refused->message;
                continue;
            }
            PartitionHome home;
            answer.error_code = topic.locate(index, home);
            if (answer.error_code == ErrorCode::NONE) items.push_back({home, &answer});
        }
    }
    co_await on_owners(context, items, describe);
    co_return response;
}
KAFKA_HANDLER(DescribeProducers);

}  // namespace kafka::broker
