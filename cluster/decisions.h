// What the controller decides, one function for each event and one file for each function. All are
// pure: they read the image, change nothing, ask neither the clock nor the disk, and return the
// records that would make it so, with the answer to give once those are committed. Rules, codes and
// words are those of Kafka's controller.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/uuid.h"
#include "cluster/image.h"
#include "cluster/records.h"
#include "cluster/static_configs.h"
#include "protocol/error.h"
#include "protocol/gen/alter_configs.h"
#include "protocol/gen/create_partitions.h"
#include "protocol/gen/create_topics.h"
#include "protocol/gen/delete_topics.h"
#include "protocol/gen/incremental_alter_configs.h"

namespace kafka::cluster {

template <class Response>
struct Decision {
    MetadataRecords records;
    Response response;
};

// Where ids of new topics come from; randomness is an argument.
using UuidSource = std::function<Uuid()>;

// What one decision may write, so that it is one atomic step in the log.
inline constexpr std::size_t kMaxRecordsPerDecision = 10'000;
inline constexpr std::string_view kMetadataTopic = "__cluster_metadata";

// With validate_only the response is as if the topics had been made, and there are no records.
Decision<CreateTopicsResponse> create_topics(const Image& image, const CreateTopicsRequest& request,
                                             const StaticConfigs& statics,
                                             const UuidSource& new_uuid);

// `request` names its topics in `topics`, in whichever version it came; in `topic_names`, none.
Decision<DeleteTopicsResponse> delete_topics(const Image& image,
                                             const DeleteTopicsRequest& request);

Decision<CreatePartitionsResponse> create_partitions(const Image& image,
                                                     const CreatePartitionsRequest& request);

// Replaces the configuration of each resource as a whole.
Decision<AlterConfigsResponse> alter_configs(const Image& image, const AlterConfigsRequest& request,
                                             const StaticConfigs& statics);
// Changes single keys.
Decision<IncrementalAlterConfigsResponse> incremental_alter_configs(
    const Image& image, const IncrementalAlterConfigsRequest& request,
    const StaticConfigs& statics);

// A block of producer ids that nobody had before.
struct ProducerIdBlock {
    ProducerId first{0};
    std::int32_t count = 0;

    bool operator==(const ProducerIdBlock&) const = default;
};
Decision<ProducerIdBlock> allocate_producer_ids(const Image& image, BrokerId broker,
                                                BrokerEpoch broker_epoch);

// The first records of a new cluster.
MetadataRecords bootstrap_records();

// A broker that starts, as it describes itself.
struct BrokerRegistration {
    BrokerId id;
    Uuid incarnation_id;
    std::vector<BrokerEndpoint> endpoints;
    std::optional<std::string> rack;
    std::vector<Uuid> directories;
};
// Registers it at the offset `next_offset` of the log, which becomes its epoch, and lets it lead
// what it is the replica of. The leader epoch of each such partition grows, as the old life of the
// broker may still be believed in somewhere.
Decision<BrokerEpoch> register_broker(const Image& image, const BrokerRegistration& registration,
                                      std::int64_t next_offset);

// INVALID_TOPIC_EXCEPTION with the reason; nothing when the name is a good one.
std::optional<Error> check_topic_name(std::string_view name);

}  // namespace kafka::cluster
