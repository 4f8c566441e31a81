// Fetch: read records from partitions, waiting until there are enough of them. Sessions (KIP-227)
// let a client name only what changed; topic ids (KIP-516) came with v13.
#include <algorithm>
#include <chrono>

#include "broker/config.h"
#include "broker/fetch/fetch_plan.h"
#include "broker/fetch/fetch_sessions.h"
#include "broker/fetch/parked_fetch.h"
#include "broker/leader_hint.h"
#include "broker/waiting_handler.h"
#include "protocol/gen/fetch.h"

namespace kafka::broker {
namespace {
using Request = FetchRequest;
using Response = FetchResponse;

constexpr std::int16_t kFirstVersionWithSessions = 7;
constexpr std::int16_t kFirstVersionWithLeaders = 16;
constexpr std::int32_t kNoSession = 0;
constexpr std::int32_t kOpensSession = 0;  // session epochs
constexpr std::int32_t kLeavesSession = -1;
constexpr int kTurnsBeforePatience = 100;
constexpr std::int8_t kReadUncommitted = 0;
constexpr std::int8_t kReadCommitted = 1;

struct SessionUse {
    ErrorCode error = ErrorCode::NONE;
    std::shared_ptr<FetchSession> session;  // touched on its own shard only
    bool incremental = false;
};

ShardId shard_of_session(const RequestContext& context, std::int32_t session_id) {
    const auto shard_count = static_cast<std::uint32_t>(context.shard().all().count());
    return ShardId{FetchSessions::shard_of(session_id, shard_count)};
}

// On the session's shard: the request goes on with a session that exists.
SessionUse continue_session(Shard& there, const Request& request, bool uses_topic_ids,
                            const std::vector<FetchTopicAsks>& wanted,
                            const std::vector<ForgottenTopic>& forgotten, FetchPlan& plan) {
    FetchSessions& sessions = there.fetch_sessions();
    SessionUse use;
    use.session = sessions.find(request.session_id, there.clock().monotonic());
    if (!use.session) {
        use.error = ErrorCode::FETCH_SESSION_ID_NOT_FOUND;
    } else if (use.session->next_epoch() != request.session_epoch) {
        use.error = ErrorCode::INVALID_FETCH_SESSION_EPOCH;
    } else if (use.session->uses_topic_ids() != uses_topic_ids) {
        use.error = ErrorCode::FETCH_SESSION_TOPIC_ID_ERROR;
    }
    if (use.error != ErrorCode::NONE) return use;

    use.session->update(wanted, forgotten);
    use.session->advance_epoch();
    use.incremental = true;
    plan_session(plan, *use.session);
    if (use.session->partition_count() == 0) {
        sessions.remove(request.session_id);
        use.session.reset();
    }
    return use;
}

// On the session's shard: what this answer will tell; the rest the client knows already.
std::vector<bool> choose_news(FetchSession& session, const FetchPlan& plan) {
    std::vector<bool> told;
    told.reserve(plan.entries.size());
    for (const FetchPlan::Entry& entry : plan.entries) {
        const FetchOutcome& outcome = entry.outcome;
        const FetchSession::News news{.failed = outcome.error != ErrorCode::NONE,
                                      .topic_is_known = outcome.error == ErrorCode::NONE,
                                      .has_records = !outcome.records.empty(),
                                      .must_tell = outcome.diverging_epoch.has_value(),
                                      .high_watermark = outcome.high_watermark,
                                      .log_start_offset = outcome.log_start_offset};
        told.push_back(session.tell(entry.session_topic, entry.ask.partition, news));
    }
    return told;
}

// Has the pages fetched that the shares could not be read without, and reads them again. Each turn
// gets nearer to the records: through an index, along the headers of batches.
Task<void> read_cold(RequestContext& context, std::vector<FetchShare*> cold) {
    for (int turns = 0; !cold.empty(); ++turns) {
        auto fetch = [&cold] {
            for (const FetchShare* share : cold) {
                for (const storage::MissingPages& pages : share->missing()) pages.fetch();
            }
        };
        co_await context.reading(fetch);
        // What is fetched may be pushed out again before it is read.
        const bool patiently = turns >= kTurnsBeforePatience;
        auto read = [&cold, patiently](Shard& there) {
            for (FetchShare* share : cold) {
                if (&share->owner() != &there) continue;
                patiently ? share->read_patiently() : share->read();
            }
        };
        std::vector<Shard*> owners;
        for (const FetchShare* share : cold) owners.push_back(&share->owner());
        co_await context.on_shards(owners, read);
        std::erase_if(cold, [](const FetchShare* share) { return !share->is_cold(); });
    }
}

Task<void> read_shares(RequestContext& context, FetchPlan& plan,
                       std::vector<std::unique_ptr<FetchShare>>& shares) {
    auto read = [&shares](Shard& there) {
        for (auto& share : shares) {
            if (&share->owner() == &there) share->read();
        }
    };
    std::vector<Shard*> owners;
    owners.reserve(shares.size());
    for (const auto& share : shares) owners.push_back(&share->owner());
    co_await context.on_shards(owners, read);
    std::vector<FetchShare*> cold;
    for (const auto& share : shares) {
        if (share->is_cold()) cold.push_back(share.get());
    }
    if (!cold.empty()) co_await read_cold(context, cold);
    for (const auto& share : shares) collect(plan, *share);
}

// Reads what there is; when that is less than the client wants, waits for more.
Task<void> read_or_wait(RequestContext& context, FetchPlan& plan, std::int64_t min_bytes,
                        std::chrono::milliseconds max_wait) {
    auto shares = share_out(context, plan);
    co_await read_shares(context, plan, shares);
    const bool waits = max_wait.count() > 0 && !plan.entries.empty() && plan.bytes() < min_bytes &&
                       !plan.is_urgent();
    if (!waits) co_return;

    ParkedFetch parked(context, std::move(shares), min_bytes, max_wait);
    const bool woken = co_await parked;
    const std::vector<FetchShare*> reported = parked.reported_shares();
    std::vector<FetchShare*> cold;
    for (FetchShare* share : reported) {
        if (share->is_cold()) cold.push_back(share);
    }
    if (!cold.empty()) co_await read_cold(context, cold);
    for (FetchShare* share : reported) collect(plan, *share);
    // Less than min_bytes may have come in meanwhile, which nobody reported.
    if (woken || min_bytes <= 1) co_return;
    for (FetchPlan::Entry& entry : plan.entries) entry.outcome = {};
    shares = share_out(context, plan);
    co_await read_shares(context, plan, shares);
}

storage::ReadLimit limit_of(const Request& request, BrokerId reader) {
    if (reader != BrokerId{-1}) return storage::ReadLimit::LogEnd;
    return request.isolation_level == kReadCommitted ? storage::ReadLimit::LastStable
                                                     : storage::ReadLimit::HighWatermark;
}

void answer_entry(const RequestContext& context, const FetchPlan& plan, FetchPlan::Entry& entry,
                  Response& response) {
    Response::Topic::Partition answer = answer_of(plan, entry);
    const bool lost_leader = answer.error_code == ErrorCode::NOT_LEADER_OR_FOLLOWER ||
                             answer.error_code == ErrorCode::FENCED_LEADER_EPOCH;
    if (lost_leader && context.api_version() >= kFirstVersionWithLeaders) {
        tell_leader(context, {entry.topic_id, entry.ask.partition}, answer, response);
        // Another broker knows where the brokers are.
        if (plan.reader >= BrokerId{0}) response.node_endpoints.clear();
    }
    append_answer(response, plan.topics[entry.topic], std::move(answer));
}

// What Kafka answers to a request that it cannot read, such as one with an isolation level that
// does not exist: for each partition up to v12, as a whole since v7.
Response unreadable(const RequestContext& context, Request& request) {
    Response response;
    if (context.api_version() >= kFirstVersionWithSessions) {
        response.error_code = ErrorCode::UNKNOWN_SERVER_ERROR;
    }
    if (context.api_version() >= kFirstFetchWithTopicIds) return response;
    for (const FetchTopicAsks& asks : wanted_of(request)) {
        for (const FetchAsk& ask : asks.partitions) {
            Response::Topic::Partition answer;
            answer.partition_index = ask.partition;
            answer.error_code = ErrorCode::UNKNOWN_SERVER_ERROR;
            answer.high_watermark = Offset{-1};
            answer.aborted_transactions.emplace();
            answer.records.emplace();
            append_answer(response, asks.topic, std::move(answer));
        }
    }
    return response;
}

// Finds or opens the session that the request asks for, and plans what is to be read.
Task<SessionUse> begin(RequestContext& context, Request& request, FetchPlan& plan) {
    const bool uses_topic_ids = context.api_version() >= kFirstFetchWithTopicIds;
    const std::vector<FetchTopicAsks> wanted = wanted_of(request);
    const std::vector<ForgottenTopic> forgotten = forgotten_of(request);
    const ShardId session_shard = shard_of_session(context, request.session_id);

    if (request.session_epoch != kOpensSession && request.session_epoch != kLeavesSession) {
        auto go_on = [&](Shard& there) {
            return continue_session(there, request, uses_topic_ids, wanted, forgotten, plan);
        };
        co_return co_await context.on_shard(session_shard, go_on);
    }
    if (request.session_id != kNoSession) {
        auto leave = [&request](Shard& there) {
            there.fetch_sessions().remove(request.session_id);
        };
        co_await context.on_shard(session_shard, leave);
    }
    SessionUse use;
    if (request.session_epoch == kOpensSession) {
        Shard& here = context.shard();
        use.session = here.fetch_sessions().create(uses_topic_ids, here.clock().monotonic());
    }
    if (use.session) {
        use.session->update(wanted, forgotten);
        plan_session(plan, *use.session);
    } else {
        plan_request(plan, wanted);
    }
    co_return use;
}
}  // namespace

Task<Response> handle(RequestContext& context, Request request) {
    if (request.isolation_level != kReadUncommitted && request.isolation_level != kReadCommitted) {
        co_return unreadable(context, request);
    }
    Response response;
    FetchPlan plan;
    plan.max_bytes = std::min(request.max_bytes, context.config().fetch_max_bytes);
    plan.reader = std::max(request.replica_id, request.replica_state.replica_id);
    plan.limit = limit_of(request, plan.reader);
    SessionUse use = co_await begin(context, request, plan);
    if (use.error != ErrorCode::NONE) {
        response.error_code = use.error;
        co_return response;
    }

    const std::int64_t min_bytes = std::min<std::int64_t>(request.min_bytes, plan.max_bytes);
    const std::chrono::milliseconds max_wait{request.max_wait_ms};
    co_await read_or_wait(context, plan, min_bytes, max_wait);
    trim_to_limit(plan);

    std::vector<bool> told;
    if (use.session) {
        response.session_id = use.session->id();
        const ShardId there = shard_of_session(context, response.session_id);
        auto choose = [&use, &plan](Shard&) { return choose_news(*use.session, plan); };
        told = co_await context.on_shard(there, choose);
    }
    for (std::size_t i = 0; i < plan.entries.size(); ++i) {
        if (use.incremental && use.session && !told[i]) continue;
        answer_entry(context, plan, plan.entries[i], response);
    }
    co_return response;
}
KAFKA_HANDLER(Fetch);

}  // namespace kafka::broker
