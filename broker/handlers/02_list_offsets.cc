// ListOffsets: which offset is the first, the last, or the first at or after a time?
#include <algorithm>
#include <map>

#include "broker/partition_work.h"
#include "protocol/gen/list_offsets.h"
#include "storage/partition.h"

namespace kafka::broker {
namespace {
using Request = ListOffsetsRequest;
using Response = ListOffsetsResponse;
using Asked = Request::Topic::Partition;
using Answer = Response::Topic::Partition;

constexpr std::int16_t kFirstVersionWithLeaderEpochs = 4;
constexpr BrokerId kConsumer{-1};
// The first offset that is not on a remote tier yet. Without tiers there is none (KIP-1023).
constexpr TimestampMs kEarliestPending{-6};

struct Item {
    PartitionHome home;
    const Asked* asked;
    Answer* answer;
};

// What is asked of one partition.
struct Question {
    const Asked* asked = nullptr;
    bool asked_twice = false;
};
// By topic and partition: an answer names each once.
using Questions = std::map<std::string_view, std::map<PartitionIndex, Question>>;

Questions questions_of(const Request& request) {
    Questions questions;
    for (const auto& topic : request.topics) {
        for (const Asked& asked : topic.partitions) {
            Question& question = questions[topic.name][asked.partition_index];
            question.asked_twice = question.asked != nullptr;
            question.asked = &asked;
        }
    }
    return questions;
}

// The version that came with each special timestamp; others below zero mean nothing.
bool understands(std::int16_t version, TimestampMs timestamp) {
    if (timestamp == storage::timestamp::kMax) return version >= 7;            // KIP-734
    if (timestamp == storage::timestamp::kEarliestLocal) return version >= 8;  // KIP-405
    if (timestamp == storage::timestamp::kLatestTiered) return version >= 9;   // KIP-1005
    if (timestamp == kEarliestPending) return version >= 11;
    return timestamp >= storage::timestamp::kEarliest;
}

std::optional<storage::ReadLimit> limit_of(const Request& request) {
    if (request.isolation_level < 0 || request.isolation_level > 1) return std::nullopt;
    if (request.replica_id != kConsumer) return storage::ReadLimit::LogEnd;
    return request.isolation_level == 1 ? storage::ReadLimit::LastStable
                                        : storage::ReadLimit::HighWatermark;
}

// Kafka fails as a whole over an isolation level that does not exist.
Response refuse_all(const Request& request) {
    Response response;
    for (const auto& topic : request.topics) {
        auto& answers = response.topics.emplace_back();
        answers.name = topic.name;
        for (const Asked& asked : topic.partitions) {
            Answer& answer = answers.partitions.emplace_back();
            answer.partition_index = asked.partition_index;
            answer.error_code = ErrorCode::UNKNOWN_SERVER_ERROR;
        }
    }
    return response;
}

// Runs on the owning shard. A time that the index does not narrow down far enough costs a read of
// one batch.
void look_up(const storage::Partition& partition, const Asked& asked, storage::ReadLimit limit,
             Answer& answer) {
    answer.error_code = partition.check_leader(asked.current_leader_epoch);
    if (answer.error_code != ErrorCode::NONE || asked.timestamp == kEarliestPending) return;
    const Result<storage::FoundOffset> found = partition.find_offset(asked.timestamp, limit);
    if (!found) {
        answer.error_code = found.error().code;
        return;
    }
    answer.timestamp = found->timestamp;
    answer.offset = found->offset;
    answer.leader_epoch = found->leader_epoch;
}
}  // namespace

Task<Response> handle(RequestContext& context, Request request) {
    Response response;
    const std::optional<storage::ReadLimit> limit = limit_of(request);
    if (!limit) co_return refuse_all(request);

    std::vector<Item> items;
    const Questions questions = questions_of(request);
    response.topics.reserve(questions.size());
    for (const auto& [name, partitions] : questions) {
        const NamedTopic topic(context, name, Operation::Describe);
        auto& answers = response.topics.emplace_back();
        answers.name = name;
        answers.partitions.reserve(partitions.size());
        for (const auto& [index, question] : partitions) {
            Answer& answer = answers.partitions.emplace_back();
            answer.partition_index = index;
            PartitionHome home;
            if (question.asked_twice) {
                answer.error_code = ErrorCode::INVALID_REQUEST;
            } else if (!understands(context.api_version(), question.asked->timestamp)) {
                answer.error_code = ErrorCode::UNSUPPORTED_VERSION;
            } else {
                answer.error_code = topic.locate(index, home);
            }
            if (answer.error_code == ErrorCode::NONE) {
                items.push_back({home, question.asked, &answer});
            }
        }
    }
    auto work = [&limit](Shard& there, Item& item) {
        const storage::Partition* const partition = there.find(item.home.partition);
        if (partition) return look_up(*partition, *item.asked, *limit, *item.answer);
        item.answer->error_code = ErrorCode::NOT_LEADER_OR_FOLLOWER;
    };
    co_await on_owners(context, items, work);
    if (context.api_version() < kFirstVersionWithLeaderEpochs) {
        for (const Item& item : items) item.answer->leader_epoch = kNoLeaderEpoch;
    }
    co_return response;
}
KAFKA_HANDLER(ListOffsets);

}  // namespace kafka::broker
