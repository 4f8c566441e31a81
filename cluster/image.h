// The image: what replaying the metadata log gives. Topics, configurations, brokers, features,
// producer ids; and, for the features that will want them, quotas, ACLs and credentials.
//
// Every shard has one of its own and reads it without locks; the controller has one more. Only
// replay() changes an image, everybody else gets it const. Images that replayed the same records
// are equal.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/uuid.h"
#include "protocol/gen/metadata_records.h"
#include "protocol/gen/types.h"

namespace kafka::cluster {

inline constexpr BrokerId kNoLeader{-1};

struct Partition {
    BrokerId leader = kNoLeader;
    LeaderEpoch leader_epoch{0};
    PartitionEpoch partition_epoch{0};
    std::int8_t leader_recovery_state = 0;  // 0 recovered, 1 recovering from an unclean election
    std::vector<BrokerId> replicas;         // the preferred leader first
    std::vector<BrokerId> isr;
    std::vector<Uuid> directories;  // where each of `replicas` lies; as long as they are
    // Seldom anything in these.
    std::vector<BrokerId> removing_replicas;
    std::vector<BrokerId> adding_replicas;
    std::vector<BrokerId> eligible_leader_replicas;
    std::vector<BrokerId> last_known_elr;

    bool operator==(const Partition&) const = default;
};

struct Topic {
    std::string name;
    Uuid id;
    std::vector<Partition> partitions;  // by their number

    bool operator==(const Topic&) const = default;
};

// A topic that coordinators keep their records in: __consumer_offsets and its kind.
bool is_internal_topic(std::string_view name);

// Topics by id and by name; names in order.
class Topics {
  public:
    const Topic* find(std::string_view name) const;
    const Topic* find(const Uuid& id) const;
    const Partition* find_partition(const Uuid& id, PartitionIndex partition) const;
    std::size_t size() const { return by_id_.size(); }
    std::size_t partition_count() const;

    // fn(const Topic&) for each, by name.
    template <class Fn>
    void for_each(Fn&& fn) const {
        for (const auto& [name, id] : ids_) fn(by_id_.at(id));
    }
    const std::map<std::string, Uuid, std::less<>>& ids() const { return ids_; }

    // For replay.
    Topic& add(std::string name, const Uuid& id);
    Topic* find_mutable(const Uuid& id);
    void remove(const Uuid& id);

    bool operator==(const Topics&) const = default;

  private:
    std::unordered_map<Uuid, Topic> by_id_;
    std::map<std::string, Uuid, std::less<>> ids_;
};

// The numbers are those of the wire and of ConfigRecord.
enum class ConfigResourceType : std::int8_t {
    Topic = 2,
    Broker = 4,
    BrokerLogger = 8,
    ClientMetrics = 16,
    Group = 32,
};

struct ConfigResource {
    ConfigResourceType type = ConfigResourceType::Topic;
    std::string name;  // of a broker: its id, or empty for the default of all brokers

    auto operator<=>(const ConfigResource&) const = default;
};

using ConfigValues = std::map<std::string, std::string, std::less<>>;

struct BrokerEndpoint {
    std::string listener;
    std::string host;
    std::uint16_t port = 0;
    std::int16_t security_protocol = 0;

    bool operator==(const BrokerEndpoint&) const = default;
};

struct FeatureRange {
    std::int16_t min = 0;
    std::int16_t max = 0;

    bool operator==(const FeatureRange&) const = default;
};

using FeatureRanges = std::map<std::string, FeatureRange, std::less<>>;

struct Broker {
    BrokerId id;
    BrokerEpoch epoch;
    Uuid incarnation_id;
    std::vector<BrokerEndpoint> endpoints;
    FeatureRanges features;
    std::optional<std::string> rack;
    bool fenced = true;
    bool in_controlled_shutdown = false;
    std::vector<Uuid> directories;
    std::vector<Uuid> cordoned_directories;

    // Null when the broker has no such listener.
    const BrokerEndpoint* endpoint(std::string_view listener) const;
    bool operator==(const Broker&) const = default;
};

struct QuorumController {
    BrokerId id;
    Uuid incarnation_id;
    bool zk_migration_ready = false;
    std::vector<BrokerEndpoint> endpoints;
    FeatureRanges features;

    bool operator==(const QuorumController&) const = default;
};

// Producer ids below `next` were given to brokers, in blocks.
struct ProducerIds {
    BrokerId broker{-1};  // who got the last block
    BrokerEpoch broker_epoch{-1};
    ProducerId next{0};

    bool operator==(const ProducerIds&) const = default;
};

// Whom a client quota is for: (entity type, name) pairs in order; no name is the default of the
// type.
using QuotaEntity = std::vector<std::pair<std::string, std::optional<std::string>>>;

struct Image {
    Topics topics;
    std::map<ConfigResource, ConfigValues> configs;
    std::map<BrokerId, Broker> brokers;
    std::map<BrokerId, QuorumController> controllers;
    std::map<std::string, std::int16_t, std::less<>> features;
    ProducerIds producer_ids;
    std::map<QuotaEntity, std::map<std::string, double>> client_quotas;
    // By user name and mechanism.
    std::map<std::pair<std::string, std::int8_t>, UserScramCredentialRecord> scram_credentials;
    std::map<Uuid, AccessControlEntryRecord> acls;
    std::map<std::string, DelegationTokenRecord> delegation_tokens;

    // The overrides of one resource; empty when there are none.
    const ConfigValues& config_of(ConfigResourceType type, std::string_view name) const;
    // 0 when the feature is not finalized.
    std::int16_t feature_level(std::string_view name) const;
    const Broker* find_broker(BrokerId id) const;

    bool operator==(const Image&) const = default;
};

}  // namespace kafka::cluster
