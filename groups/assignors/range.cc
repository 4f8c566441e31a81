// The range assignor: the members of a topic, in order, get contiguous parts of it.
#include <algorithm>

#include "groups/assignors/assignor.h"

namespace kafka::groups {
namespace {

// Static members by instance id, so that a restart under a new member id changes nothing; then the
// others by their ids.
std::vector<std::size_t> in_order(const GroupToAssign& group) {
    std::vector<std::size_t> order(group.members.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
        const MemberToAssign& left = group.members[a];
        const MemberToAssign& right = group.members[b];
        if (left.instance_id.empty() != right.instance_id.empty()) return right.instance_id.empty();
        if (left.instance_id != right.instance_id) return left.instance_id < right.instance_id;
        return left.id < right.id;
    });
    return order;
}

}  // namespace

const TopicToAssign* GroupToAssign::find(const Uuid& topic) const {
    const auto found = std::ranges::lower_bound(topics, topic, {}, &TopicToAssign::id);
    return found != topics.end() && found->id == topic ? &*found : nullptr;
}

Assignment assign_ranges(const GroupToAssign& group) {
    Assignment assignment(group.members.size());
    const std::vector<std::size_t> order = in_order(group);
    std::vector<std::size_t> readers;
    for (const TopicToAssign& topic : group.topics) {
        readers.clear();
        for (const std::size_t member : order) {
            if (std::ranges::binary_search(group.members[member].topics, topic.id)) {
                readers.push_back(member);
            }
        }
        const auto total = static_cast<std::size_t>(topic.partition_count);
        std::int32_t next = 0;
        for (std::size_t i = 0; i < readers.size(); ++i) {
            // The first ones get what does not divide.
            const std::size_t share = total / readers.size() + (i < total % readers.size() ? 1 : 0);
            if (share == 0) break;
            auto& range = assignment[readers[i]][topic.id];
            for (std::size_t each = 0; each < share; ++each) range.push_back({next++});
        }
    }
    return assignment;
}

Assignor find_assignor(std::string_view name) {
    if (name == "uniform") return assign_uniformly;
    if (name == "range") return assign_ranges;
    return nullptr;
}

}  // namespace kafka::groups
