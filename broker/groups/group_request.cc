#include "broker/groups/group_request.h"

#include <memory>

namespace kafka::broker {
namespace {

// Tells the group's shard that a request was abandoned. The answer may be on its way at the same
// time, so the letter belongs to nobody.
struct AbandonLetter : Letter {
    PartitionIndex partition;
    groups::Token token;
};

// Unique in the process: the shard that gives it out is part of it.
groups::Token next_token(ShardId shard) {
    thread_local std::uint64_t count = 0;
    return {(static_cast<std::uint64_t>(shard) << 48) + ++count};
}

}  // namespace

std::int32_t authorized_group_operations(const RequestContext& context,
                                         const std::string& group_id) {
    std::int32_t bits = 0;
    for (const Operation operation : {Operation::Read, Operation::Delete, Operation::Describe,
                                      Operation::DescribeConfigs, Operation::AlterConfigs}) {
        if (context.authorized(operation, group_id, ResourceType::Group)) {
            bits |= 1 << static_cast<int>(operation);
        }
    }
    return bits;
}

ParkedRequest::ParkedRequest(RequestContext& context, CoordinatorPlace place)
    : context_(context), place_(place), token_(next_token(context.shard().id())) {
    abandoned = [](Abandonment& abandonment) {
        auto& self = static_cast<ParkedRequest&>(abandonment);
        auto letter = std::make_unique<AbandonLetter>();
        letter->partition = self.place_.partition;
        letter->token = self.token_;
        letter->open = [](Letter& opened, Shard& there) {
            const std::unique_ptr<AbandonLetter> owned(static_cast<AbandonLetter*>(&opened));
            there.groups().abandon(owned->partition, owned->token);
        };
        self.place_.shard->post(*letter.release());
    };
    context.on_abandoned(this);
}

}  // namespace kafka::broker
