#include "broker/log_cleaner.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "base/log.h"
#include "broker/never.h"
#include "broker/page_fetch.h"
#include "broker/scheduling.h"
#include "cluster/effective_config.h"
#include "storage/compaction/compaction_plan.h"
#include "storage/page_cache.h"
#include "storage/partition.h"

namespace kafka::broker {
namespace {

// How often those who work ask whether they still should.
constexpr std::uint64_t kBytesPerPass = std::uint64_t{256} << 10;
constexpr std::uint64_t kBytesPerLook = std::uint64_t{64} << 20;
// The disk may have room again by then.
constexpr std::chrono::minutes kRestAfterFailure{1};
// How long a setting that was changed may go unnoticed: by an idle thread, and by one that waits
// because of log.cleaner.io.max.bytes.per.second.
constexpr std::chrono::seconds kMostPause{15};
constexpr std::chrono::seconds kMostThrottlePause{1};

}  // namespace

LogCleanerSettings log_cleaner_settings(const cluster::Image& image,
                                        const cluster::StaticConfigs& statics) {
    const auto decimal = [&](std::string_view name) {
        const cluster::ConfigKey* const key = cluster::find_broker_config(name);
        CHECK(key, "the cleaner's keys are in the table");
        const auto config = cluster::effective_broker_config(*key, image, statics);
        return std::strtod(config.value.value_or("0").c_str(), nullptr);
    };
    const auto number = [&](std::string_view key) {
        return cluster::broker_number(key, image, statics);
    };
    const auto count = [&](std::string_view key) {
        return static_cast<std::size_t>(std::max<std::int64_t>(number(key), 0));
    };
    LogCleanerSettings settings;
    settings.enabled = cluster::broker_flag("log.cleaner.enable", image, statics);
    settings.threads = count("log.cleaner.threads");
    const std::size_t shares = std::max<std::size_t>(settings.threads, 1);
    settings.compaction = {
        .key_map_bytes = count("log.cleaner.dedupe.buffer.size") / shares,
        .key_map_load_factor = decimal("log.cleaner.io.buffer.load.factor"),
        .io_buffer_bytes = count("log.cleaner.io.buffer.size") / shares,
    };
    settings.max_bytes_per_second = decimal("log.cleaner.io.max.bytes.per.second");
    settings.backoff = delay_of(number("log.cleaner.backoff.ms"));
    return settings;
}

// Where one compaction meets the rest of the broker.
class LogCleaner::Host final : public storage::CompactionHost {
  public:
    Host(LogCleaner& cleaner, const TopicIdPartition& key) : cleaner_(cleaner), key_(key) {}

    void on_partition(const std::function<void(storage::Partition*)>& step) override {
        cleaner_.run_on_owner(key_, step);
    }

    bool go_on(std::uint64_t bytes) override {
        bytes_ += bytes;
        if (bytes_ < kBytesPerPass) return true;
        since_look_ += bytes_;
        if (!cleaner_.pass(std::exchange(bytes_, 0))) return false;
        if (since_look_ < kBytesPerLook) return true;
        since_look_ = 0;
        bool is_wanted = false;
        on_partition([&](storage::Partition* partition) {
            is_wanted = partition != nullptr && partition->config().cleanup_compact;
        });
        return is_wanted;
    }

  private:
    LogCleaner& cleaner_;
    const TopicIdPartition& key_;
    std::uint64_t bytes_ = 0;
    std::uint64_t since_look_ = 0;
};

LogCleaner::LogCleaner(Shards& shards, const LogDirectories& directories,
                       storage::FileSystem& files, const Clock& clock,
                       const cluster::StaticConfigs& statics)
    : shards_(shards), directories_(directories), files_(files), clock_(clock), statics_(statics) {}

void LogCleaner::start() { learn_settings(); }

void LogCleaner::learn_settings() {
    LogCleanerSettings now;
    shards_.run_on(ShardId{0},
                   [&](Shard& here) { now = log_cleaner_settings(here.image(), statics_); });
    const std::lock_guard lock(mutex_);
    settings_ = now;
    throttle_.set_rate(now.max_bytes_per_second);
    if (stopping_ || !settings_.enabled) return;
    // One is always there to see that there are to be more; those that are too many rest.
    while (threads_.size() < std::max<std::size_t>(settings_.threads, 1)) {
        threads_.emplace_back([this, index = threads_.size()] { work(index); });
    }
}

LogCleanerSettings LogCleaner::settings() {
    const std::lock_guard lock(mutex_);
    return settings_;
}

void LogCleaner::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    stopped_.notify_all();
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
}

void LogCleaner::work(std::size_t index) {
    stay_behind();
    bool is_idle = false;
    Time idle_since{};
    while (true) {
        if (is_idle) learn_settings();
        const LogCleanerSettings now = settings();
        const bool has_rested =
            !is_idle || std::chrono::steady_clock::now() - idle_since >= now.backoff;
        const bool had_work = index < now.threads && has_rested && compact_dirtiest(now);
        // A rest that is not over goes on.
        if (!had_work && has_rested) idle_since = std::chrono::steady_clock::now();
        is_idle = !had_work;
        const auto most = std::min<std::chrono::milliseconds>(now.backoff, kMostPause);
        const auto pause = is_idle ? most : std::chrono::milliseconds(0);
        std::unique_lock lock(mutex_);
        if (stopped_.wait_for(lock, pause, [this] { return stopping_; })) return;
    }
}

