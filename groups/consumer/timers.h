// What a restart may forget of a consumer group: until when its members are waited for, and which
// topics it was last compared with. Soft state, beside ConsumerGroup.
#pragma once

#include <map>
#include <string>

#include "groups/effects.h"

namespace kafka::groups {

struct ConsumerTimers {
    struct Member {
        SteadyMs session = kNever;
        // To give up what it was told to, in the epoch in which it was told.
        SteadyMs rebalance = kNever;
        MemberEpoch rebalance_epoch{0};
        // A classic member has been told to join again, or has joined and not yet synced.
        SteadyMs join = kNever;
        SteadyMs sync = kNever;

        SteadyMs earliest() const;
    };

    std::map<std::string, Member, std::less<>> members{};
    // No deadline is earlier; that of a heartbeat only moves away, so it need not be looked for
    // each time.
    SteadyMs wake_at = kNever;
    // The topics that the group's metadata hash and regular expressions are known to be right for.
    std::int64_t topics_version = 0;

    void arm(SteadyMs& deadline, SteadyMs at) {
        deadline = at;
        if (at < wake_at) wake_at = at;
    }
};

}  // namespace kafka::groups
