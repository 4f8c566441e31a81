#include "cluster/config_key.h"

#include <algorithm>
#include <initializer_list>

#include "cluster/config_key_tables.h"

namespace kafka::cluster {
namespace {

using Keys = std::vector<const ConfigKey*>;

Keys sorted(std::initializer_list<std::span<const ConfigKey>> tables) {
    Keys keys;
    for (const auto& table : tables) {
        for (const ConfigKey& key : table) keys.push_back(&key);
    }
    std::ranges::sort(keys, {}, &ConfigKey::name);
    return keys;
}

const Keys& topic_keys() {
    static const Keys keys = sorted({topic_config_table()});
    return keys;
}

const Keys& group_keys() {
    static const Keys keys = sorted({group_config_table()});
    return keys;
}

const Keys& broker_keys() {
    static const Keys keys = sorted({process_config_table(), logs_config_table(),
                                     coordinators_config_table(), security_config_table()});
    return keys;
}

const ConfigKey* find(const Keys& keys, std::string_view name) {
    const auto at = std::ranges::lower_bound(keys, name, {}, &ConfigKey::name);
    return at != keys.end() && (*at)->name == name ? *at : nullptr;
}

}  // namespace

std::string_view name_of(ConfigType type) {
    switch (type) {
        case ConfigType::BOOLEAN:
            return "BOOLEAN";
        case ConfigType::STRING:
            return "STRING";
        case ConfigType::INT:
            return "INT";
        case ConfigType::SHORT:
            return "SHORT";
        case ConfigType::LONG:
            return "LONG";
        case ConfigType::DOUBLE:
            return "DOUBLE";
        case ConfigType::LIST:
            return "LIST";
        case ConfigType::CLASS:
            return "CLASS";
        case ConfigType::PASSWORD:
            return "PASSWORD";
    }
    return "";
}

const ConfigKey* find_topic_config(std::string_view name) { return find(topic_keys(), name); }
const ConfigKey* find_broker_config(std::string_view name) { return find(broker_keys(), name); }
const ConfigKey* find_group_config(std::string_view name) { return find(group_keys(), name); }

std::span<const ConfigKey* const> topic_config_keys() { return topic_keys(); }
std::span<const ConfigKey* const> broker_config_keys() { return broker_keys(); }
std::span<const ConfigKey* const> group_config_keys() { return group_keys(); }

}  // namespace kafka::cluster
