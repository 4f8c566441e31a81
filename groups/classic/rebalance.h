// The steps that the events of a classic group share: members come and go, a rebalance begins, its
// join phase ends. For groups/classic/ only.
#pragma once

#include <string>

#include "groups/classic/classic_group.h"

namespace kafka::groups {

// --- members (members.cc)

// The first member decides the protocol type.
void add_member(ClassicGroup& group, ClassicMember member, std::string_view protocol_type);
// Forgets the member, pending or not, and answers what it waits for with UNKNOWN_MEMBER_ID.
void remove_member(ClassicGroup& group, const std::string& member_id, Effects& effects);
// The same static member comes back under a new id; the old one is fenced.
ClassicMember& replace_static_member(ClassicGroup& group, const std::string& instance_id,
                                     const std::string& new_member_id, Effects& effects);
bool all_members_joined(const ClassicGroup& group);
std::int32_t rebalance_timeout_ms(const ClassicGroup& group);
// The protocol that all members support and most of them like best.
std::string select_protocol(const ClassicGroup& group);
std::optional<std::set<std::string, std::less<>>> topics_of_members(const ClassicGroup& group);
void extend_session(ClassicGroup& group, ClassicMember& member, const Context& context);

// What a parked or just made request is told.
JoinGroupResponse join_error(std::string member_id, ErrorCode error);
JoinGroupResponse current_generation(const ClassicGroup& group, const std::string& member_id);
SyncGroupResponse sync_error(ErrorCode error);

// --- phases (rebalance.cc)

void enter(ClassicGroup& group, ClassicState state, const Context& context);
void prepare_rebalance(ClassicGroup& group, const Context& context, Effects& effects);
// After a change of members or protocols, whatever the state.
void rebalance_or_complete_join(ClassicGroup& group, const Context& context, Effects& effects);
void maybe_complete_join(ClassicGroup& group, const Context& context, Effects& effects);
void complete_join(ClassicGroup& group, const Context& context, Effects& effects);

// --- records (stored_group.cc)

using Assignments = std::map<std::string, Bytes, std::less<>>;
Assignments assignments_of(const GroupMetadataValue* stored);
// The group as it is now, with these assignments (none for a member that is not there).
GroupMetadataRecord to_record(const ClassicGroup& group, const Assignments& assignments);

}  // namespace kafka::groups
