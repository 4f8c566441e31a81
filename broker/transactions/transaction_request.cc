#include "broker/transactions/transaction_request.h"

#include "broker/groups/group_shard.h"
#include "broker/shards.h"
#include "cluster/image.h"

namespace kafka::broker {

std::optional<TransactionPlace> place_of_transaction(Shard& home, std::string_view id) {
    const cluster::Topic* topic = home.image().topics.find(kTransactionTopic);
    if (!topic || topic->partitions.empty()) return std::nullopt;
    // Ids are spread as those of groups are.
    const auto count = static_cast<std::int32_t>(topic->partitions.size());
    const PartitionIndex partition = partition_of_group(id, count);
    Shard& shard = home.all().at(home.all().owner_of({topic->id, partition}));
    return TransactionPlace{&shard, partition};
}

}  // namespace kafka::broker
