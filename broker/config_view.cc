#include "broker/config_view.h"

#include <algorithm>
#include <set>

#include "broker/broker_log.h"
#include "broker/config.h"
#include "cluster/config_key.h"
#include "cluster/effective_config.h"
#include "cluster/image.h"

namespace kafka::broker {
namespace {

using Config = DescribeConfigsResponse::Result::Config;
using cluster::ConfigKey;
using cluster::ConfigResourceType;
using cluster::ConfigSource;
using cluster::ConfigType;
using cluster::EffectiveConfig;

constexpr std::int8_t kUnknownType = 0;

Config described(const ConfigKey& key, const EffectiveConfig& config,
                 const ConfigQuestion& question) {
    Config answer;
    answer.name = key.name;
    answer.value = config.value;
    answer.config_source = static_cast<std::int8_t>(config.source);
    answer.is_sensitive = key.type == ConfigType::PASSWORD;
    answer.config_type = static_cast<std::int8_t>(key.type);
    answer.documentation.reset();
    if (question.documentation) answer.documentation = std::string(key.documentation);
    if (!question.synonyms) return answer;
    for (const auto& synonym : config.synonyms) {
        answer.synonyms.push_back(
            {synonym.name, synonym.value, static_cast<std::int8_t>(synonym.source)});
    }
    return answer;
}

// A key that only its owner understands: its value might be a secret.
Config opaque(const std::string& name, ConfigSource source, const ConfigQuestion& question) {
    Config answer;
    answer.name = name;
    answer.value.reset();
    answer.read_only = true;
    answer.is_sensitive = true;
    answer.config_source = static_cast<std::int8_t>(source);
    answer.config_type = kUnknownType;
    answer.documentation.reset();
    if (question.synonyms) {
        answer.synonyms.push_back({name, std::nullopt, static_cast<std::int8_t>(source)});
    }
    return answer;
}

}  // namespace

bool ConfigQuestion::wants(std::string_view key) const {
    return !keys || keys->empty() || std::ranges::count(*keys, key) > 0;
}

DescribedConfigs describe_topic(const RequestContext& context, const std::string& topic,
                                const ConfigQuestion& question) {
    const auto& overrides = context.image().config_of(ConfigResourceType::Topic, topic);
    DescribedConfigs configs;
    for (const ConfigKey* key : cluster::topic_config_keys()) {
        const bool hidden = key->internal && overrides.find(key->name) == overrides.end();
        if (hidden || !question.wants(key->name)) continue;
        EffectiveConfig config = cluster::effective_topic_config(*key, overrides, context.image(),
                                                                 context.config().statics);
        // Kafka's broker, unlike its controller, does not look through units of time here.
        config.source =
            config.synonyms.empty() ? ConfigSource::Default : config.synonyms.front().source;
        configs.push_back(described(*key, config, question));
    }
    return configs;
}

DescribedConfigs describe_broker(const RequestContext& context, const ConfigQuestion& question) {
    // Who it is, a broker knows even when nobody said it.
    cluster::StaticConfigs statics = context.config().statics;
    const std::string own_id = std::to_string(statics.node_id.value);
    statics.values.insert_or_assign("node.id", own_id);
    statics.values.insert_or_assign("broker.id", own_id);
    DescribedConfigs configs;
    for (const ConfigKey* key : cluster::broker_config_keys()) {
        if (!question.wants(key->name)) continue;
        if (key->internal && !statics.values.contains(key->name)) continue;
        const EffectiveConfig config =
            cluster::effective_broker_config(*key, context.image(), statics);
        configs.push_back(described(*key, config, question));
        configs.back().read_only = key->dynamic == cluster::Dynamic::No;
    }
    std::set<std::string> custom;
    for (const auto& [name, value] :
         context.image().config_of(ConfigResourceType::Broker, own_id)) {
        if (cluster::find_broker_config(name) || !question.wants(name)) continue;
        configs.push_back(opaque(name, ConfigSource::DynamicBroker, question));
        custom.insert(name);
    }
    for (const auto& [name, value] : context.image().config_of(ConfigResourceType::Broker, "")) {
        if (cluster::find_broker_config(name) || !question.wants(name) || custom.contains(name)) {
            continue;
        }
        configs.push_back(opaque(name, ConfigSource::DynamicDefaultBroker, question));
    }
    return configs;
}

DescribedConfigs describe_broker_default(const RequestContext& context,
                                         const ConfigQuestion& question) {
    DescribedConfigs configs;
    for (const auto& [name, value] : context.image().config_of(ConfigResourceType::Broker, "")) {
        if (!question.wants(name)) continue;
        const ConfigKey* key = cluster::find_broker_config(name);
        if (!key) {
            configs.push_back(opaque(name, ConfigSource::DynamicDefaultBroker, question));
            continue;
        }
        EffectiveConfig config;
        config.source = ConfigSource::DynamicDefaultBroker;
        if (key->type != ConfigType::PASSWORD) config.value = value;
        config.synonyms.push_back({name, config.value, config.source});
        configs.push_back(described(*key, config, question));
        configs.back().read_only = key->dynamic == cluster::Dynamic::No;
    }
    return configs;
}

DescribedConfigs describe_group(const RequestContext& context, const std::string& group,
                                const ConfigQuestion& question) {
    const auto& overrides = context.image().config_of(ConfigResourceType::Group, group);
    DescribedConfigs configs;
    for (const ConfigKey* key : cluster::group_config_keys()) {
        if (!question.wants(key->name)) continue;
        const EffectiveConfig config = cluster::effective_group_config(
            *key, overrides, context.image(), context.config().statics);
        configs.push_back(described(*key, config, question));
    }
    return configs;
}

DescribedConfigs describe_client_metrics(const RequestContext& context, const std::string& name,
                                         const ConfigQuestion& question) {
    static constexpr ConfigKey kKeys[] = {
        {.name = "interval.ms",
         .type = ConfigType::INT,
         .default_value = "300000",
         .documentation = "How often a client sends its metrics."},
        {.name = "match",
         .type = ConfigType::LIST,
         .default_value = "",
         .documentation = "Which clients the subscription is for, as attribute=pattern."},
        {.name = "metrics",
         .type = ConfigType::LIST,
         .default_value = "",
         .documentation = "Prefixes of the names of the metrics that are wanted."},
    };
    const auto& overrides = context.image().config_of(ConfigResourceType::ClientMetrics, name);
    DescribedConfigs configs;
    for (const ConfigKey& key : kKeys) {
        if (!question.wants(key.name)) continue;
        EffectiveConfig config{key.default_value, ConfigSource::Default, {}};
        if (const auto set = overrides.find(key.name); set != overrides.end()) {
            config.value = set->second;
            config.source = ConfigSource::ClientMetrics;
            config.synonyms.push_back({std::string(key.name), config.value, config.source});
        }
        configs.push_back(described(key, config, question));
    }
    return configs;
}

DescribedConfigs describe_loggers(const ConfigQuestion& question) {
    DescribedConfigs configs;
    if (!question.wants(kRootLogger)) return configs;
    Config& answer = configs.emplace_back();
    answer.name = kRootLogger;
    answer.value = root_log_level();
    answer.config_source = static_cast<std::int8_t>(ConfigSource::DynamicBrokerLogger);
    answer.config_type = kUnknownType;
    answer.documentation.reset();
    if (question.documentation) answer.documentation = "";
    return configs;
}

}  // namespace kafka::broker
