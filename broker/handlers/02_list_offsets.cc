// ListOffsets: which offset is the first, the last, or the first at or after a time?
#include <algorithm>
#include <map>
#include <optional>
#include <vector>

#include "broker/page_fetch.h"
#include "broker/partition_work.h"
#include "protocol/gen/list_offsets.h"
#include "storage/cached_reads.h"
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

    // Of a search that is not over: the pages it has to wait for, or the batch to look into and
    // what was found in it.
    bool is_open = false;
    Offset from{0};
    std::vector<storage::MissingPages> missing{};
    storage::OffsetLookup lookup{};
    std::optional<storage::FoundOffset> record{};
};

struct Search {
    storage::ReadLimit limit;
    // What is fetched may be pushed out again before it is read; then the shard waits after all.
    int turns = 0;
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

void finish(Item& item, ErrorCode error) {
    item.answer->error_code = error;
    item.is_open = false;
}

void finish(Item& item, const storage::FoundOffset& found) {
    item.answer->timestamp = found.timestamp;
    item.answer->offset = found.offset;
    item.answer->leader_epoch = found.leader_epoch;
    item.is_open = false;
}

// Looks into the batch that the search has come to. Costs as much as it unpacks to.
void scan(Item& item) {
    auto found = item.lookup.scan();
    if (!found) {
        finish(item, found.error().code);
    } else if (*found) {
        item.record = **found;
    } else if (item.asked->timestamp == storage::timestamp::kMax) {
        finish(item, storage::FoundOffset{});
    } else {
        item.from = item.lookup.next_offset();
    }
    item.lookup.batch = {};
}

// On the owning shard, which must neither wait for the disk nor unpack batches.
void go_on(const storage::Partition& partition, const Search& search, Item& item) {
    while (item.is_open) {
        if (item.record) return finish(item, partition.finish_lookup(*item.record, search.limit));
        std::optional<storage::CachedReads> reads;
        if (search.turns < PageFetch::kTurnsBeforePatience) reads.emplace();
        auto lookup = partition.begin_lookup(item.asked->timestamp, search.limit, item.from);
        item.missing.clear();
        if (reads) item.missing = reads->take_missing();
        reads.reset();
        if (!item.missing.empty()) return;
        if (!lookup) return finish(item, lookup.error().code);
        if (lookup->is_over()) return finish(item, lookup->found);
        item.lookup = lookup.take();
        if (!item.lookup.is_cheap()) return;
        scan(item);
    }
}

void look_up(const storage::Partition& partition, const Search& search, Item& item) {
    const ErrorCode refused = partition.check_leader(item.asked->current_leader_epoch);
    if (refused != ErrorCode::NONE || item.asked->timestamp == kEarliestPending) {
        return finish(item, refused);
    }
    go_on(partition, search, item);
}

// On the pool: what the shards did not do.
void help(Item& item) {
    for (const storage::MissingPages& pages : item.missing) pages.fetch();
    if (item.missing.empty()) scan(item);
}

Task<void> look_up_all(RequestContext& context, std::vector<Item>& items,
                       storage::ReadLimit limit) {
    Search search{.limit = limit};
    auto work = [&search](Shard& there, Item& item) {
        if (!item.is_open) return;
        const storage::Partition* const partition = there.find(item.home.partition);
        if (!partition) return finish(item, ErrorCode::NOT_LEADER_OR_FOLLOWER);
        look_up(*partition, search, item);
    };
    auto help_all = [&items] {
        for (Item& item : items) {
            if (item.is_open) help(item);
        }
    };
    while (true) {
        co_await on_owners(context, items, work);
        const bool is_over = std::ranges::none_of(items, &Item::is_open);
        if (is_over) co_return;
        co_await context.reading(help_all);
        ++search.turns;
    }
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
                items.push_back({home, question.asked, &answer, true});
            }
        }
    }
    co_await look_up_all(context, items, *limit);
    if (context.api_version() < kFirstVersionWithLeaderEpochs) {
        for (const Item& item : items) item.answer->leader_epoch = kNoLeaderEpoch;
    }
    co_return response;
}
KAFKA_HANDLER(ListOffsets);

}  // namespace kafka::broker
