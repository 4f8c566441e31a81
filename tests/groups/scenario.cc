#include "scenario.h"

#include <gtest/gtest.h>

#include <sstream>

#include "groups/classic/rebalance.h"

namespace kafka::groups {
namespace {

using Arguments = std::map<std::string, std::string, std::less<>>;

std::string get(const Arguments& from, std::string_view name, std::string otherwise = "") {
    const auto found = from.find(name);
    return found == from.end() ? otherwise : found->second;
}

std::optional<std::string> maybe(const Arguments& from, std::string_view name) {
    const auto found = from.find(name);
    if (found == from.end()) return std::nullopt;
    return found->second;
}

std::int64_t number(const Arguments& from, std::string_view name, std::int64_t otherwise) {
    const auto found = from.find(name);
    return found == from.end() ? otherwise : std::stoll(found->second);
}

// "250ms", "45s", "7d"
std::int64_t duration_ms(const std::string& text) {
    std::size_t end = 0;
    const std::int64_t count = std::stoll(text, &end);
    const std::string unit = text.substr(end);
    if (unit == "d") return count * 86'400'000;
    return unit == "s" ? count * 1'000 : count;
}

std::string duration(std::int64_t ms) {
    return ms % 1'000 == 0 ? std::to_string(ms / 1'000) + "s" : std::to_string(ms) + "ms";
}

std::vector<std::string> split(const std::string& text, char separator) {
    std::vector<std::string> parts;
    std::istringstream in(text);
    for (std::string part; std::getline(in, part, separator);) parts.push_back(part);
    return parts;
}

std::string or_none(const std::optional<std::string>& text) { return text.value_or("-"); }

}  // namespace

void Scenario::say(std::string_view what, const std::string& text) {
    output_ += what;
    output_.append(what.size() < 8 ? 8 - what.size() : 1, ' ');
    output_ += text + "\n";
}

std::string Scenario::run(std::string_view text) {
    std::string result;
    std::istringstream in{std::string(text)};
    bool skipping = false;  // what the last run printed
    for (std::string line; std::getline(in, line);) {
        if (line.empty()) {
            if (skipping) result += "\n";
            skipping = false;
            continue;
        }
        if (skipping) continue;
        result += line + "\n";
        if (line[0] == '#') continue;
        result += "----\n" + execute(line);
        skipping = true;
    }
    return result;
}

std::string Scenario::execute(std::string_view line) {
    output_.clear();
    std::istringstream in{std::string(line)};
    std::string command;
    in >> command;
    Arguments arguments;
    for (std::string word; in >> word;) {
        const auto equals = word.find('=');
        arguments[word.substr(0, equals)] =
            equals == std::string::npos ? "" : word.substr(equals + 1);
    }
    dispatch(command, arguments);

    std::string answers = std::exchange(output_, "");
    for (const Record& record : world_.take_written()) print(record);
    print_timers();
    for (const Reply& reply : world_.take_replies()) print(reply);
    EXPECT_TRUE(world_.replayed_state_is_live_state()) << line;
    return output_ + answers;
}

void Scenario::dispatch(const std::string& command, const Arguments& arguments) {
    if (command == "join") return join(arguments);
    if (command == "sync") return sync(arguments);
    if (command == "heartbeat") return heartbeat(arguments);
    if (command == "leave") return leave(arguments);
    if (command == "commit") return commit(arguments);
    if (command == "fetch") return fetch(arguments);
    if (command == "forget") return forget(arguments);
    if (command == "describe") return describe(arguments);
    if (command == "advance") return world_.advance(duration_ms(arguments.begin()->first));
    if (command == "restart") return world_.restart();
    if (command == "end-transaction") {
        return world_.end_transaction(ProducerId{number(arguments, "producer", 1)},
                                      arguments.contains("commit"));
    }
    if (command == "delete-group") {
        const auto code = world_.apply(world_.coordinator().delete_group(get(arguments, "group")));
        return say("reply", std::string(error_name(code)));
    }
    if (command == "config") {
        world_.config().initial_rebalance_delay_ms =
            static_cast<std::int32_t>(number(arguments, "initial_rebalance_delay_ms", 0));
        world_.config().max_size = static_cast<std::int32_t>(number(arguments, "max_size", 1000));
        return;
    }
    if (!dispatch_consumer(command, arguments)) ADD_FAILURE() << "no such command: " << command;
}

Token Scenario::token_for(const Arguments& arguments) {
    const Token token{next_token_++};
    requests_[token.value] = get(arguments, "as", get(arguments, "member", "?"));
    return token;
}

