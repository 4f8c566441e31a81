// Apache Kafka's own assignors were asked to assign groups that grow, shrink and change; what they
// answered is in tests/data/assignors. A line is
//   range same topics=t0:4,t1:1 ma/instance[t0.t1]=t0:0.1 mb[t0]=- -> ma=t0:0.1;t1:0 mb=t0:2.3
// member/instance id[subscription]=what it was to have -> member=what it shall have.
#include "groups/assignors/assignor.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>

namespace kafka::groups {
namespace {

Uuid id_of(const std::string& topic) {
    Uuid id;
    id.bytes[15] = static_cast<std::uint8_t>(std::stoi(topic.substr(1)) + 1);
    return id;
}

std::vector<std::string> split(const std::string& text, char separator) {
    std::vector<std::string> parts;
    std::istringstream in(text);
    for (std::string part; std::getline(in, part, separator);) parts.push_back(part);
    return parts;
}

TopicPartitions parse_partitions(const std::string& text) {
    TopicPartitions partitions;
    if (text == "-") return partitions;
    for (const std::string& topic : split(text, ';')) {
        const auto colon = topic.find(':');
        for (const std::string& index : split(topic.substr(colon + 1), '.')) {
            partitions[id_of(topic.substr(0, colon))].push_back({std::stoi(index)});
        }
    }
    return partitions;
}

struct Vector {
    std::string assignor;
    std::vector<std::string> names, instances;
    std::vector<TopicPartitions> before, after;
    GroupToAssign group;
};

void parse_member(Vector& vector, const std::string& text) {
    const auto open = text.find('[');
    const auto close = text.find(']');
    const std::string name = text.substr(0, open);
    const auto slash = name.find('/');
    vector.names.push_back(name.substr(0, slash));
    vector.instances.push_back(slash == std::string::npos ? "" : name.substr(slash + 1));
    MemberToAssign member;
    for (const std::string& topic : split(text.substr(open + 1, close - open - 1), '.')) {
        member.topics.push_back(id_of(topic));
    }
    vector.group.members.push_back(member);
    vector.before.push_back(parse_partitions(text.substr(close + 2)));
}

// The group views what else is in the vector.
void parse(const std::string& line, Vector& vector) {
    std::istringstream in(line);
    std::string kind, topics;
    in >> vector.assignor >> kind >> topics;
    for (const std::string& topic : split(topics.substr(7), ',')) {
        const auto colon = topic.find(':');
        vector.group.topics.push_back(
            {id_of(topic.substr(0, colon)), std::stoi(topic.substr(colon + 1))});
    }
    bool result = false;
    for (std::string word; in >> word;) {
        if (word == "->") {
            result = true;
        } else if (result) {
            vector.after.push_back(parse_partitions(word.substr(word.find('=') + 1)));
        } else {
            parse_member(vector, word);
        }
    }
    std::erase_if(vector.group.topics, [&](const TopicToAssign& topic) {
        return std::ranges::none_of(vector.group.members, [&](const MemberToAssign& member) {
            return std::ranges::count(member.topics, topic.id) > 0;
        });
    });
    for (std::size_t i = 0; i < vector.names.size(); ++i) {
        vector.group.members[i].id = vector.names[i];
        vector.group.members[i].instance_id = vector.instances[i];
        vector.group.members[i].target = &vector.before[i];
    }
}

template <class Hold>
void for_each_vector(const std::string& file, Hold hold) {
    std::ifstream in(std::string(TEST_DATA_DIR "/assignors/") + file);
    int lines = 0;
    for (std::string line; std::getline(in, line); ++lines) {
        SCOPED_TRACE(line);
        Vector vector;
        parse(line, vector);
        hold(vector, find_assignor(vector.assignor)(vector.group));
    }
    EXPECT_GT(lines, 0);
}

void hold_exactly(const std::string& file) {
    for_each_vector(file, [](const Vector& vector, const Assignment& assigned) {
        EXPECT_TRUE(assigned == vector.after);
    });
}

std::size_t moved(const std::vector<TopicPartitions>& from, const Assignment& to) {
    std::size_t kept = 0;
    std::size_t all = 0;
    for (std::size_t i = 0; i < to.size(); ++i) {
        all += count(to[i]);
        for (const auto& [topic, partitions] : to[i]) {
            const auto had = from[i].find(topic);
            if (had == from[i].end()) continue;
            for (const PartitionIndex partition : partitions) {
                kept += std::ranges::binary_search(had->second, partition) ? 1 : 0;
            }
        }
    }
    return all - kept;
}

TEST(RangeAssignor, AssignsWhatKafkaAssigns) { hold_exactly("range.txt"); }

TEST(UniformAssignor, AssignsWhatKafkaAssignsToEqualSubscriptions) {
    hold_exactly("uniform_same.txt");
}

std::vector<std::size_t> loads(const Assignment& assigned) {
    std::vector<std::size_t> loads;
    for (const TopicPartitions& each : assigned) loads.push_back(count(each));
    std::ranges::sort(loads);
    return loads;
}

// Of partitions and members that are as good as each other Kafka may choose another one: what
// counts is that the loads are the same, and that no more of them move.
TEST(UniformAssignor, IsAsEvenAndAsStickyAsKafkasForDifferentSubscriptions) {
    for_each_vector("uniform_mixed.txt", [](const Vector& vector, const Assignment& assigned) {
        EXPECT_EQ(loads(assigned), loads(vector.after));
        EXPECT_LE(moved(vector.before, assigned), moved(vector.before, vector.after));
    });
}

}  // namespace
}  // namespace kafka::groups
