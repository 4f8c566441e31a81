// A decision in the making. Some events take several steps, each of which must see what those
// before it decided: a member joins, so the epoch moves, so a target is made, so the member walks
// towards it. A draft holds the records so far, and the group as it will be when they are replayed.
// For groups/consumer/ only.
#pragma once

#include <optional>
#include <utility>

#include "groups/consumer/consumer_group.h"
#include "groups/effects.h"

namespace kafka::groups {

class Draft {
  public:
    // `group` must outlive the draft.
    Draft(const ConsumerGroup& group, const Context& context)
        : before_(group), now_(&group), context_(context) {}
    Draft(const Draft&) = delete;
    Draft& operator=(const Draft&) = delete;

    const ConsumerGroup& before() const { return before_; }
    const ConsumerGroup& group() const { return *now_; }
    const Context& context() const { return context_; }

    void write(Record record) {
        if (!after_) now_ = &after_.emplace(before_);
        replay(*after_, record);
        records_.push_back(std::move(record));
    }
    void write(Records records) {
        for (Record& record : records) write(std::move(record));
    }
    // For the last step: nobody looks at the group any more, so it need not be copied.
    void write_last(Record record) { records_.push_back(std::move(record)); }

    Records take_records() { return std::move(records_); }

  private:
    const ConsumerGroup& before_;
    const ConsumerGroup* now_;
    const Context& context_;
    std::optional<ConsumerGroup> after_;
    Records records_;
};

}  // namespace kafka::groups
