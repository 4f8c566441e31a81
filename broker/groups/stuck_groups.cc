#include "broker/groups/stuck_groups.h"

#include <utility>

namespace kafka::broker {

std::vector<StuckGroups::Finding> StuckGroups::look(std::chrono::nanoseconds now,
                                                    const std::vector<GroupProgress>& groups) {
    std::vector<Finding> findings;
    std::map<std::string, Watched> still_there;
    for (const GroupProgress& group : groups) {
        const auto before = watched_.find(group.group);
        Watched watched = before != watched_.end()
                              ? before->second
                              : Watched{group.committed, group.lag, now, false};
        if (auto finding = look_at(watched, now, group)) findings.push_back(std::move(*finding));
        still_there.emplace(group.group, watched);
    }
    watched_ = std::move(still_there);
    return findings;
}

std::optional<StuckGroups::Finding> StuckGroups::look_at(Watched& watched,
                                                         std::chrono::nanoseconds now,
                                                         const GroupProgress& group) {
    const auto found = [&](Finding::Kind kind) {
        return Finding{kind,          group.group,      group.members,
                       watched.since, watched.lag_then, group.lag};
    };
    if (group.committed != watched.committed || group.lag == 0) {
        const Finding moved = found(Finding::Kind::MovesAgain);
        const bool was_told = watched.told;
        watched = {group.committed, group.lag, now, false};
        return was_told ? std::optional(moved) : std::nullopt;
    }
    const bool is_stuck = now - watched.since >= kPatience && group.lag > watched.lag_then;
    if (!is_stuck || std::exchange(watched.told, true)) return std::nullopt;
    return found(Finding::Kind::Stuck);
}

}  // namespace kafka::broker
