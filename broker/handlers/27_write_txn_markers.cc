// WriteTxnMarkers: end transactions in partitions, as their coordinator decided (KIP-98).
#include <map>

#include "broker/transactions/markers.h"
#include "broker/waiting_handler.h"
#include "protocol/gen/write_txn_markers.h"

namespace kafka::broker {
namespace {
using Request = WriteTxnMarkersRequest;
using Response = WriteTxnMarkersResponse;

std::vector<EndedTransaction> transactions_of(const Request& request) {
    std::vector<EndedTransaction> transactions;
    transactions.reserve(request.markers.size());
    for (const auto& marker : request.markers) {
        EndedTransaction& ended = transactions.emplace_back();
        ended.producer_id = marker.producer_id;
        ended.producer_epoch = marker.producer_epoch;
        ended.coordinator_epoch = marker.coordinator_epoch;
        ended.committed = marker.transaction_result;
        ended.transaction_version = marker.transaction_version;
        for (const auto& topic : marker.topics) {
            for (const PartitionIndex index : topic.partition_indexes) {
                ended.partitions.push_back({topic.name, index, ErrorCode::NONE});
            }
        }
    }
    return transactions;
}

// By producer, topic and partition: several markers of one producer have one answer.
using Outcomes = std::map<ProducerId, std::map<std::string, std::map<PartitionIndex, ErrorCode>>>;

Response response_of(const Outcomes& outcomes) {
    Response response;
    for (const auto& [producer_id, topics] : outcomes) {
        auto& marker = response.markers.emplace_back();
        marker.producer_id = producer_id;
        for (const auto& [name, partitions] : topics) {
            auto& topic = marker.topics.emplace_back();
            topic.name = name;
            for (const auto& [index, error] : partitions)
                topic.partitions.push_back({index, error});
        }
    }
    return response;
}
}  // namespace

Task<Response> handle(RequestContext& context, Request request) {
    Outcomes outcomes;
    std::vector<EndedTransaction> transactions = transactions_of(request);
    const bool allowed =
        context.authorized(Operation::Alter, kClusterName, ResourceType::Cluster) ||
        context.authorized(Operation::ClusterAction, kClusterName, ResourceType::Cluster);
    if (allowed) co_await write_markers(context.shard(), transactions);
    for (const EndedTransaction& ended : transactions) {
        for (const MarkedPartition& marked : ended.partitions) {
            outcomes[ended.producer_id][marked.topic][marked.partition] =
                allowed ? marked.error : ErrorCode::CLUSTER_AUTHORIZATION_FAILED;
        }
    }
    co_return response_of(outcomes);
}
KAFKA_HANDLER(WriteTxnMarkers);

}  // namespace kafka::broker
