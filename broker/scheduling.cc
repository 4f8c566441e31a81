#include "broker/scheduling.h"

#include <linux/sched.h>
#include <linux/sched/types.h>  // and so nothing that includes <sched.h>: both have sched_param
#include <sys/syscall.h>
#include <unistd.h>

namespace kafka::broker {
namespace {

// Between what the kernel takes for the shortest and the longest, 0.1 and 100 ms. It has three by
// itself.
constexpr __u64 kShortTurnNs = 100'000;
constexpr __u64 kLongTurnNs = 10'000'000;
// Behind the others, but not so far that a busy machine never gets there.
constexpr __s32 kBehind = 10;

void ask(__u64 turn_ns, __s32 least_niceness) {
    sched_attr wanted{};
    if (::syscall(SYS_sched_getattr, 0, &wanted, sizeof wanted, 0) != 0) return;
    // Whoever has started the broker with a policy of its own knows better.
    if (wanted.sched_policy != SCHED_NORMAL) return;
    wanted.sched_runtime = turn_ns;
    if (wanted.sched_nice < least_niceness) wanted.sched_nice = least_niceness;
    (void)::syscall(SYS_sched_setattr, 0, &wanted, 0);
}

constexpr __s32 kAnyNiceness = -20;

}  // namespace

void ask_for_short_turns() { ask(kShortTurnNs, kAnyNiceness); }
void ask_for_long_turns() { ask(kLongTurnNs, kAnyNiceness); }
void stay_behind() { ask(kLongTurnNs, kBehind); }

}  // namespace kafka::broker
