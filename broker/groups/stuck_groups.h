// Finds groups that are stuck. The rule: a group has members and records to read, for five minutes
// nothing that it has committed has moved, and its lag at the end of them is greater than at their
// beginning. It is told of once, and again only after it has made progress. A group that never
// commits with the broker cannot be told from one that has nothing to say, and is left alone.
// Pure; its owner looks once a minute.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace kafka::broker {

// One group as it is now: sums over all partitions that it has committed offsets for.
struct GroupProgress {
    std::string group;
    std::size_t members = 0;
    std::int64_t committed = 0;
    std::int64_t lag = 0;
};

class StuckGroups {
  public:
    static constexpr std::chrono::minutes kPatience{5};

    struct Finding {
        enum class Kind { Stuck, MovesAgain };
        Kind kind;
        std::string group;
        std::size_t members = 0;
        std::chrono::nanoseconds since{};  // when the last progress was seen
        std::int64_t lag_then = 0;
        std::int64_t lag_now = 0;
    };

    // `groups`: all that have members. Those that are not among them are forgotten.
    std::vector<Finding> look(std::chrono::nanoseconds now,
                              const std::vector<GroupProgress>& groups);

  private:
    struct Watched {
        std::int64_t committed = 0;
        std::int64_t lag_then = 0;
        std::chrono::nanoseconds since{};
        bool told = false;
    };
    static std::optional<Finding> look_at(Watched& watched, std::chrono::nanoseconds now,
                                          const GroupProgress& group);

    std::map<std::string, Watched> watched_;
};

}  // namespace kafka::broker