bool LogCleaner::compact_dirtiest(const LogCleanerSettings& settings) {
    const TimestampMs now{clock_.wall_ms()};
    const auto dirtiest = take_dirtiest(candidates(now));
    if (!dirtiest) return false;
    compact(*dirtiest, settings, now);
    const std::lock_guard lock(mutex_);
    busy_folders_.erase(dirtiest->folder);
    return true;
}

std::vector<LogCleaner::Candidate> LogCleaner::candidates(TimestampMs now) {
    std::vector<Found> by_shard;
    for (int turn = 0;; ++turn) {
        by_shard = std::vector<Found>(shards_.count());
        const bool patiently = turn == PageFetch::kTurnsBeforePatience;
        shards_.run_on_all([&](Shard& here) {
            by_shard[static_cast<std::size_t>(here.id())] = find_candidates(here, now, patiently);
        });
        bool is_complete = true;
        for (const Found& found : by_shard) {
            for (const storage::MissingPages& pages : found.missing) pages.fetch();
            is_complete &= found.missing.empty();
        }
        if (is_complete) break;
    }
    std::vector<Candidate> all;
    for (Found& found : by_shard) std::ranges::move(found.candidates, std::back_inserter(all));
    return all;
}

// On the shard, which must not wait for the ages of segments.
LogCleaner::Found LogCleaner::find_candidates(Shard& here, TimestampMs now, bool patiently) {
    Found found;
    std::optional<storage::CachedReads> reads;
    // Of each segment only the age is asked.
    if (!patiently) reads.emplace(storage::kPageBytes);
    for (const auto& [key, partition] : here.partitions()) {
        if (!partition->config().cleanup_compact || partition->is_offline()) continue;
        const auto need = partition->compaction_need(now);
        if (!need || !need->is_due(partition->config())) continue;
        found.candidates.push_back(
            {key, partition->name().to_string(), partition->folder(), need->dirty_ratio()});
    }
    if (reads) found.missing = reads->take_missing();
    return found;
}

std::optional<LogCleaner::Candidate> LogCleaner::take_dirtiest(
    const std::vector<Candidate>& candidates) {
    const std::lock_guard lock(mutex_);
    const Time now = std::chrono::steady_clock::now();
    const Candidate* dirtiest = nullptr;
    for (const Candidate& each : candidates) {
        if (busy_folders_.contains(each.folder)) continue;
        const auto left_alone = left_alone_until_.find(each.key);
        if (left_alone != left_alone_until_.end() && now < left_alone->second) continue;
        if (dirtiest == nullptr || each.dirty_ratio > dirtiest->dirty_ratio) dirtiest = &each;
    }
    if (dirtiest == nullptr || stopping_) return std::nullopt;
    busy_folders_.insert(dirtiest->folder);
    return *dirtiest;
}

void LogCleaner::compact(const Candidate& candidate, const LogCleanerSettings& settings,
                         TimestampMs now) {
    const auto begin = clock_.monotonic();
    Host host(*this, candidate.key);
    const auto result = storage::compact(files_, host, settings.compaction, now);
    if (!result) return failed(candidate, result.error());
    if (!result->completed) {
        const std::lock_guard lock(mutex_);
        left_alone_until_[candidate.key] = std::chrono::steady_clock::now() + settings.backoff;
        return;
    }
    write_checkpoint(candidate.key);
    const auto passed = clock_.monotonic() - begin;
    log::debug("compacted {} from {} to {} bytes, {} keys, in {} ms", candidate.name,
               result->bytes_before, result->bytes_after, result->keys,
               std::chrono::duration_cast<std::chrono::milliseconds>(passed).count());
}

void LogCleaner::failed(const Candidate& candidate, const Error& error) {
    const bool for_good = error.code == ErrorCode::CORRUPT_MESSAGE;
    log::error("cannot compact {}: {}; {}", candidate.name, error.message,
               for_good ? "it is left as it is until the next start" : "trying again later");
    const std::lock_guard lock(mutex_);
    left_alone_until_[candidate.key] =
        for_good ? Time::max() : std::chrono::steady_clock::now() + kRestAfterFailure;
}

// What is lost of this by a crash is compacted again.
void LogCleaner::write_checkpoint(const TopicIdPartition& key) {
    storage::LogDirectory* directory = nullptr;
    storage::PartitionCheckpoint checkpoint;
    run_on_owner(key, [&](storage::Partition* partition) {
        if (partition == nullptr) return;
        directory = &directories_.directory_of(*partition);
        checkpoint = partition->checkpoint();
    });
    if (directory == nullptr) return;
    const Result<Done> written = directory->write_checkpoints({checkpoint});
    if (!written) log::error("cannot write the offset checkpoints: {}", written.error().message);
}

bool LogCleaner::pass(std::uint64_t bytes) {
    std::unique_lock lock(mutex_);
    throttle_.spend(bytes, std::chrono::steady_clock::now());
    while (!stopping_) {
        const auto left = throttle_.left(std::chrono::steady_clock::now());
        if (left <= left.zero()) return true;
        const auto pause = std::min<CleanerThrottle::Duration>(left, kMostThrottlePause);
        stopped_.wait_for(lock, pause, [this] { return stopping_; });
        lock.unlock();
        learn_settings();
        lock.lock();
    }
    return false;
}

void LogCleaner::run_on_owner(const TopicIdPartition& key,
                              const std::function<void(storage::Partition*)>& step) {
    shards_.run_on(shards_.owner_of(key), [&](Shard& here) { step(here.find(key)); });
}

}  // namespace kafka::broker
