#include "tests/storage/simulation/log_simulation.h"

#include <fmt/format.h>

#include <algorithm>

#include "tests/storage/simulation/compacted_checks.h"
#include "tests/storage/simulation/log_checks.h"

namespace kafka::storage {
namespace {

constexpr std::int64_t kProducerExpirationMs = 86'400'000;

LogConfig small_segments() {
    LogConfig config;
    config.segment_bytes = 2500;
    config.segment_ms = 200'000;
    config.index_interval_bytes = 300;
    config.retention_bytes = 9000;
    config.retention_ms = 600'000;
    return config;
}

LogConfig flushed_each_time() {
    LogConfig config = small_segments();
    config.flush_messages = 1;
    return config;
}

LogConfig compacted(LogConfig config) {
    config.cleanup_compact = true;
    config.segment_bytes = 1200;
    config.delete_retention_ms = 60'000;
    return config;
}

}  // namespace

LogSimulation::LogSimulation(std::uint64_t seed, Policy policy) : random_(seed) {
    subjects_.resize(2);
    subjects_[0].name = {"orders", {0}};
    subjects_[0].config = small_segments();
    subjects_[1].name = {"payments", {3}};
    subjects_[1].config = flushed_each_time();
    if (policy == Policy::Compact) {
        for (Subject& subject : subjects_) subject.config = compacted(subject.config);
        subjects_[0].config.cleanup_delete = false;
        subjects_[1].config.min_compaction_lag_ms = 20'000;
    }
    for (Subject& subject : subjects_) {
        subject.topic_id = Uuid::random();
        subject.producers = {{{10}, {0}}, {{11}, {0}}, {{20}, {0}, true}, {{21}, {3}, true}};
    }
}

LogSimulation::~LogSimulation() = default;

bool LogSimulation::is_over() const {
    if (!started_ || files_.is_dead()) return true;
    return std::ranges::any_of(subjects_, [](const Subject& subject) {
        return !subject.partition || subject.partition->is_offline();
    });
}

void LogSimulation::note(const Subject& subject, std::string_view what, Offset offset) const {
    if (!tells_) return;
    const Partition* partition = subject.partition.get();
    const bool offline = partition != nullptr && partition->is_offline();
    fmt::print("{:>6} {} {} {}{}{}\n", files_.steps(), subject.name.to_string(), what, offset.value,
               files_.is_dead() ? ", dead" : "", offline ? ", offline" : "");
}

Result<Done> LogSimulation::open() {
    auto directory = LogDirectory::open(files_, kFolder, {"cluster", {1}});
    if (!directory) return directory.error();
    directory_ = directory.take();
    for (Subject& subject : subjects_) {
        auto opened = directory_->open_partition(subject.name, subject.topic_id, subject.config,
                                                 kProducerExpirationMs, now_);
        if (!opened) return opened.error();
        subject.partition = opened.take();
    }
    return Done{};
}

Result<Done> LogSimulation::start(bool finish) {
    started_ = false;
    if (auto opened = open(); !opened) {
        if (faulty_ || files_.is_dead()) return Done{};
        return violation("the directory does not open: " + opened.error().message);
    }
    // What comes now is the judgement.
    files_.forget_planned_failures();
    for (Subject& subject : subjects_) {
        auto accepted = subject.model.accept(*subject.partition, worst_crash_);
        if (!accepted) return accepted;
        subject.compaction.follow(subject.model);
        if (careful_) {
            if (auto done = flush(subject, false); !done) return done;
        }
        note(subject, "opened, starts at", subject.model.start());
        note(subject, "opened, ends at", subject.model.end());
        note(subject, "opened, recovered from", subject.partition->checkpoint().recovery_point);
        ++subject.epoch.value;
        subject.partition->become_leader(subject.epoch);
    }
    worst_crash_ = Crash::Process;
    careful_ = false;
    if (auto done = check(); !done) return done;
    // Whoever dies before this point has everything scanned again.
    started_ = !finish || directory_->finish_recovery().ok();
    return Done{};
}

Result<Done> LogSimulation::check() {
    for (const Subject& subject : subjects_) {
        const TimestampMs wanted{now_.value - static_cast<std::int64_t>(random_() % 400'000)};
        const Partition& partition = *subject.partition;
        auto done = subject.config.cleanup_compact
                        ? check_compacted_partition(files_, partition, subject.model,
                                                    subject.compaction, wanted)
                        : check_partition(files_, partition, subject.model, wanted);
        if (!done) return violation(subject.name.to_string() + ": " + done.error().message);
    }
    return Done{};
}

void LogSimulation::crash(Crash crash) {
    if (directory_ && !files_.is_dead() && is_over()) directory_->mark_failed();
    for (Subject& subject : subjects_) {
        careful_ |= subject.model.truncation_interrupted();
        subject.partition.reset();
    }
    directory_.reset();
    files_.set_capacity(UINT64_MAX);
    const bool machine = crash == Crash::Machine;
    for (const Subject& subject : subjects_)
        note(subject, machine ? "power lost at" : "killed at", subject.model.end());
    if (machine) {
        files_.lose_power(random(5) == 0 ? 0 : random_());
    } else {
        files_.kill_process();
    }
    if (machine) worst_crash_ = crash;
    lose_cleaner_checkpoint();
    calls_fail_ = faulty_ = false;
}

void LogSimulation::stop() {
    const auto close = [&]() -> Result<Done> {
        for (Subject& subject : subjects_) {
            if (auto done = subject.partition->close(); !done) return done;
        }
        return directory_->close(checkpoints(), BrokerEpoch{1});
    };
    for (const Subject& subject : subjects_) note(subject, "stopped at", subject.model.end());
    const bool closed = !is_over() && close().ok();
    if (closed) {
        for (Subject& subject : subjects_) {
            subject.model.flush_all();
            subject.model.save_start(subject.partition->log_start_offset());
        }
    }
    // Power that fails after a clean stop takes nothing.
    crash(closed && chance(30) ? Crash::Machine : Crash::Process);
}

// The files of the partitions, without those that are only waiting to be removed.
std::map<std::string, Bytes> LogSimulation::contents() {
    std::map<std::string, Bytes> all;
    for (const Subject& subject : subjects_) {
        const std::string folder = kFolder + "/" + subject.name.to_string();
        const auto entries = files_.list(folder);
        for (const DirectoryEntry& entry : *entries) {
            const std::string path = folder + "/" + entry.name;
            all[path] = read_file(files_, path).value();
        }
    }
    return all;
}

Result<Done> LogSimulation::recover() {
    if (auto done = start(chance(50)); !done) return done;
    const auto once = contents();
    const RecoveryMode mode = directory_->recovery();
    crash(Crash::Process);
    if (auto done = start(); !done) return done;
    const auto twice = contents();
    // After a clean stop followed by a crash indexes that were closed are not trusted any more.
    const bool less_trust =
        mode == RecoveryMode::Clean && directory_->recovery() == RecoveryMode::MachineFailed;
    if (once == twice || less_trust) return Done{};
    for (const auto& [path, bytes] : once) {
        const auto now = twice.find(path);
        const auto size = now == twice.end() ? 0 : now->second.size();
        if (now == twice.end() || now->second != bytes) {
            return violation(fmt::format("a second recovery changed {}: {} bytes, now {}", path,
                                         bytes.size(), size));
        }
    }
    return violation("a second recovery made new files");
}

Result<Done> LogSimulation::live(int lives) {
    for (int life = 0; life < lives; ++life) {
        if (chance(30)) {
            faulty_ = true;
            die_at_step(static_cast<int>(random(40)));
        }
        if (chance(20)) plan_failures(1 + static_cast<int>(random(4)), static_cast<int>(random(8)));
        if (auto done = start(); !done) return done;
        if (!is_over()) {
            if (chance(50)) die_at_step(static_cast<int>(random(300)));
            const bool fails = chance(30);
            if (fails) let_calls_fail();
            if (auto done = operate(static_cast<int>(random(120))); !done) return done;
        }
        if (!is_over() && chance(30)) {
            stop();
        } else {
            crash(chance(50) ? Crash::Machine : Crash::Process);
        }
        if (auto done = recover(); !done) return done;
        // As little as possible between two crashes, now and then.
        crash(chance(20) ? Crash::Machine : Crash::Process);
    }
    return Done{};
}

}  // namespace kafka::storage
