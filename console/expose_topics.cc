// Topics, their partitions, and what goes in and out of them.
#include "console/exposition.h"

namespace kafka::console {
namespace {

using prometheus::MetricType;

struct TrafficMetric {
    const char* name;
    const char* help;
    std::uint64_t storage::Traffic::*count;
};
constexpr TrafficMetric kTraffic[] = {
    {"kafka_server_brokertopicmetrics_messagesin_total", "Records appended.",
     &storage::Traffic::records_in},
    {"kafka_server_brokertopicmetrics_bytesin_total", "Bytes of batches appended.",
     &storage::Traffic::bytes_in},
    {"kafka_server_brokertopicmetrics_bytesout_total", "Bytes of batches fetched.",
     &storage::Traffic::bytes_out},
    {"kafka_server_brokertopicmetrics_totalproducerequests_total",
     "Batches to a partition in Produce requests.", &storage::Traffic::produce_requests},
    {"kafka_server_brokertopicmetrics_failedproducerequests_total", "Those that were refused.",
     &storage::Traffic::failed_produce_requests},
    {"kafka_server_brokertopicmetrics_totalfetchrequests_total",
     "Reads of a partition for Fetch requests.", &storage::Traffic::fetch_requests},
    {"kafka_server_brokertopicmetrics_failedfetchrequests_total", "Those that were refused.",
     &storage::Traffic::failed_fetch_requests},
};

struct TopicSum {
    storage::Traffic traffic;
    std::size_t partitions = 0;
};

void expose_traffic(const Survey& survey, const std::map<std::string, TopicSum>& topics,
                    Families& families) {
    storage::Traffic all;
    for (const ShardView& shard : survey.shards) all += shard.departed_traffic;
    for (const auto& [name, topic] : topics) all += topic.traffic;
    for (const TrafficMetric& metric : kTraffic) {
        auto& family = begin(families, metric.name, metric.help, MetricType::Counter);
        add(family, static_cast<double>(all.*metric.count));
        for (const auto& [name, topic] : topics) {
            add(family, {{"topic", name}}, static_cast<double>(topic.traffic.*metric.count));
        }
    }
}

struct PartitionMetric {
    const char* name;
    const char* help;
    double (*value)(const PartitionView&);
};
constexpr PartitionMetric kPartition[] = {
    {"kafka_log_log_size", "Bytes of the log on disk.",
     [](const PartitionView& view) { return static_cast<double>(view.size_bytes); }},
    {"kafka_log_log_logstartoffset", "The first offset in the log.",
     [](const PartitionView& view) { return static_cast<double>(view.log_start_offset); }},
    {"kafka_log_log_logendoffset", "The offset that the next record gets.",
     [](const PartitionView& view) { return static_cast<double>(view.log_end_offset); }},
    {"kafka_topic_partition_current_offset", "The high watermark: lag is counted from here.",
     [](const PartitionView& view) { return static_cast<double>(view.high_watermark); }},
};

void expose_partitions(const Survey& survey, Families& families) {
    for (const PartitionMetric& metric : kPartition) {
        auto& family = begin(families, metric.name, metric.help, MetricType::Gauge);
        for (const ShardView& shard : survey.shards) {
            for (const PartitionView& view : shard.partitions) {
                add(family, {{"topic", view.topic}, {"partition", std::to_string(view.partition)}},
                    metric.value(view));
            }
        }
    }
}

void expose_replicas(const Survey& survey, Families& families) {
    double all = 0;
    double led = 0;
    double offline = 0;
    for (const ShardView& shard : survey.shards) {
        for (const PartitionView& view : shard.partitions) {
            all += 1;
            led += view.is_leader ? 1 : 0;
            offline += view.is_offline ? 1 : 0;
        }
    }
    const auto gauge = [&families](const char* name, const char* help, double value) {
        add(begin(families, name, help, MetricType::Gauge), value);
    };
    gauge("kafka_server_replicamanager_partitioncount", "Partitions on this broker.", all);
    gauge("kafka_server_replicamanager_leadercount", "Those that it leads.", led);
    gauge("kafka_server_replicamanager_offlinereplicacount", "Those whose disk failed.", offline);
    // One broker: a replica that is there is in sync.
    gauge("kafka_server_replicamanager_underreplicatedpartitions",
          "Partitions led here that lack a replica.", 0);
    const ClusterView& cluster = survey.cluster;
    gauge("kafka_controller_kafkacontroller_activecontrollercount", "Is the controller here?", 1);
    gauge("kafka_controller_kafkacontroller_activebrokercount", "Brokers that serve.",
          static_cast<double>(cluster.brokers));
    gauge("kafka_controller_kafkacontroller_fencedbrokercount", "Brokers that do not.",
          static_cast<double>(cluster.fenced_brokers));
    gauge("kafka_controller_kafkacontroller_globaltopiccount", "Topics.",
          static_cast<double>(cluster.topics));
    gauge("kafka_controller_kafkacontroller_globalpartitioncount", "Partitions.",
          static_cast<double>(cluster.partitions));
    gauge("kafka_controller_kafkacontroller_offlinepartitionscount", "Partitions nobody leads.",
          offline);
}

}  // namespace

void expose_topics(const Survey& survey, Families& families) {
    std::map<std::string, TopicSum> topics;
    for (const ShardView& shard : survey.shards) {
        for (const PartitionView& view : shard.partitions) {
            TopicSum& topic = topics[view.topic];
            topic.traffic += view.traffic;
            ++topic.partitions;
        }
    }
    expose_replicas(survey, families);
    expose_traffic(survey, topics, families);
    auto& counts = begin(families, "kafka_topic_partitions", "Partitions of the topic here.",
                         MetricType::Gauge);
    for (const auto& [name, topic] : topics) {
        add(counts, {{"topic", name}}, static_cast<double>(topic.partitions));
    }
    expose_partitions(survey, families);
}

}  // namespace kafka::console
