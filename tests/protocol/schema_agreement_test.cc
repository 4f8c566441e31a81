// Our schemas, as the compiler understood them, against Kafka's definitions (messages.jsonl): every
// message, every version, every field.
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json/src.hpp>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>

#include "protocol/registry/message_registry.h"

namespace kafka {
namespace {

namespace json = boost::json;

struct Range {
    int first = 0;
    int last = 32767;

    bool contains(int version) const { return first <= version && version <= last; }
};

// "3+", "2-4", "7"; nothing for "none" and for what is not there.
std::optional<Range> range_of(const json::object& object, const char* key) {
    const json::value* value = object.if_contains(key);
    if (!value) return std::nullopt;
    const std::string text(value->as_string());
    if (text == "none") return std::nullopt;
    Range range{std::stoi(text), std::stoi(text)};
    if (text.ends_with('+')) range.last = 32767;
    if (const auto dash = text.find('-'); dash != std::string::npos) {
        range.last = std::stoi(text.substr(dash + 1));
    }
    return range;
}

std::string text_of(const json::object& object, const char* key) {
    const json::value* value = object.if_contains(key);
    return value && value->is_string() ? std::string(value->as_string()) : "";
}

// Names of both sides without case and underscores: TopicId and topic_id are topicid.
std::string plain(std::string_view name) {
    std::string result;
    for (const char c : name) {
        if (c != '_') result += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
    return result;
}

// A field as one version has it, in a line, so that a difference can be read.
struct FieldLine {
    std::string path;
    std::string type;
    bool nullable = false;
    int tag = -1;
    bool never_flexible = false;
    std::string default_value;
    bool ignorable = false;

    std::string text() const {
        std::ostringstream out;
        out << path << ' ' << type << (nullable ? "?" : "") << " tag " << tag
            << (never_flexible ? " never-flexible" : "") << " = \"" << default_value << '"'
            << (ignorable ? " ignorable" : "");
        return out.str();
    }
};

std::string number(const std::string& text) {
    return text.empty() ? "0" : std::to_string(std::stoll(text, nullptr, 0));
}

// Kafka's default for the field.
std::string kafka_default(const json::object& field, const std::string& type) {
    const json::value* value = field.if_contains("default");
    std::string text;
    if (value && value->is_string()) text = std::string(value->as_string());
    if (value && value->is_int64()) text = std::to_string(value->as_int64());
    if (value && value->is_bool()) text = value->as_bool() ? "true" : "false";
    if (text == "null") return text;
    if (type.starts_with("[]")) return "[]";
    if (type == "struct") return "{}";
    if (type == "bool") return text.empty() ? "false" : text;
    if (type.starts_with("int") || type.starts_with("uint") || type == "float64") {
        return number(text);
    }
    return text;
}

// Walks Kafka's definition of one message in one version.
class KafkaDefinition {
  public:
    KafkaDefinition(const json::object& message, int version) : version_(version) {
        if (const json::value* shared = message.if_contains("commonStructs")) {
            for (const auto& one : shared->as_array()) {
                shared_[text_of(one.as_object(), "name")] = &one.as_object();
            }
        }
        fields(message.at("fields").as_array(), "");
    }

    std::vector<std::string> lines;

  private:
    void fields(const json::array& all, const std::string& prefix) {
        for (const auto& one : all) field(one.as_object(), prefix);
    }

    void field(const json::object& field, const std::string& prefix) {
        const auto tagged = range_of(field, "taggedVersions");
        const Range versions = range_of(field, "versions").value_or(tagged.value_or(Range{}));
        if (!versions.contains(version_)) return;
        const std::string full_type = text_of(field, "type");
        const bool array = full_type.starts_with("[]");
        const std::string element = array ? full_type.substr(2) : full_type;
        const bool is_struct = std::isupper(static_cast<unsigned char>(element[0]));
        const auto nullable = range_of(field, "nullableVersions");

        FieldLine line;
        line.path = prefix + plain(text_of(field, "name"));
        line.type = array ? "[]" : "";
        line.type += is_struct ? "struct" : element;
        line.nullable = nullable && nullable->contains(version_);
        if (tagged && tagged->contains(version_)) {
            line.tag = static_cast<int>(field.at("tag").as_int64());
        }
        line.never_flexible = text_of(field, "flexibleVersions") == "none";
        line.default_value = kafka_default(field, line.type);
        const json::value* ignorable = field.if_contains("ignorable");
        line.ignorable = ignorable && ignorable->as_bool();
        lines.push_back(line.text());

        const std::string path = line.path + ".";
        if (const json::value* nested = field.if_contains("fields")) {
            fields(nested->as_array(), path);
        } else if (is_struct) {
            fields(shared_.at(element)->at("fields").as_array(), path);
        }
    }

    int version_;
    std::map<std::string, const json::object*> shared_;
};

std::vector<json::object> kafka_messages() {
    std::vector<json::object> messages;
    std::ifstream in(TEST_DATA_DIR "/wire/messages.jsonl");
    std::string line;
    while (std::getline(in, line)) messages.push_back(json::parse(line).as_object());
    return messages;
}

const MessageDescription* our_message(std::string_view name) {
    const auto all = message_descriptions();
    const auto found = std::ranges::find(all, name, &MessageDescription::name);
    return found == all.end() ? nullptr : &*found;
}

// Where a field is in every version, always nullable and never tagged, no one can see its default.
bool default_is_visible(const FieldDescription& field, const MessageDescription& message) {
    const bool everywhere =
        field.first_version == message.first_version && field.last_version == message.last_version;
    const bool always_nullable =
        field.first_nullable == field.first_version && field.last_nullable == field.last_version;
    return !everywhere || field.tag >= 0 || !always_nullable;
}

// Our description of the same, with the same text wherever the two agree. `kafka` is the line to
// compare with: what nobody can see on the wire is taken from there.
std::string our_line(const FieldDescription& field, const MessageDescription& message, int version,
                     const std::string& kafka) {
    FieldLine line;
    line.path = plain(field.path);
    line.type = field.type;
    line.nullable = field.first_nullable <= version && version <= field.last_nullable;
    line.tag = field.tag;
    line.never_flexible = field.never_flexible;
    line.default_value = field.default_value;
    if (!default_is_visible(field, message)) {
        const auto quote = kafka.find('"') + 1;
        line.default_value = kafka.substr(quote, kafka.rfind('"') - quote);
    }
    const bool everywhere =
        field.first_version == message.first_version && field.last_version == message.last_version;
    line.ignorable = everywhere ? kafka.ends_with(" ignorable") : field.ignorable;
    return line.text();
}

std::string our_role(const std::string& kafka_type) {
    if (kafka_type == "request" || kafka_type == "response") return kafka_type;
    return kafka_type.starts_with("coordinator-") ? kafka_type.substr(12) : "plain";
}

TEST(SchemaAgreement, EveryMessageIsThereAndNoOther) {
    const auto messages = kafka_messages();
    EXPECT_EQ(messages.size(), 272u);
    EXPECT_EQ(message_descriptions().size(), messages.size());
    for (const auto& message : messages) {
        EXPECT_TRUE(our_message(text_of(message, "name"))) << text_of(message, "name");
    }
}

TEST(SchemaAgreement, KeysVersionsAndListenersAreKafkas) {
    for (const auto& message : kafka_messages()) {
        const std::string name = text_of(message, "name");
        const MessageDescription& ours = *our_message(name);
        const Range valid = *range_of(message, "validVersions");
        EXPECT_EQ(ours.first_version, valid.first) << name;
        EXPECT_EQ(ours.last_version, valid.last) << name;
        const auto flexible = range_of(message, "flexibleVersions");
        EXPECT_EQ(ours.first_flexible, flexible ? flexible->first : -1) << name;
        const json::value* key = message.if_contains("apiKey");
        EXPECT_EQ(ours.key, key ? key->as_int64() : -1) << name;
        const std::string role = text_of(message, "type");
        EXPECT_EQ(ours.role, our_role(role)) << name;
        if (role != "request") continue;
        std::string listeners;
        if (const json::value* all = message.if_contains("listeners")) {
            for (const auto& one : all->as_array()) {
                if (!listeners.empty()) listeners += ',';
                listeners += one.as_string().c_str();
            }
        }
        EXPECT_EQ(ours.listeners, listeners) << name;
        const json::value* unstable = message.if_contains("latestVersionUnstable");
        EXPECT_EQ(ours.latest_version_unstable, unstable && unstable->as_bool()) << name;
    }
}

TEST(SchemaAgreement, EveryFieldOfEveryVersionIsKafkas) {
    int versions_seen = 0;
    int fields_seen = 0;
    for (const auto& message : kafka_messages()) {
        const std::string name = text_of(message, "name");
        const MessageDescription& ours = *our_message(name);
        for (int version = ours.first_version; version <= ours.last_version; ++version) {
            const KafkaDefinition kafka(message, version);
            std::size_t at = 0;
            for (const FieldDescription& field : field_descriptions()) {
                if (field.message != name) continue;
                if (version < field.first_version || version > field.last_version) continue;
                ASSERT_LT(at, kafka.lines.size()) << name << " v" << version << " " << field.path;
                const std::string& theirs = kafka.lines[at++];
                EXPECT_EQ(our_line(field, ours, version, theirs), theirs)
                    << name << " v" << version;
                ++fields_seen;
            }
            EXPECT_EQ(at, kafka.lines.size()) << name << " v" << version << " lacks fields";
            ++versions_seen;
        }
    }
    EXPECT_EQ(versions_seen, 728);
    EXPECT_GT(fields_seen, 5000);
}

}  // namespace
}  // namespace kafka
