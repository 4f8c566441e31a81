// What happens to partitions of a LogSimulation that are compacted.
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "storage/compaction/compaction_plan.h"
#include "storage/compaction/compactor.h"
#include "tests/storage/simulation/log_checks.h"
#include "tests/storage/simulation/log_simulation.h"

namespace kafka::storage {

// The world of one compaction: other things happen to the partition between its steps, and in the
// midst of it nobody may want it any more.
class LogSimulation::Host final : public CompactionHost {
  public:
    Host(LogSimulation& simulation, Subject& subject)
        : simulation_(simulation), subject_(subject), now_(simulation.now_) {
        is_disturbed_ = simulation_.chance(40);
        if (simulation_.chance(15)) patience_ = simulation_.random(60);
    }

    void on_partition(const std::function<void(Partition*)>& step) override {
        ++steps_;
        if (is_disturbed_ && simulation_.chance(30)) disturb();
        // What it wrote so far is beside the log: only now may something be gone of this.
        if (steps_ > 1) begin();
        Partition& partition = *subject_.partition;
        const bool flushing = is_disturbed_ && simulation_.chance(10) && !simulation_.is_over();
        FlushTicket ticket;
        if (flushing) ticket = partition.begin_flush();
        step(&partition);
        if (steps_ == 1) learn_end();
        if (!flushing) return;
        const Result<Done> synced = ticket.sync();
        partition.finish_flush(ticket, synced);
        if (synced) subject_.model.flush(ticket.end);
    }

    bool go_on(std::uint64_t) override { return !patience_ || (*patience_)-- > 0; }

    // Nothing but a fault can keep it from reaching its end.
    bool is_left_alone() const { return operations_ == 0 && !patience_; }
    const Result<Done>& verdict() const { return verdict_; }

  private:
    void disturb() {
        for (std::uint64_t left = 1 + simulation_.random(4); left > 0; --left) {
            if (simulation_.is_over() || !verdict_) return;
            ++operations_;
            verdict_ = simulation_.operate_on_compacted(subject_, false);
        }
    }

    void learn_end() {
        const auto task = subject_.partition->begin_compaction(now_);
        end_ = subject_.partition->last_stable_offset();
        if (task) end_ = task->sources.empty() ? Offset{0} : task->end;
    }

    void begin() {
        if (has_begun_) return;
        has_begun_ = true;
        subject_.compaction.begin(subject_.model, std::min(end_, subject_.model.end()), now_,
                                  subject_.config.delete_retention_ms);
    }

    LogSimulation& simulation_;
    Subject& subject_;
    const TimestampMs now_;
    bool is_disturbed_ = false;
    bool has_begun_ = false;
    std::optional<std::uint64_t> patience_;  // how often it goes on before it gives up
    int steps_ = 0;
    int operations_ = 0;
    Offset end_{0};
    Result<Done> verdict_ = Done{};
};

Bytes LogSimulation::make_keyed_batch(const BatchOptions& options) {
    static constexpr CompressionType kCodecs[] = {CompressionType::None, CompressionType::None,
                                                  CompressionType::None, CompressionType::Lz4,
                                                  CompressionType::Zstd};
    BatchOptions packed = options;
    packed.compression = with_default_level(kCodecs[random(std::size(kCodecs))]);
    RecordBatchBuilder builder(packed);
    const auto view = [](const std::string& text) {
        return BytesView(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
    };
    for (std::uint64_t left = 1 + random(4); left > 0; --left) {
        const std::string key = fmt::format("k{}", random(12));
        const std::string value = fmt::format("{:0>{}}", next_value_++, 4 + random(120));
        const TimestampMs timestamp{now_.value - static_cast<std::int64_t>(random(60'000))};
        builder.append({.timestamp = timestamp,
                        .key = view(key),
                        .value = chance(25) ? std::nullopt : std::optional(view(value)),
                        .headers = {}});
    }
    return builder.build();
}

// One of which the log may have lost the last batch, and forgotten those before, starts anew with a
// higher epoch, as a client does that is told its sequence is out of order.
LogSimulation::Producer& LogSimulation::choose_producer(Subject& subject) {
    Producer& producer = subject.producers[random(subject.producers.size())];
    if (!subject.compaction.may_have_forgotten(producer.id)) return producer;
    const ProducerEntry* known = subject.model.producers().find(producer.id);
    if (known != nullptr && known->epoch == producer.epoch) ++producer.epoch.value;
    return producer;
}

Result<Done> LogSimulation::operate_on_compacted(Subject& subject, bool may_compact) {
    const Producer& producer = choose_producer(subject);
    const bool is_known = !subject.compaction.may_have_forgotten(producer.id);
    const auto what = random(may_compact ? 100 : 88);
    if (what < 20) return append(subject, nullptr, false);
    if (what < 46) return append(subject, &producer, false);
    if (what < 48) return append(subject, &producer, true);
    if (what < 52) return is_known ? retry(subject, producer) : Done{};
    if (what < 65) return end_transaction(subject, producer);
    if (what < 73) {
        const FlushReach reach = chance(30) ? FlushReach::SealedSegments : FlushReach::LogEnd;
        return flush(subject, chance(30), reach);
    }
    if (what < 76) return write_checkpoints(), Done{};
    if (what < 79) return apply_retention(subject);
    if (what < 81) return subject.config.cleanup_delete ? delete_records(subject) : Done{};
    if (what < 85) return truncate(subject);
    if (what < 88) return remove_files(subject), Done{};
    return compact(subject);
}

Result<Done> LogSimulation::compact(Subject& subject) {
    Host host(*this, subject);
    CompactionSettings settings{.key_map_bytes = 1 << 16, .io_buffer_bytes = 256};
    // With room for five keys, or for ten.
    if (chance(25)) settings.key_map_bytes = chance(50) ? 6 * 16 : 12 * 16;
    const auto result = storage::compact(files_, host, settings, now_);
    if (!host.verdict()) return host.verdict();
    const Offset clean_to = subject.partition->checkpoint().first_dirty_offset;
    const bool completed = result && result->completed;
    note(subject,
         !result     ? "failed to compact, clean to "
         : completed ? "compacted to "
                     : "gave up compacting, clean to ",
         clean_to);
    if (completed) return finish_compaction(subject);
    const bool has_reason = faulty_ || files_.is_dead();
    if (!result && !has_reason) {
        return violation("compacting failed for no reason: " + result.error().message);
    }
    if (result && !has_reason && host.is_left_alone()) {
        return violation("compacting was given up for no reason");
    }
    return Done{};
}

Result<Done> LogSimulation::finish_compaction(Subject& subject) {
    ++compactions_;
    subject.compaction.complete(subject.partition->checkpoint().first_dirty_offset);
    // As the cleaner does it.
    if (chance(70)) write_checkpoints();
    return Done{};
}

// Without it compaction begins anew, which costs work alone.
void LogSimulation::lose_cleaner_checkpoint() {
    if (!subjects_.front().config.cleanup_compact || !chance(5)) return;
    (void)files_.remove(kFolder + "/" + std::string(kCleanerFile)).ok();
}

}  // namespace kafka::storage
