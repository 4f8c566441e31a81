#include "broker/fetch/fetch_plan.h"

#include <algorithm>

#include "cluster/image.h"

namespace kafka::broker {

std::int64_t FetchPlan::bytes() const {
    std::int64_t sum = 0;
    for (const Entry& entry : entries) {
        sum += static_cast<std::int64_t>(entry.outcome.records.size());
    }
    return sum;
}

bool FetchPlan::is_urgent() const {
    return std::ranges::any_of(entries, [](const Entry& e) { return e.outcome.is_urgent(); });
}

std::vector<FetchTopicAsks> wanted_of(FetchRequest& request) {
    std::vector<FetchTopicAsks> wanted;
    wanted.reserve(request.topics.size());
    for (FetchRequest::Topic& topic : request.topics) {
        FetchTopicAsks& asks = wanted.emplace_back();
        asks.topic = {topic.topic_id, std::move(topic.topic)};
        asks.partitions.reserve(topic.partitions.size());
        for (const auto& partition : topic.partitions) {
            // Whatever is negative stands for a client that does not say.
            asks.partitions.push_back({partition.partition, partition.fetch_offset,
                                       std::max(partition.current_leader_epoch, LeaderEpoch{-1}),
                                       partition.last_fetched_epoch,
                                       partition.partition_max_bytes});
        }
    }
    return wanted;
}

std::vector<ForgottenTopic> forgotten_of(FetchRequest& request) {
    std::vector<ForgottenTopic> forgotten;
    forgotten.reserve(request.forgotten_topics_data.size());
    for (FetchRequest::ForgottenTopic& topic : request.forgotten_topics_data) {
        forgotten.push_back(
            {{topic.topic_id, std::move(topic.topic)}, std::move(topic.partitions)});
    }
    return forgotten;
}

void plan_request(FetchPlan& plan, const std::vector<FetchTopicAsks>& wanted) {
    if (wanted.size() == 1 && wanted.front().partitions.size() == 1) {
        plan.topics.push_back(wanted.front().topic);
        plan.entries.push_back({.ask = wanted.front().partitions.front()});
        return;
    }
    FetchSession passing(0, true);
    passing.update(wanted, {});
    plan_session(plan, passing);
}

void plan_session(FetchPlan& plan, const FetchSession& session) {
    plan.entries.reserve(session.partition_count());
    for (const FetchSession::Partition& partition : session.partitions()) {
        // Neighbours are mostly of one topic.
        if (plan.entries.empty() || plan.entries.back().session_topic != partition.topic) {
            plan.topics.push_back(session.topic(partition.topic));
        }
        plan.entries.push_back({.topic = static_cast<std::uint32_t>(plan.topics.size() - 1),
                                .session_topic = partition.topic,
                                .topic_was_known = session.was_known(partition.topic),
                                .ask = partition.ask});
    }
}

namespace {

// Why the partition is not read at all; NONE when it is for its owner to say.
ErrorCode refusal(const RequestContext& context, const FetchPlan& plan,
                  const FetchPlan::Entry& entry, const cluster::Topic* topic) {
    const bool by_name = context.api_version() < kFirstFetchWithTopicIds;
    if (topic == nullptr) {
        return by_name || entry.topic_was_known ? ErrorCode::UNKNOWN_TOPIC_OR_PARTITION
                                                : ErrorCode::UNKNOWN_TOPIC_ID;
    }
    if (!context.authorized(Operation::Read, topic->name)) {
        return ErrorCode::TOPIC_AUTHORIZATION_FAILED;
    }
    const auto index = static_cast<std::uint32_t>(entry.ask.partition.value);
    if (index >= topic->partitions.size()) return ErrorCode::UNKNOWN_TOPIC_OR_PARTITION;
    const auto& replicas = topic->partitions[index].replicas;
    const bool may_replicate =
        plan.reader < BrokerId{0} || std::ranges::find(replicas, plan.reader) != replicas.end();
    return may_replicate ? ErrorCode::NONE : ErrorCode::NOT_LEADER_OR_FOLLOWER;
}

}  // namespace

std::vector<std::unique_ptr<FetchShare>> share_out(const RequestContext& context, FetchPlan& plan) {
    std::vector<std::unique_ptr<FetchShare>> shares;
    const cluster::Topic* topic = nullptr;
    std::size_t resolved = plan.topics.size();  // the index that `topic` was looked up for
    for (std::size_t place = 0; place < plan.entries.size(); ++place) {
        FetchPlan::Entry& entry = plan.entries[place];
        if (resolved != entry.topic) {
            const FetchTopic& asked = plan.topics[entry.topic];
            resolved = entry.topic;
            topic = asked.name.empty() ? context.image().topics.find(asked.id)
                                       : context.image().topics.find(asked.name);
        }
        entry.topic_id = topic == nullptr ? Uuid{} : topic->id;
        entry.outcome.error = refusal(context, plan, entry, topic);
        if (entry.outcome.error != ErrorCode::NONE) continue;

        FetchItem item{.place = place, .partition = {topic->id, entry.ask.partition}};
        item.ask = entry.ask;
        Shard& owner = context.shard().all().at(context.shard_of(item.partition));
        auto share =
            std::ranges::find_if(shares, [&](const auto& s) { return &s->owner() == &owner; });
        if (share == shares.end()) {
            shares.push_back(std::make_unique<FetchShare>(owner, plan.max_bytes, plan.limit));
            share = std::prev(shares.end());
        }
        (*share)->add(std::move(item));
    }
    return shares;
}

void collect(FetchPlan& plan, FetchShare& share) {
    for (FetchItem& item : share.items()) {
        plan.entries[item.place].outcome = std::move(item.outcome);
    }
}

void trim_to_limit(FetchPlan& plan) {
    std::int64_t bytes = 0;
    for (FetchPlan::Entry& entry : plan.entries) {
        const auto size = static_cast<std::int64_t>(entry.outcome.records.size());
        if (size == 0) continue;
        // Each owner let its first batch pass; only the first of all may be larger than was asked.
        const bool too_large = size > entry.ask.max_bytes || bytes + size > plan.max_bytes;
        if (bytes > 0 && too_large) {
            entry.outcome.records = {};
            entry.outcome.aborted_transactions = {};
        } else {
            bytes += size;
        }
    }
}

FetchResponse::Topic::Partition answer_of(const FetchPlan& plan, FetchPlan::Entry& entry) {
    FetchOutcome& outcome = entry.outcome;
    FetchResponse::Topic::Partition answer;
    answer.partition_index = entry.ask.partition;
    answer.error_code = outcome.error;
    answer.high_watermark = outcome.high_watermark;
    answer.last_stable_offset = outcome.last_stable_offset;
    answer.log_start_offset = outcome.log_start_offset;
    if (outcome.diverging_epoch) {
        answer.diverging_epoch.epoch = outcome.diverging_epoch->epoch;
        answer.diverging_epoch.end_offset = outcome.diverging_epoch->end_offset;
    }
    // Kafka answers an empty list, not none, for what its metadata does not know.
    const bool unknown = outcome.error == ErrorCode::UNKNOWN_TOPIC_OR_PARTITION ||
                         outcome.error == ErrorCode::UNKNOWN_TOPIC_ID ||
                         outcome.error == ErrorCode::TOPIC_AUTHORIZATION_FAILED;
    const bool read_committed =
        plan.limit == storage::ReadLimit::LastStable && outcome.error == ErrorCode::NONE;
    if (unknown || read_committed) answer.aborted_transactions.emplace();
    for (const storage::AbortedTransaction& aborted : outcome.aborted_transactions) {
        answer.aborted_transactions->push_back({aborted.producer_id, aborted.first_offset});
    }
    answer.records = std::move(outcome.records);
    return answer;
}

void append_answer(FetchResponse& response, const FetchTopic& topic,
                   FetchResponse::Topic::Partition partition) {
    const bool goes_on = !response.responses.empty() &&
                         response.responses.back().topic == topic.name &&
                         response.responses.back().topic_id == topic.id;
    if (!goes_on) {
        auto& begun = response.responses.emplace_back();
        begun.topic = topic.name;
        begun.topic_id = topic.id;
    }
    response.responses.back().partitions.push_back(std::move(partition));
}

}  // namespace kafka::broker
