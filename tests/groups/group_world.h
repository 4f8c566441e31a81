// A coordinator partition without disk, threads or clock: the log is a vector of the bytes that
// would be written, time moves by hand, and a restart replays the log. Every record goes through
// its encoding before it is replayed.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "groups/group_coordinator.h"

namespace kafka::groups {

struct LoggedRecord {
    RecordBytes bytes;
    std::optional<Producer> producer;
};

// A line of the log: a record, or the marker that ends a transaction.
struct LogEntry {
    std::optional<LoggedRecord> record;
    ProducerId ended{-1};
    bool committed = false;
};

// The topics of the cluster, and what is set for groups.
class TestMetadata final : public Metadata {
  public:
    // Makes the topic, or gives it more partitions.
    Uuid put_topic(const std::string& name, std::int32_t partition_count);
    void delete_topic(const std::string& name);
    ConsumerSettings settings{};
    std::map<std::string, ConsumerSettings, std::less<>> settings_of_group{};

    bool find_topic(std::string_view name, TopicInfo& found) const override;
    bool find_topic(const Uuid& id, TopicInfo& found) const override;
    void for_each_topic(const std::function<void(const TopicInfo&)>& visit) const override;
    std::int64_t topics_version() const override { return version_; }
    ConsumerSettings settings_of(std::string_view group_id) const override;

  private:
    struct Topic {
        Uuid id;
        std::int32_t partition_count;
    };
    std::map<std::string, Topic, std::less<>> topics_;
    std::map<Uuid, std::string> names_;
    std::int64_t version_ = 1;
};

class GroupWorld {
  public:
    GroupWorld();

    GroupCoordinator& coordinator() { return *coordinator_; }
    const GroupCoordinator& coordinator() const { return *coordinator_; }
    GroupConfig& config() { return config_; }
    TestMetadata& metadata() { return metadata_; }
    Context context() const { return {now_, config_, metadata_}; }
    Now now() const { return now_; }

    // Writes and replays the records, and keeps the replies.
    void apply(Effects effects);
    template <class R>
    R apply(Answered<R> answered) {
        apply(std::move(answered.effects));
        return std::move(answered.response);
    }
    void end_transaction(ProducerId producer, bool committed);

    // Lets time pass, and everything happen that is due meanwhile, at its time.
    void advance(std::int64_t ms);
    // Forgets what is not in the log.
    void restart();
    // What a replay of the log gives must be what we have.
    bool replayed_state_is_live_state() const;

    std::vector<Record> take_written() { return std::exchange(written_, {}); }
    std::vector<Reply> take_replies() { return std::exchange(replies_, {}); }
    const std::vector<LogEntry>& log() const { return log_; }

  private:
    std::unique_ptr<GroupCoordinator> replayed() const;
    void run_what_is_due();

    GroupConfig config_;
    TestMetadata metadata_;
    Now now_{TimestampMs{1'700'000'000'000}, SteadyMs{1'000'000}};
    std::vector<LogEntry> log_;
    std::unique_ptr<GroupCoordinator> coordinator_;
    std::vector<Record> written_;
    std::vector<Reply> replies_;
};

}  // namespace kafka::groups