void Scenario::join(const Arguments& arguments) {
    JoinGroupRequest request;
    request.group_id = get(arguments, "group");
    request.session_timeout_ms =
        static_cast<std::int32_t>(duration_ms(get(arguments, "session", "10s")));
    request.rebalance_timeout_ms =
        static_cast<std::int32_t>(duration_ms(get(arguments, "rebalance", "60s")));
    request.member_id = get(arguments, "member");
    request.group_instance_id = maybe(arguments, "instance");
    request.protocol_type = get(arguments, "type", "consumer");
    for (const std::string& name : split(get(arguments, "protocols", "range"), ',')) {
        request.protocols.push_back(
            {name, subscription_to(get(arguments, "topics", "orders"), get(arguments, "owned"))});
    }
    const std::string client = get(arguments, "client", get(arguments, "instance", "c"));
    std::string new_id = client;
    if (request.member_id.empty()) new_id += "-" + std::to_string(++ids_[client]);
    const ClassicJoin join{request,
                           static_cast<std::int16_t>(number(arguments, "version", 9)),
                           token_for(arguments),
                           client,
                           "/127.0.0.1",
                           new_id};
    world_.apply(world_.coordinator().join_group(join, world_.context()));
}

void Scenario::sync(const Arguments& arguments) {
    SyncGroupRequest request;
    request.group_id = get(arguments, "group");
    request.member_id = get(arguments, "member");
    request.group_instance_id = maybe(arguments, "instance");
    request.generation_id =
        GenerationId{static_cast<std::int32_t>(number(arguments, "generation", 1))};
    request.protocol_type = maybe(arguments, "type");
    request.protocol_name = maybe(arguments, "protocol");
    for (const std::string& each : split(get(arguments, "assign"), ',')) {
        const auto colon = each.find(':');
        request.assignments.push_back(
            {each.substr(0, colon), assignment_in(each.substr(colon + 1))});
    }
    world_.apply(world_.coordinator().sync_group(request, token_for(arguments), world_.context()));
}

void Scenario::heartbeat(const Arguments& arguments) {
    HeartbeatRequest request;
    request.group_id = get(arguments, "group");
    request.member_id = get(arguments, "member");
    request.group_instance_id = maybe(arguments, "instance");
    request.generation_id =
        GenerationId{static_cast<std::int32_t>(number(arguments, "generation", 1))};
    const auto response = world_.coordinator().heartbeat(request, world_.context());
    say("reply", std::string(error_name(response.error_code)));
}

void Scenario::leave(const Arguments& arguments) {
    LeaveGroupRequest request;
    request.group_id = get(arguments, "group");
    request.members.push_back({get(arguments, "member"), maybe(arguments, "instance"), {}});
    const auto response =
        world_.apply(world_.coordinator().leave_group(request, 5, world_.context()));
    for (const auto& member : response.members) {
        say("reply", std::string(error_name(member.error_code)));
    }
}

void Scenario::commit(const Arguments& arguments) {
    const PartitionIndex partition{static_cast<std::int32_t>(number(arguments, "partition", 0))};
    const Offset offset{number(arguments, "offset", 0)};
    const LeaderEpoch epoch{static_cast<std::int32_t>(number(arguments, "epoch", -1))};
    const auto generation = static_cast<std::int32_t>(number(arguments, "generation", -1));
    const std::string topic = get(arguments, "topic", "orders");
    if (arguments.contains("producer")) {
        TxnOffsetCommitRequest request;
        request.group_id = get(arguments, "group");
        request.producer_id = ProducerId{number(arguments, "producer", 1)};
        request.generation_id = GenerationId{generation};
        request.member_id = get(arguments, "member");
        request.topics.push_back(
            {topic, {{partition, offset, epoch, maybe(arguments, "metadata")}}});
        const auto response =
            world_.apply(world_.coordinator().txn_offset_commit(request, world_.context()));
        return say("reply", std::string(error_name(response.topics[0].partitions[0].error_code)));
    }
    OffsetCommitRequest request;
    request.group_id = get(arguments, "group");
    request.generation_id_or_member_epoch = generation;
    request.member_id = get(arguments, "member");
    request.group_instance_id = maybe(arguments, "instance");
    if (arguments.contains("retention")) {
        request.retention_time_ms = duration_ms(get(arguments, "retention"));
    }
    request.topics.push_back(
        {topic, Uuid{}, {{partition, offset, epoch, maybe(arguments, "metadata")}}});
    const auto response = world_.apply(world_.coordinator().offset_commit(
        request, static_cast<std::int16_t>(number(arguments, "version", 9)), world_.context()));
    say("reply", std::string(error_name(response.topics[0].partitions[0].error_code)));
}

void Scenario::fetch(const Arguments& arguments) {
    OffsetFetchRequest::Group request;
    request.group_id = get(arguments, "group");
    request.topics.reset();
    if (arguments.contains("topic")) {
        const PartitionIndex partition{
            static_cast<std::int32_t>(number(arguments, "partition", 0))};
        request.topics.emplace().push_back({get(arguments, "topic"), Uuid{}, {partition}});
    }
    const auto response =
        world_.coordinator().offset_fetch(request, arguments.contains("require_stable"));
    for (const auto& topic : response.topics) {
        for (const auto& each : topic.partitions) {
            say("offset", topic.name + "-" + std::to_string(each.partition_index.value) + " " +
                              std::to_string(each.committed_offset.value) +
                              " epoch=" + std::to_string(each.committed_leader_epoch.value) + " '" +
                              or_none(each.metadata) + "' " +
                              std::string(error_name(each.error_code)));
        }
    }
    say("reply", std::string(error_name(response.error_code)));
}

