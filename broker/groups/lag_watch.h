// Looks once a minute how far the groups of one shard are behind, and tells the log of those that
// are stuck (stuck_groups.h). Sleeps while no group has a member. Lives on the shard.
#pragma once

#include <vector>

#include "base/task.h"
#include "broker/groups/stuck_groups.h"
#include "broker/shard.h"
#include "broker/timers.h"

namespace kafka::groups {
class GroupCoordinator;
}

namespace kafka::broker {

class LagWatch {
  public:
    explicit LagWatch(Shard& shard);
    LagWatch(const LagWatch&) = delete;
    LagWatch& operator=(const LagWatch&) = delete;
    ~LagWatch() { stop(); }

    // Something has happened to a group: there is a reason to look, a minute from now.
    void arm() {
        if (!alarm_.armed() && !looking_) set_alarm();
    }
    void stop();

  private:
    // A committed offset, on its way to the shard that knows the high watermark.
    struct Question {
        std::size_t group;  // in `groups_`
        TopicIdPartition partition;
        Shard* owner;
        std::int64_t committed;
        std::int64_t lag = 0;
    };
    struct Alarm : Timer {
        LagWatch* owner = nullptr;
    };

    void set_alarm();
    void begin();
    Task<void> look();
    void gather(const groups::GroupCoordinator& coordinator);
    void tell(const StuckGroups::Finding& finding) const;

    Shard& shard_;
    Alarm alarm_;
    StuckGroups stuck_;
    Task<void> look_;
    bool looking_ = false;
    // Of the look that is going on.
    std::vector<GroupProgress> groups_;
    std::vector<Question> questions_;
};

}  // namespace kafka::broker
