// The commands of a scenario that are about consumer groups, and their records as text.
#include <gtest/gtest.h>

#include <sstream>

#include "groups/classic/consumer_protocol.h"
#include "protocol/encoder.h"
#include "scenario.h"

namespace kafka::groups {
namespace {

using Arguments = std::map<std::string, std::string, std::less<>>;

std::optional<std::string> maybe(const Arguments& from, std::string_view name) {
    const auto found = from.find(name);
    if (found == from.end()) return std::nullopt;
    return found->second;
}

std::int32_t number(const Arguments& from, std::string_view name, std::int32_t otherwise) {
    const auto text = maybe(from, name);
    return text ? std::stoi(*text) : otherwise;
}

std::vector<std::string> split(const std::string& text, char separator) {
    std::vector<std::string> parts;
    std::istringstream in(text);
    for (std::string part; std::getline(in, part, separator);) parts.push_back(part);
    return parts;
}

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) {
        if (!text.empty()) text += ',';
        text += word;
    }
    return text;
}

PartitionIndex index_of(PartitionIndex partition) { return partition; }
PartitionIndex index_of(const OwnedPartition& owned) { return owned.partition; }

std::string_view name_of(MemberState state) {
    switch (state) {
        case MemberState::Stable:
            return "Stable";
        case MemberState::UnrevokedPartitions:
            return "UnrevokedPartitions";
        case MemberState::UnreleasedPartitions:
            return "UnreleasedPartitions";
    }
    return "?";
}

template <class Key>
std::string name_in(std::string_view type, const Key& key) {
    std::string text(type);
    text.append(18 - std::min<std::size_t>(type.size(), 17), ' ');
    text.append(key.group_id);
    if constexpr (requires { key.member_id; }) text.append("/").append(key.member_id);
    if constexpr (requires { key.regular_expression; }) {
        text.append("/").append(key.regular_expression);
    }
    return text;
}

}  // namespace

// orders[0,1];users[0]
template <class Owned>
std::string Scenario::text_of_partitions(const Owned& owned) const {
    std::string text;
    for (const auto& [id, partitions] : owned) {
        TopicInfo topic{.name = "?"};
        world_.context().metadata.find_topic(id, topic);
        if (!text.empty()) text += ';';
        text.append(topic.name).append("[");
        for (std::size_t i = 0; i < partitions.size(); ++i) {
            if (i > 0) text += ',';
            text.append(std::to_string(index_of(partitions[i]).value));
        }
        text += ']';
    }
    return text.empty() ? "-" : text;
}

TopicPartitions Scenario::parse_partitions(const std::string& text) const {
    TopicPartitions partitions;
    if (text == "-") return partitions;
    for (const std::string& each : split(text, ';')) {
        const auto open = each.find('[');
        TopicInfo topic;
        EXPECT_TRUE(world_.context().metadata.find_topic(each.substr(0, open), topic)) << each;
        const std::string inner = each.substr(open + 1, each.size() - open - 2);
        for (const std::string& index : split(inner, '.')) {
            partitions[topic.id].push_back({std::stoi(index)});
        }
    }
    return partitions;
}

// What a consumer that wants these topics, and has those partitions, sends.
Bytes Scenario::subscription_to(const std::string& topics, const std::string& owned) const {
    ConsumerProtocolSubscription subscription;
    subscription.topics = split(topics, ',');
    subscription.user_data.reset();
    for (const auto& [id, partitions] : parse_partitions(owned)) {
        TopicInfo topic;
        world_.context().metadata.find_topic(id, topic);
        subscription.owned_partitions.push_back({std::string(topic.name), partitions});
    }
    const std::int16_t version = owned.empty() ? 0 : 1;
    Encoder encoder;
    encoder.integer(version);
    encode(encoder, subscription, version);
    return {encoder.bytes().begin(), encoder.bytes().end()};
}

