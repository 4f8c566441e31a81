// Which topics a consumer group reads: names, regular expressions, and whether the topics behind
// them are still as they were.
#include <re2/re2.h>

#include <algorithm>

#include "groups/consumer/steps.h"

namespace kafka::groups {
namespace {

// A regular expression is a client's: it may not have more memory than this for its program.
constexpr std::int64_t kRegexMemory = 1 << 20;

RE2::Options regex_options() {
    RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(kRegexMemory);
    return options;
}

std::vector<std::string> matching_topics(const std::string& regex, const Metadata& metadata) {
    std::vector<std::string> topics;
    const RE2 compiled(regex, regex_options());
    if (!compiled.ok()) return topics;  // of a log that another broker has written
    metadata.for_each_topic([&](const TopicInfo& topic) {
        if (RE2::FullMatch(topic.name, compiled)) topics.emplace_back(topic.name);
    });
    return topics;
}

// FNV-1a with a final mix: equal topics, equal hash, whoever computes it.
class Hash {
  public:
    void add(const void* bytes, std::size_t size) {
        const auto* byte = static_cast<const unsigned char*>(bytes);
        for (std::size_t i = 0; i < size; ++i) value_ = (value_ ^ byte[i]) * 0x100000001b3U;
    }
    std::int64_t value() const {
        std::uint64_t mixed = value_ ^ (value_ >> 33);
        mixed *= 0xff51afd7ed558ccdU;
        return static_cast<std::int64_t>(mixed ^ (mixed >> 33));
    }

  private:
    std::uint64_t value_ = 0xcbf29ce484222325U;
};

bool resolve(Draft& draft, const std::string& regex) {
    const Context& context = draft.context();
    const auto known = draft.group().regexes.find(regex);
    const bool is_new = known == draft.group().regexes.end();
    ConsumerGroupRegularExpressionValue resolved{.topics = matching_topics(regex, context.metadata),
                                                 .version = context.metadata.topics_version(),
                                                 .timestamp = context.now.wall};
    if (!is_new && known->second.topics == resolved.topics) return false;
    const bool changed = !is_new || !resolved.topics.empty();
    draft.write(RegexRecord{{draft.group().id, regex}, std::move(resolved)});
    return changed;
}

std::vector<std::string> used_regexes(const ConsumerGroup& group) {
    std::vector<std::string> used;
    for (const auto& [id, member] : group.members) {
        if (!member.regex().empty()) used.emplace_back(member.regex());
    }
    std::ranges::sort(used);
    used.erase(std::unique(used.begin(), used.end()), used.end());
    return used;
}

bool must_refresh(const ConsumerGroup& group, const ConsumerTimers& timers,
                  const Context& context) {
    if (timers.topics_version == context.metadata.topics_version()) return false;
    return std::ranges::any_of(group.members,
                               [](const auto& entry) { return !entry.second.regex().empty(); });
}

}  // namespace

std::optional<Error> check_regex(std::string_view regex) {
    const RE2 compiled(re2::StringPiece(regex.data(), regex.size()), regex_options());
    if (compiled.ok()) return std::nullopt;
    return Error{ErrorCode::INVALID_REGULAR_EXPRESSION,
                 "SubscribedTopicRegex `" + std::string(regex) +
                     "` is not a valid regular expression: " + compiled.error() + "."};
}

// Unlike Kafka: a new expression is resolved at once, where Kafka does so in the background and the
// member gets its first partitions one heartbeat later; and all are resolved anew as soon as a
// heartbeat comes after the topics have changed, without waiting for ten seconds.
bool update_regexes(Draft& draft, ConsumerTimers& timers, std::string_view old_regex,
                    std::string_view new_regex) {
    bool must_assign = false;
    const bool changed = old_regex != new_regex;
    if (changed && !old_regex.empty()) {
        must_assign = true;
        const bool known = draft.group().regexes.contains(old_regex);
        if (known && draft.group().count_regex(old_regex) == 0) {
            draft.write(RegexRecord{{draft.group().id, std::string(old_regex)}, std::nullopt});
        }
    }
    if (must_refresh(draft.group(), timers, draft.context())) {
        for (const std::string& regex : used_regexes(draft.group())) {
            must_assign |= resolve(draft, regex);
        }
    }
    if (changed && !new_regex.empty()) {
        resolve(draft, std::string(new_regex));
        must_assign |= !draft.group().regexes.find(new_regex)->second.topics.empty();
    }
    return must_assign;
}

// Unlike Kafka: another function than its XXH3. The number means nothing but to whoever wrote it;
// after a log has moved from one to the other, the group is assigned anew once.
std::int64_t hash_of_topics(const ConsumerGroup& group, const Metadata& metadata) {
    Hash hash;
    bool any = false;
    for (const std::string& name : group.subscribed_topics()) {
        TopicInfo topic;
        if (!metadata.find_topic(name, topic)) continue;
        any = true;
        hash.add(name.data(), name.size() + 1);
        hash.add(topic.id.bytes.data(), topic.id.bytes.size());
        hash.add(&topic.partition_count, sizeof topic.partition_count);
    }
    return any ? hash.value() : 0;
}

void move_epoch(Draft& draft, ConsumerTimers& timers, bool bump) {
    const Metadata& metadata = draft.context().metadata;
    const bool same_topics = timers.topics_version == metadata.topics_version();
    timers.topics_version = metadata.topics_version();
    if (!bump && same_topics) return;
    const std::int64_t hash = hash_of_topics(draft.group(), metadata);
    if (!bump && hash == draft.group().metadata_hash) return;
    draft.write(group_record(draft.group(), draft.group().epoch.next(), hash));
}

}  // namespace kafka::groups
