// Broker keys of the process itself: listeners, threads, quotas, defaults of new topics.
#include "cluster/config_key_tables.h"

namespace kafka::cluster {
namespace {

using enum ConfigType;

constexpr ConfigKey kKeys[] = {
    {"advertised.listeners", LIST, nullptr},
    {"alter.config.policy.class.name", CLASS, nullptr},
    {"alter.log.dirs.replication.quota.window.num", INT, "11", at_least(1)},
    {"alter.log.dirs.replication.quota.window.size.seconds", INT, "1", at_least(1)},
    {"auto.create.topics.enable", BOOLEAN, "true"},
    {"background.threads", INT, "10", at_least(1), "", Dynamic::ClusterWide},
    {"broker.id", INT, "-1"},
    {"broker.rack", STRING, nullptr},
    {"client.quota.callback.class", CLASS, nullptr},
    {"config.providers", LIST, "", any(), "", Dynamic::ClusterWide},
    {"connections.max.idle.ms", LONG, "600000"},
    {"controlled.shutdown.enable", BOOLEAN, "true"},
    {"cordoned.log.dirs", LIST, "", any(), "", Dynamic::PerBroker},
    {"create.topic.policy.class.name", CLASS, nullptr},
    {"default.replication.factor", INT, "1"},
    {"delete.records.purgatory.purge.interval.requests", INT, "1"},
    {"delete.topic.enable", BOOLEAN, "true"},
    {"early.start.listeners", LIST, nullptr},
    {"inter.broker.listener.name", STRING, nullptr},
    {"kafka.metrics.polling.interval.secs", INT, "10", at_least(1)},
    {"kafka.metrics.reporters", LIST, ""},
    {"listener.security.protocol.map", STRING,
     "SASL_SSL:SASL_SSL,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT", any(), "",
     Dynamic::PerBroker},
    {"listeners", LIST, "PLAINTEXT://:9092", any(), "", Dynamic::PerBroker},
    {"max.connection.creation.rate", INT, "2147483647", at_least(0), "", Dynamic::ClusterWide},
    {"max.connections", INT, "2147483647", at_least(0), "", Dynamic::ClusterWide},
    {"max.connections.per.ip", INT, "2147483647", at_least(0), "", Dynamic::ClusterWide},
    {"max.connections.per.ip.overrides", STRING, "", any(), "", Dynamic::ClusterWide},
    {"max.incremental.fetch.session.cache.slots", INT, "1000", at_least(0)},
    {"max.request.partition.size.limit", INT, "2000", at_least(1)},
    {"metric.reporters", LIST, "org.apache.kafka.common.metrics.JmxReporter", any(), "",
     Dynamic::ClusterWide},
    {"metrics.num.samples", INT, "2", at_least(1)},
    {"metrics.recording.level", STRING, "INFO"},
    {"metrics.sample.window.ms", LONG, "30000", at_least(1)},
    {"node.id", INT, nullptr, at_least(0)},
    {"num.io.threads", INT, "8", at_least(1), "", Dynamic::ClusterWide},
    {"num.network.threads", INT, "3", at_least(1), "", Dynamic::ClusterWide},
    {"num.partitions", INT, "1", at_least(1)},
    {"process.roles", LIST, nullptr, list_of("broker,controller")},
    {"producer.purgatory.purge.interval.requests", INT, "1000"},
    {"queued.max.request.bytes", LONG, "-1"},
    {"queued.max.requests", INT, "500", at_least(1)},
    {"quota.window.num", INT, "11", at_least(1)},
    {"quota.window.size.seconds", INT, "1", at_least(1)},
    {"request.timeout.ms", INT, "30000"},
    {"server.max.startup.time.ms", LONG, "9223372036854775807", at_least(0), "", Dynamic::No, true},
    {"socket.connection.setup.timeout.max.ms", LONG, "30000"},
    {"socket.connection.setup.timeout.ms", LONG, "10000"},
    {"socket.listen.backlog.size", INT, "50", at_least(1)},
    {"socket.receive.buffer.bytes", INT, "102400"},
    {"socket.request.max.bytes", INT, "104857600", at_least(1)},
    {"socket.send.buffer.bytes", INT, "102400"},
    {"telemetry.max.bytes", INT, "1048576", at_least(1)},
    {"unstable.api.versions.enable", BOOLEAN, "false", any(), "", Dynamic::No, true},
    {"unstable.feature.versions.enable", BOOLEAN, "false", any(), "", Dynamic::No, true},
};

}  // namespace

std::span<const ConfigKey> process_config_table() { return kKeys; }

}  // namespace kafka::cluster