// "@orders[0.1]" as consumers write it, anything else as it is.
Bytes Scenario::assignment_in(const std::string& text) const {
    if (!text.starts_with('@')) return {text.begin(), text.end()};
    return write_assignment(parse_partitions(text.substr(1)), {0, 0}, world_.context().metadata);
}

std::string Scenario::text_of_assignment(const Bytes& bytes) const {
    const std::string plain(bytes.begin(), bytes.end());
    if (bytes.empty() || bytes[0] != 0) return plain;
    const auto assignment = read_assignment(bytes);
    if (!assignment) return plain;
    return text_of_partitions(assigned_in(*assignment, world_.context().metadata));
}

bool Scenario::dispatch_consumer(const std::string& command, const Arguments& arguments) {
    if (command == "topic") {
        world_.metadata().put_topic(*maybe(arguments, "name"), number(arguments, "partitions", 1));
    } else if (command == "delete-topic") {
        world_.metadata().delete_topic(*maybe(arguments, "name"));
    } else if (command == "beat") {
        beat(arguments);
    } else if (command == "describe-consumers") {
        describe_consumers(arguments);
    } else if (command == "set") {
        set(arguments);
    } else {
        return false;
    }
    return true;
}

void Scenario::set(const Arguments& arguments) {
    if (const auto policy = maybe(arguments, "migration")) {
        world_.config().consumer_migration = *policy == "disabled"  ? MigrationPolicy::Disabled
                                             : *policy == "upgrade" ? MigrationPolicy::Upgrade
                                             : *policy == "downgrade"
                                                 ? MigrationPolicy::Downgrade
                                                 : MigrationPolicy::Bidirectional;
    }
    auto& config = world_.config();
    config.consumer_max_size = number(arguments, "max_size", config.consumer_max_size);
    auto& settings = world_.metadata().settings;
    settings.assignment_interval_ms =
        number(arguments, "assignment_interval_ms", settings.assignment_interval_ms);
    if (const auto group = maybe(arguments, "group")) {
        auto& own = world_.metadata().settings_of_group[*group];
        own.session_timeout_ms = number(arguments, "session_timeout_ms", own.session_timeout_ms);
    }
}

