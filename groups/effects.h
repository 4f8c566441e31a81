// What a decision wants done: records to write, and requests to answer once they are committed.
//
// A decision about a group is a free function that takes what must survive (the hard state, made by
// replaying records) by const reference, and what may be forgotten (who waits, until when) by
// reference. It never asks for the time, and whatever it wants to change for good it says in
// records.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "base/strong_int.h"
#include "coordinator/log_record.h"
#include "coordinator/now.h"
#include "groups/group_config.h"
#include "groups/metadata.h"
#include "groups/records.h"
#include "protocol/gen/join_group.h"
#include "protocol/gen/sync_group.h"

namespace kafka::groups {

using coordinator::kNever;
using coordinator::Now;
using coordinator::Producer;
using coordinator::SteadyMs;

// Names a request that waits for its answer.
using Token = StrongInt<struct TokenTag, std::uint64_t>;
inline constexpr Token kNobody{0};

struct Context {
    Now now;
    const GroupConfig& config;
    const Metadata& metadata;
};

using Response = std::variant<JoinGroupResponse, SyncGroupResponse>;

struct Reply {
    Token to;
    Response response;
};

struct Effects {
    Records records;  // written as one batch: all of them or none
    std::optional<Producer> producer{};
    std::vector<Reply> replies{};

    // Not to nobody.
    void reply(Token to, Response response);
};

// A decision whose own request is answered at once: the response must still wait until the records
// are committed.
template <class R>
struct Answered {
    R response{};
    Effects effects{};
};

}  // namespace kafka::groups
