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
            asks.partitions.push_back({partition.partition, partition.fetch_offset,
                                       partition.current_leader_epoch, partition.last_fetched_epoch,
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
    for (const FetchTopicAsks& asks : wanted) {
        const auto topic = static_cast<std::uint32_t>(plan.topics.size());
        plan.topics.push_back(asks.topic);
        for (const FetchAsk& ask : asks.partitions) {
            plan.entries.push_back({.topic = topic, .ask = ask});
        }
    }
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
                                .ask = partition.ask});
    }
}

std::vector<std::unique_ptr<FetchShare>> share_out(const RequestContext& context, FetchPlan& plan) {
    std::vector<std::unique_ptr<FetchShare>> shares;
    const cluster::Topic* topic = nullptr;
    std::size_t resolved = plan.topics.size();  // the index that `topic` was looked up for
    for (std::size_t place = 0; place < plan.entries.size(); ++place) {
        FetchPlan::Entry& entry = plan.entries[place];
        const FetchTopic& asked = plan.topics[entry.topic];
        const bool by_name = !asked.name.empty();
        if (resolved != entry.topic) {
            resolved = entry.topic;
            topic = by_name ? context.image().topics.find(asked.name)
                            : context.image().topics.find(asked.id);
        }
        if (topic == nullptr) {
            entry.outcome.error =
                by_name ? ErrorCode::UNKNOWN_TOPIC_OR_PARTITION : ErrorCode::UNKNOWN_TOPIC_ID;
            continue;
        }
        if (!context.authorized(Operation::Read, topic->name)) {
            entry.outcome.error = ErrorCode::TOPIC_AUTHORIZATION_FAILED;
            continue;
        }
        FetchItem item{.place = place, .partition = {topic->id, entry.ask.partition}};
        item.ask = entry.ask;
        const auto index = static_cast<std::uint32_t>(entry.ask.partition.value);
        if (index < topic->partitions.size()) {
            item.when_missing = ErrorCode::NOT_LEADER_OR_FOLLOWER;
        }
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
        if (bytes > 0 && bytes + size > plan.max_bytes) {
            entry.outcome.records = {};
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
    if (plan.limit == storage::ReadLimit::LastStable && outcome.error == ErrorCode::NONE) {
        answer.aborted_transactions.emplace();
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
