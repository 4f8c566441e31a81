#include "broker/partition_work.h"

#include "cluster/image.h"

namespace kafka::broker {

NamedTopic::NamedTopic(const RequestContext& context, std::string_view name, Operation needed)
    : context_(context) {
    // By name even when there is no such topic: who may not ask learns nothing of it.
    if (!context.authorized(needed, name)) {
        error_ = ErrorCode::TOPIC_AUTHORIZATION_FAILED;
        return;
    }
    topic_ = context.image().topics.find(name);
    if (!topic_) error_ = ErrorCode::UNKNOWN_TOPIC_OR_PARTITION;
}

ErrorCode NamedTopic::locate(PartitionIndex partition, PartitionHome& home) const {
    if (!topic_) return error_;
    const auto index = static_cast<std::uint32_t>(partition.value);
    if (index >= topic_->partitions.size()) return ErrorCode::UNKNOWN_TOPIC_OR_PARTITION;
    home.partition = {topic_->id, partition};
    home.owner = &context_.shard().all().at(context_.shard_of(home.partition));
    return ErrorCode::NONE;
}

}  // namespace kafka::broker
