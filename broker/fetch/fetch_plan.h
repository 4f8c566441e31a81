// One Fetch request on its way: the partitions to read, in order, with what was read of them, and
// the session it belongs to. Lives in the handler's coroutine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "broker/fetch/fetch_session.h"
#include "broker/fetch/fetch_share.h"
#include "broker/request_context.h"
#include "protocol/gen/fetch.h"

namespace kafka::broker {

// Topics go by name before, and by id from then on. (KIP-516)
constexpr std::int16_t kFirstFetchWithTopicIds = 13;

struct FetchPlan {
    struct Entry {
        std::uint32_t topic = 0;  // index for `topics`
        std::uint32_t session_topic = 0;
        bool topic_was_known = false;  // to the session
        FetchAsk ask{};
        Uuid topic_id{};  // none when there is no such topic
        FetchOutcome outcome{};
    };
    std::vector<FetchTopic> topics;
    std::vector<Entry> entries;
    std::int64_t max_bytes = 0;
    BrokerId reader{-1};  // another broker's id, or negative
    storage::ReadLimit limit = storage::ReadLimit::HighWatermark;

    std::int64_t bytes() const;
    bool is_urgent() const;
};

// What a request names, in the form that sessions keep.
std::vector<FetchTopicAsks> wanted_of(FetchRequest& request);
std::vector<ForgottenTopic> forgotten_of(FetchRequest& request);

// The partitions of a request without a session, in the request's order. One that is named twice
// counts once, as it was named last.
void plan_request(FetchPlan& plan, const std::vector<FetchTopicAsks>& wanted);
// The partitions of a session, in the session's order.
void plan_session(FetchPlan& plan, const FetchSession& session);

// The entries that this broker may read, grouped by the shards that own them. Those that cannot be
// read (no such topic, no permission) get their outcome at once.
std::vector<std::unique_ptr<FetchShare>> share_out(const RequestContext& context, FetchPlan& plan);
// Takes over what was read. Past `max_bytes` partitions are left out, to be asked for again.
void collect(FetchPlan& plan, FetchShare& share);
void trim_to_limit(FetchPlan& plan);

FetchResponse::Topic::Partition answer_of(const FetchPlan& plan, FetchPlan::Entry& entry);
// Appends to the last topic of the answer, or begins a new one.
void append_answer(FetchResponse& response, const FetchTopic& topic,
                   FetchResponse::Topic::Partition partition);

}  // namespace kafka::broker
