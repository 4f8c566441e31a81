// OffsetForLeaderEpoch: where does a leader epoch end in this broker's log? (KIP-320)
#include "broker/partition_work.h"
#include "protocol/gen/offset_for_leader_epoch.h"
#include "storage/partition.h"

namespace kafka::broker {
namespace {
using Request = OffsetForLeaderEpochRequest;
using Response = OffsetForLeaderEpochResponse;
using Asked = Request::Topic::Partition;
using Answer = Response::Topic::Partition;

struct Item {
    PartitionHome home;
    const Asked* asked;
    Answer* answer;
};

// Runs on the owning shard.
void look_up(const storage::Partition& partition, const Asked& asked, Answer& answer) {
    answer.error_code = partition.check_leader(asked.current_leader_epoch);
    if (answer.error_code != ErrorCode::NONE) return;
    const storage::EpochEnd end = partition.end_of_epoch(asked.leader_epoch);
    answer.leader_epoch = end.epoch;
    answer.end_offset = end.end_offset;
}
}  // namespace

Task<Response> handle(RequestContext& context, Request request) {
    Response response;
    std::vector<Item> items;
    response.topics.reserve(request.topics.size());
    for (const auto& [name, partitions] : request.topics) {
        const NamedTopic topic(context, name, Operation::Describe);
        auto& answers = response.topics.emplace_back();
        answers.topic = name;
        answers.partitions.reserve(partitions.size());
        for (const Asked& asked : partitions) {
            Answer& answer = answers.partitions.emplace_back();
            answer.partition = asked.partition;
            PartitionHome home;
            answer.error_code = topic.locate(asked.partition, home);
            if (answer.error_code == ErrorCode::NONE) items.push_back({home, &asked, &answer});
        }
    }
    auto work = [](Shard& there, Item& item) {
        const storage::Partition* const partition = there.find(item.home.partition);
        if (partition) return look_up(*partition, *item.asked, *item.answer);
        item.answer->error_code = ErrorCode::NOT_LEADER_OR_FOLLOWER;
    };
    co_await on_owners(context, items, work);
    co_return response;
}
KAFKA_HANDLER(OffsetForLeaderEpoch);

}  // namespace kafka::broker
