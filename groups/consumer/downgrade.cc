// Online migration, backwards: the last member of the consumer protocol goes, and the group becomes
// a classic one again, so that it can be served by clients (and brokers) that know nothing else.
#include <algorithm>

#include "groups/classic/consumer_protocol.h"
#include "groups/classic/rebalance.h"
#include "groups/consumer/steps.h"

namespace kafka::groups {
namespace {

bool is_in(const std::vector<std::string>& ids, const std::string& id) {
    return std::ranges::count(ids, id) > 0;
}

ClassicMember classic_member(const std::string& id, const ConsumerMember& member) {
    const auto& classic = *member.said.classic_member_metadata;
    ClassicMember result{.id = id,
                         .instance_id = member.said.instance_id,
                         .client_id = member.said.client_id,
                         .client_host = member.said.client_host,
                         .rebalance_timeout_ms = member.said.rebalance_timeout_ms,
                         .session_timeout_ms = classic.session_timeout_ms,
                         .is_new = false};
    for (const auto& each : classic.supported_protocols) {
        result.protocols.push_back({each.name, each.metadata});
    }
    return result;
}

}  // namespace

bool can_downgrade(const ConsumerGroup& group, const std::vector<std::string>& leaving,
                   const GroupConfig& config) {
    const bool allowed = config.consumer_migration == MigrationPolicy::Downgrade ||
                         config.consumer_migration == MigrationPolicy::Bidirectional;
    if (!allowed) return false;
    std::size_t staying = 0;
    for (const auto& [id, member] : group.members) {
        if (is_in(leaving, id)) continue;
        if (!member.speaks_classic()) return false;
        ++staying;
    }
    return staying > 0 && staying <= static_cast<std::size_t>(config.max_size);
}

void downgrade(const ConsumerGroup& group, const std::vector<std::string>& leaving,
               ClassicGroup& classic, const Context& context, Effects& effects) {
    classic = ClassicGroup{.id = group.id};
    classic.generation = GenerationId{group.epoch.value};
    Assignments assignments;
    for (const auto& [id, member] : group.members) {
        if (is_in(leaving, id)) continue;
        add_member(classic, classic_member(id, member), "consumer");
        const auto& protocols = member.said.classic_member_metadata->supported_protocols;
        assignments[id] =
            write_assignment(group.target_of(id), protocols.front().metadata, context.metadata);
    }
    classic.protocol = select_protocol(classic);
    classic.subscribed_topics = topics_of_members(classic);
    enter(classic, ClassicState::Stable, context);
    for (auto& [id, member] : classic.members) extend_session(classic, member, context);

    std::ranges::move(group_tombstones(group), std::back_inserter(effects.records));
    effects.records.push_back(to_record(classic, assignments));
}

}  // namespace kafka::groups
