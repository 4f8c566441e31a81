#include "broker/produce/append_line.h"

#include "broker/produce/produce_plan.h"

namespace kafka::broker {

void AppendLine::join(PostponedAppend& postponed) {
    lines_[postponed.item->home.partition].push_back(&postponed);
}

void AppendLine::ready(PostponedAppend& postponed) {
    postponed.is_ready = true;
    const TopicIdPartition partition = postponed.item->home.partition;
    const auto found = lines_.find(partition);
    std::deque<PostponedAppend*>& line = found->second;
    while (!line.empty() && line.front()->is_ready) {
        PostponedAppend& next_one = *line.front();
        line.pop_front();
        append_postponed_item(owner_, *next_one.plan, *next_one.item);
        next_one.open = &PostponedWait::arrive;
        next_one.plan->home->post(next_one);
    }
    if (line.empty()) lines_.erase(found);
}

void PostponedWait::arrive(Letter& letter, Shard&) {
    PostponedWait& wait = *static_cast<PostponedAppend&>(letter).wait;
    if (--wait.open_ == 0 && wait.waiting_) wait.waiting_.resume();
}

}  // namespace kafka::broker
