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

class GroupWorld {
  public:
    GroupWorld();

    GroupCoordinator& coordinator() { return *coordinator_; }
    const GroupCoordinator& coordinator() const { return *coordinator_; }
    GroupConfig& config() { return config_; }
    Context context() const { return {now_, config_}; }
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
    Now now_{TimestampMs{1'700'000'000'000}, SteadyMs{1'000'000}};
    std::vector<LogEntry> log_;
    std::unique_ptr<GroupCoordinator> coordinator_;
    std::vector<Record> written_;
    std::vector<Reply> replies_;
};

}  // namespace kafka::groups
