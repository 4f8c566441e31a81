// A group of the classic protocol (KIP-62, KIP-134, KIP-345, KIP-394, KIP-429): the members agree
// on a leader, the leader decides who gets what, and a rebalance stops them all.
//
//             first member                    all (or enough) have joined
//    Empty ──────────────▶ PreparingRebalance ──────────────────────▶ CompletingRebalance
//      ▲                     ▲      │    ▲                                   │      │
//      └── nobody is left ───┼──────┘    └── join, leave or session expired ─┘      │ the leader
//                            │                                                      ▼ syncs
//                            └───────── join, leave or session expired ────────── Stable
//
// What must survive is in one GroupMetadata record, written when a group becomes Empty or Stable;
// the rest, this struct, is forgotten by a restart: a group then is as it was when last written,
// and a member that was in the middle of a rebalance joins again. Owned by GroupCoordinator.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "groups/effects.h"
#include "protocol/error.h"
#include "protocol/gen/group_records.h"
#include "protocol/gen/join_group.h"

namespace kafka::groups {

enum class ClassicState : std::uint8_t { Empty, PreparingRebalance, CompletingRebalance, Stable };

// As DescribeGroups and ListGroups spell it.
std::string_view name_of(ClassicState state);

using ClassicProtocols = std::vector<JoinGroupRequest::Protocol>;

struct ClassicMember {
    std::string id;
    std::optional<std::string> instance_id{};  // a static member (KIP-345)
    std::string client_id{};
    std::string client_host{};
    std::int32_t rebalance_timeout_ms = 0;
    std::int32_t session_timeout_ms = 0;
    ClassicProtocols protocols{};  // the preferred one first

    Token joining = kNobody;  // the JoinGroup that is parked
    Token syncing = kNobody;  // the SyncGroup that is parked
    bool is_new = true;       // its first JoinGroup has not been answered
    bool must_sync = false;   // has joined the generation and not yet asked for its assignment
    SteadyMs session_deadline = kNever;

    const Bytes* metadata_for(std::string_view protocol) const;
    bool operator==(const ClassicMember&) const = default;
};

struct ClassicGroup {
    std::string id{};
    ClassicState state = ClassicState::Empty;
    TimestampMs state_timestamp{-1};  // when the state was entered; -1 in records of old brokers
    GenerationId generation{0};
    std::string protocol_type{};  // empty until a member has joined: a "simple" group of offsets
    std::optional<std::string> protocol{};
    std::optional<std::string> leader{};
    std::map<std::string, ClassicMember, std::less<>> members{};
    std::map<std::string, std::string, std::less<>> static_members{};  // instance id -> member id
    // Member ids that were given out and have not been used yet (KIP-394), and until when.
    std::map<std::string, SteadyMs, std::less<>> pending_members{};
    // Topics of the members' subscriptions; nothing when they cannot be known.
    std::optional<std::set<std::string, std::less<>>> subscribed_topics{};

    // Until when joiners are waited for. In the rebalance that follows Empty this is the initial
    // delay instead, which new members extend as far as `initial_delay_left_ms`.
    SteadyMs join_deadline = kNever;
    bool is_initial_rebalance = false;
    bool member_added = false;
    std::int64_t initial_delay_left_ms = 0;
    std::int64_t initial_delay_ms = 0;
    // Until when members that have joined are waited for to sync.
    SteadyMs sync_deadline = kNever;
    // No deadline of this group is earlier; that of a heartbeat only moves away, so it need not be
    // looked for each time.
    SteadyMs wake_at = kNever;

    bool is_empty() const { return state == ClassicState::Empty; }
    bool has_deadlines() const { return !members.empty() || !pending_members.empty(); }
    bool uses_consumer_protocol() const { return protocol_type == "consumer"; }
    bool is_subscribed_to(std::string_view topic) const;
    ClassicMember* find(std::string_view member_id);
    const ClassicMember* find(std::string_view member_id) const;
    // NONE, UNKNOWN_MEMBER_ID, or FENCED_INSTANCE_ID when the instance is another member by now.
    ErrorCode check_member(std::string_view member_id,
                           const std::optional<std::string>& instance_id) const;
    bool supports(std::string_view type, const ClassicProtocols& protocols) const;

    void arm(SteadyMs& deadline, SteadyMs at) {
        deadline = at;
        if (at < wake_at) wake_at = at;
    }
};

// --- events: one file each

struct ClassicJoin {
    const JoinGroupRequest& request;
    std::int16_t version;
    Token token;
    std::string_view client_id;
    std::string_view client_host;
    std::string new_member_id;  // for a member that comes without one
};
// NONE when a group may look at the request at all.
ErrorCode check_join(const JoinGroupRequest& request, const GroupConfig& config);
Effects on_join(const GroupMetadataValue* stored, ClassicGroup& group, const ClassicJoin& join,
                const Context& context);

Effects on_sync(const GroupMetadataValue* stored, ClassicGroup& group,
                const SyncGroupRequest& request, Token token, const Context& context);

ErrorCode on_heartbeat(ClassicGroup& group, GenerationId generation, std::string_view member_id,
                       const std::optional<std::string>& instance_id, const Context& context);

struct MemberToLeave {
    std::string member_id;
    std::optional<std::string> instance_id;
};
// One code for each of `leaving`.
Answered<std::vector<ErrorCode>> on_leave(ClassicGroup& group,
                                          const std::vector<MemberToLeave>& leaving,
                                          const Context& context);

Effects on_session_expired(ClassicGroup& group, const std::string& member_id,
                           const Context& context);
// The join deadline has passed: go on with those who came.
Effects on_join_deadline(ClassicGroup& group, const Context& context);
// The sync deadline has passed: who did not sync is out.
Effects on_sync_deadline(ClassicGroup& group, const Context& context);
// Everything that is due by now, in that order; sets `wake_at` to the next deadline.
Effects on_time(ClassicGroup& group, const Context& context);

// The group as the record describes it: Stable with its members, or Empty.
ClassicGroup restored(const std::string& id, const GroupMetadataValue& stored);
// After loading: sessions start anew, as the members have not had a chance to be heard.
Effects on_loaded(ClassicGroup& group, const Context& context);

// May a commit with these credentials pass? (See the traps in the file.)
ErrorCode check_commit(const ClassicGroup& group, std::string_view member_id,
                       const std::optional<std::string>& instance_id, std::int32_t generation,
                       bool transactional);

}  // namespace kafka::groups