void Scenario::forget(const Arguments& arguments) {
    OffsetDeleteRequest request;
    request.group_id = get(arguments, "group");
    const PartitionIndex partition{static_cast<std::int32_t>(number(arguments, "partition", 0))};
    request.topics.push_back({get(arguments, "topic", "orders"), {{partition}}});
    const auto response = world_.apply(world_.coordinator().offset_delete(request));
    const ErrorCode code =
        response.topics.empty() ? response.error_code : response.topics[0].partitions[0].error_code;
    say("reply", std::string(error_name(code)));
}

void Scenario::describe(const Arguments& arguments) {
    const auto group = world_.coordinator().describe_group(
        get(arguments, "group"), static_cast<std::int16_t>(number(arguments, "version", 6)));
    say("group", group.group_state + " type=" + group.protocol_type + " protocol=" +
                     group.protocol_data + " " + std::string(error_name(group.error_code)));
    for (const auto& member : group.members) {
        say("member", member.member_id + " instance=" + or_none(member.group_instance_id) +
                          " assignment=" + text_of_assignment(member.member_assignment) +
                          " metadata=" + std::to_string(member.member_metadata.size()) + "B");
    }
}

void Scenario::print(const Record& record) {
    if (const auto* commit = std::get_if<OffsetCommitRecord>(&record)) {
        const std::string key = commit->key.group + " " + commit->key.topic + "-" +
                                std::to_string(commit->key.partition.value);
        return say("record", "OffsetCommit  " + key +
                                 (commit->value ? " " + std::to_string(commit->value->offset.value)
                                                : " (tombstone)"));
    }
    if (!std::holds_alternative<GroupMetadataRecord>(record)) {
        return say("record", text_of_record(record));
    }
    const auto& group = std::get<GroupMetadataRecord>(record);
    if (!group.value) return say("record", "GroupMetadata " + group.key.group + " (tombstone)");
    std::string text = "GroupMetadata " + group.key.group +
                       " generation=" + std::to_string(group.value->generation.value) +
                       " type=" + group.value->protocol_type +
                       " protocol=" + or_none(group.value->protocol) +
                       " leader=" + or_none(group.value->leader);
    for (const auto& member : group.value->members) {
        text += " " + member.member_id + ":" + text_of_assignment(member.assignment);
    }
    say("record", text);
}

void Scenario::print(const Reply& reply) {
    const std::string who = requests_.at(reply.to.value);
    if (const auto* sync = std::get_if<SyncGroupResponse>(&reply.response)) {
        return say("reply", who + " " + std::string(error_name(sync->error_code)) +
                                " assignment=" + text_of_assignment(sync->assignment));
    }
    const auto& join = std::get<JoinGroupResponse>(reply.response);
    std::string text =
        who + " " + std::string(error_name(join.error_code)) + " member=" + join.member_id;
    if (join.error_code == ErrorCode::NONE) {
        text += " generation=" + std::to_string(join.generation_id.value) +
                " protocol=" + or_none(join.protocol_name) + " leader=" + join.leader;
        if (join.skip_assignment) text += " skip_assignment";
        if (!join.members.empty()) text += " members=";
        for (std::size_t i = 0; i < join.members.size(); ++i) {
            text += (i > 0 ? "," : "") + join.members[i].member_id;
        }
    }
    say("reply", text);
}

void Scenario::print_timers() {
    std::map<std::string, SteadyMs> now;
    std::vector<ListGroupsResponse::Group> groups;
    world_.coordinator().list_groups({}, groups);
    for (const auto& listed : groups) {
        const Group& found = *world_.coordinator().find(listed.group_id);
        for (const auto& [id, timer] : found.timers.members) {
            const std::string name = listed.group_id + "/" + id;
            now["session/" + name] = timer.session;
            now["rebalance/" + name] = timer.rebalance;
            now["join/" + name] = timer.join;
            now["sync/" + name] = timer.sync;
        }
        const ClassicGroup& group = found.classic;
        now["join/" + group.id] = group.join_deadline;
        now["sync/" + group.id] = group.sync_deadline;
        for (const auto& [id, deadline] : group.pending_members) {
            now["pending/" + group.id + "/" + id] = deadline;
        }
        for (const auto& [id, member] : group.members) {
            now["session/" + group.id + "/" + id] = member.session_deadline;
        }
    }
    std::erase_if(now, [](const auto& entry) { return entry.second == kNever; });
    for (const auto& [name, deadline] : now) {
        const auto before = timers_.find(name);
        if (before != timers_.end() && before->second == deadline) continue;
        say("timer", name + " in " + duration(deadline - world_.now().steady));
    }
    for (const auto& [name, deadline] : timers_) {
        if (!now.contains(name)) {
            say("timer", name + (deadline <= world_.now().steady ? " fired" : " off"));
        }
    }
    timers_ = std::move(now);
}

}  // namespace kafka::groups
