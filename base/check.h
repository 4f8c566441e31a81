// CHECK(condition, "why"): a condition that our own code guarantees. Failing it means memory or
// state is already wrong, so the process aborts, in release builds too. Never for a client's input.
#pragma once

namespace kafka {

[[noreturn]] void check_failed(const char* condition, const char* why, const char* file, int line);

}  // namespace kafka

#define CHECK(condition, why)                            \
    (static_cast<bool>(condition) ? static_cast<void>(0) \
                                  : ::kafka::check_failed(#condition, why, __FILE__, __LINE__))