// beat group=g member=m epoch=0 [topics=a,b] [regex=x] [owned=a[0.1]] [instance=i] …
void Scenario::beat(const Arguments& arguments) {
    ConsumerGroupHeartbeatRequest request;
    request.group_id = *maybe(arguments, "group");
    request.member_id = maybe(arguments, "member").value_or("");
    request.member_epoch = MemberEpoch{number(arguments, "epoch", 0)};
    request.instance_id = maybe(arguments, "instance");
    request.rack_id = maybe(arguments, "rack");
    request.server_assignor = maybe(arguments, "assignor");
    request.subscribed_topic_regex = maybe(arguments, "regex");
    const bool joins = request.member_epoch == kJoining;
    request.rebalance_timeout_ms = number(arguments, "rebalance_ms", joins ? 60'000 : -1);
    if (const auto topics = maybe(arguments, "topics")) {
        request.subscribed_topic_names = split(*topics, ',');
    }
    if (joins) request.topic_partitions.emplace();
    if (const auto owned = maybe(arguments, "owned")) {
        request.topic_partitions.emplace();
        for (const auto& [topic, partitions] : parse_partitions(*owned)) {
            request.topic_partitions->push_back({topic, partitions});
        }
    }
    const ConsumerHeartbeat heartbeat{request,
                                      static_cast<std::int16_t>(number(arguments, "version", 1)),
                                      "client", "/127.0.0.1", "made-up"};
    const auto response =
        world_.apply(world_.coordinator().consumer_heartbeat(heartbeat, world_.context()));
    std::string text(error_name(response.error_code));
    if (response.error_code != ErrorCode::NONE) {
        if (response.error_message) text += " " + *response.error_message;
        return say("reply", text);
    }
    text += " epoch=" + std::to_string(response.member_epoch.value);
    if (response.assignment) {
        TopicPartitions assigned;
        for (const auto& each : response.assignment->topic_partitions) {
            assigned[each.topic_id] = each.partitions;
        }
        text += " assignment=" + text_of_partitions(assigned);
    }
    say("reply", text);
}

void Scenario::describe_consumers(const Arguments& arguments) {
    const auto group =
        world_.coordinator().describe_consumer_group(*maybe(arguments, "group"), world_.context());
    if (group.error_code != ErrorCode::NONE) {
        return say("group", std::string(error_name(group.error_code)) + " " + *group.error_message);
    }
    say("group", group.group_state + " epoch=" + std::to_string(group.group_epoch.value) +
                     " assigned=" + std::to_string(group.assignment_epoch.value) + " by " +
                     group.assignor_name);
    for (const auto& member : group.members) {
        TopicPartitions has, target;
        for (const auto& each : member.assignment.topic_partitions) {
            has[each.topic_id] = each.partitions;
        }
        for (const auto& each : member.target_assignment.topic_partitions) {
            target[each.topic_id] = each.partitions;
        }
        say("member", member.member_id + (member.member_type == 0 ? " (classic)" : "") +
                          " epoch=" + std::to_string(member.member_epoch.value) + " has " +
                          text_of_partitions(has) + " of " + text_of_partitions(target));
    }
}

std::string Scenario::text_of_record(const Record& record) const {
    if (const auto* group = std::get_if<ConsumerGroupRecord>(&record)) {
        const std::string name = name_in("Group", group->key);
        if (!group->value) return name + " (tombstone)";
        return name + " epoch=" + std::to_string(group->value->epoch.value) +
               (group->value->metadata_hash == 0 ? " no topics" : "");
    }
    if (const auto* member = std::get_if<MemberRecord>(&record)) {
        const std::string name = name_in("Member", member->key);
        if (!member->value) return name + " (tombstone)";
        const auto& said = *member->value;
        return name + " topics=" + joined(said.subscribed_topic_names) +
               (said.subscribed_topic_regex.value_or("").empty()
                    ? ""
                    : " regex=" + *said.subscribed_topic_regex) +
               (said.instance_id ? " instance=" + *said.instance_id : "") +
               (said.server_assignor ? " assignor=" + *said.server_assignor : "") +
               (said.classic_member_metadata ? " classic" : "");
    }
    if (const auto* epoch = std::get_if<TargetEpochRecord>(&record)) {
        const std::string name = name_in("TargetEpoch", epoch->key);
        if (!epoch->value) return name + " (tombstone)";
        return name + " epoch=" + std::to_string(epoch->value->assignment_epoch.value);
    }
    if (const auto* target = std::get_if<TargetRecord>(&record)) {
        const std::string name = name_in("Target", target->key);
        if (!target->value) return name + " (tombstone)";
        TopicPartitions partitions;
        for (const auto& each : target->value->topic_partitions) {
            partitions[each.topic_id] = each.partitions;
        }
        return name + " " + text_of_partitions(partitions);
    }
    if (const auto* current = std::get_if<CurrentRecord>(&record)) {
        const std::string name = name_in("Current", current->key);
        if (!current->value) return name + " (tombstone)";
        ConsumerGroup group;
        replay(group, *current);
        const CurrentAssignment& now = group.members.begin()->second.current;
        return name + " " + std::string(name_of(now.state)) +
               " epoch=" + std::to_string(now.epoch.value) + "<-" +
               std::to_string(now.previous_epoch.value) + " " + text_of_partitions(now.assigned) +
               (now.revoking.empty() ? "" : " revoking " + text_of_partitions(now.revoking));
    }
    if (const auto* regex = std::get_if<RegexRecord>(&record)) {
        const std::string name = name_in("Regex", regex->key);
        return name + (regex->value ? " is " + joined(regex->value->topics) : " (tombstone)");
    }
    return name_in("PartitionMetadata", std::get<PartitionMetadataRecord>(record).key) +
           " (tombstone)";
}

}  // namespace kafka::groups
