// Random logs, compacted at random moments: every key keeps its last value, and everything that is
// left stands where it stood.
#include <gtest/gtest.h>

#include <random>

#include "tests/storage/support/compaction_harness.h"

namespace kafka::storage {
namespace {

struct Original {
    SeenRecord record;
    bool aborted = false;
    bool decided = true;
};

struct Producer {
    ProducerId id;
    std::int32_t next_sequence = 0;
    bool in_transaction = false;
};

class RandomLog {
  public:
    explicit RandomLog(std::uint64_t seed) : random_(seed) {
        for (int i = 0; i < 3; ++i) producers_.push_back({{100 + i}});
        log_.settings.key_map_bytes = pick(3) == 0 ? 512 : 1 << 16;
    }

    void run(int operations) {
        for (int i = 0; i < operations; ++i) {
            one_operation();
            if (testing::Test::HasFailure()) return;
        }
    }

  private:
    int pick(int count) { return static_cast<int>(random_() % static_cast<unsigned>(count)); }

    void one_operation() {
        const int what = pick(100);
        if (what < 55) return write(nullptr);
        if (what < 70) return write(&producers_[0]);
        if (what < 85) return transact(producers_[static_cast<std::size_t>(1 + pick(2))]);
        if (what < 90) return log_.roll(), note_roll();
        if (what < 96) return compact();
        log_.checkpoint();
        if (what < 98) return log_.close_and_reopen(), check();
        log_.kill_and_reopen();
        check();
    }

    void write(Producer* producer) {
        static constexpr CompressionType kCodecs[] = {CompressionType::None, CompressionType::None,
                                                      CompressionType::None, CompressionType::Gzip,
                                                      CompressionType::Lz4,  CompressionType::Zstd};
        BatchOptions options;
        options.compression = with_default_level(kCodecs[pick(6)]);
        const int count = 1 + pick(4);
        if (producer != nullptr) {
            options.producer_id = producer->id;
            options.producer_epoch = {0};
            options.base_sequence = {producer->next_sequence};
            options.transactional = producer->in_transaction;
            producer->next_sequence += count;
        }
        std::vector<KeyValue> records;
        for (int i = 0; i < count; ++i) {
            KeyValue record{key(pick(30)), fmt::format("value {}", ++values_)};
            if (pick(5) == 0) record.second.reset();
            records.push_back(record);
        }
        std::int64_t at = log_.write(records, options, {1000 + pick(1000)});
        for (const auto& [name, value] : records) {
            const bool decided = producer == nullptr || !producer->in_transaction;
            written_[at] = {{at, name, value}, false, decided};
            if (!decided) open_[producer->id].push_back(at);
            ++at;
        }
    }

    void transact(Producer& producer) {
        if (producer.in_transaction && pick(3) == 0) {
            const bool commit = pick(2) == 0;
            log_.end_transaction(producer.id, {0},
                                 commit ? ControlRecordType::Commit : ControlRecordType::Abort);
            for (const std::int64_t at : open_[producer.id]) {
                written_[at].decided = true;
                written_[at].aborted = !commit;
            }
            open_[producer.id].clear();
            producer.in_transaction = false;
            return;
        }
        producer.in_transaction = true;
        write(&producer);
    }

    void note_roll() {
        const std::int64_t at = log_.partition->log_end_offset().value - 1;
        written_[at] = {{at, "roll", std::to_string(log_.rolls)}, false, true};
    }

    void compact() {
        now_ += pick(400);
        const Offset end = log_.partition->log_end_offset();
        ASSERT_TRUE(log_.compact(TimestampMs{now_}).completed);
        ASSERT_EQ(log_.partition->log_end_offset(), end);
        check();
    }

    // The last committed record of each key, unless it is a tombstone, is where it was written.
    void check() {
        std::map<std::string, SeenRecord> last;
        for (const auto& [at, original] : written_) {
            if (original.decided && !original.aborted) last[original.record.key] = original.record;
        }
        std::map<std::int64_t, SeenRecord> found;
        std::int64_t previous = -1;
        for (const SeenRecord& record : log_.records()) {
            ASSERT_GT(record.offset, previous);
            previous = record.offset;
            ASSERT_EQ(record, written_.at(record.offset).record);
            found[record.offset] = record;
        }
        for (const auto& [name, record] : last) {
            ASSERT_TRUE(!record.value || found.contains(record.offset)) << name;
        }
        for (const auto& [at, original] : written_) {
            ASSERT_TRUE(original.decided || found.contains(at)) << "of an open transaction";
        }
        // Its last sequence is known whatever was dropped and however the log was opened.
        for (const Producer& producer : producers_) {
            const ProducerEntry* entry = log_.partition->producers().find(producer.id);
            if (producer.next_sequence == 0) continue;
            ASSERT_NE(entry, nullptr);
            ASSERT_EQ(entry->last_sequence().value, producer.next_sequence - 1);
        }
    }

    std::mt19937_64 random_;
    CompactionHarness log_;
    std::vector<Producer> producers_;
    std::map<std::int64_t, Original> written_;
    std::map<ProducerId, std::vector<std::int64_t>> open_;
    std::int64_t now_ = 5000;
    int values_ = 0;
};

TEST(CompactionProperty, EveryKeyKeepsItsLastValueAtItsOffset) {
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        SCOPED_TRACE(seed);
        RandomLog log(seed);
        log.run(400);
        if (HasFailure()) return;
    }
}

}  // namespace
}  // namespace kafka::storage
