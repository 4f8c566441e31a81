// What a thread asks of the kernel's scheduler, for itself. Hints: where the kernel does not know
// or allow them, all is as without.
#pragma once

namespace kafka::broker {

// Short turns: when such a thread wakes up, it need not wait until the turn of another is over.
// Linux knows turns of a thread's own from 6.12 on. For threads that serve.
void ask_for_short_turns();
// For threads that take part in serving and compute for a while.
void ask_for_long_turns();
// Long turns, and few of them while others have work: for work that nobody waits for.
void stay_behind();

}  // namespace kafka::broker
