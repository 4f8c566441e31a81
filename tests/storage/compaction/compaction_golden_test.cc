// tests/data/compaction has three logs of Apache Kafka 4.3.0, each before and after three passes of
// its cleaner: what ours leaves of the same segments is to be the same, to the byte where no codec
// is involved.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <charconv>

#include "storage/file_names.h"
#include "storage/posix_file_system.h"
#include "storage/time_index.h"
#include "tests/storage/support/compaction_harness.h"

namespace kafka::storage {
namespace {

using Files = std::map<std::string, Bytes>;

constexpr std::int64_t kDeleteRetentionMs = 2000;

LogConfig golden_config() {
    LogConfig config = CompactionHarness::small_segments();
    config.segment_bytes = 3000;
    config.index_interval_bytes = 100;
    config.delete_retention_ms = kDeleteRetentionMs;
    return config;
}

// "name size", a new line, and the bytes, one file after another.
Files golden(const std::string& log, const std::string& state) {
    PosixFileSystem disk;
    const std::string path = TEST_DATA_DIR "/compaction/" + log + "-" + state + ".files";
    const Bytes packed = read_file(disk, path).value();
    std::string_view rest(reinterpret_cast<const char*>(packed.data()), packed.size());
    Files files;
    while (!rest.empty()) {
        const std::string_view line = rest.substr(0, rest.find('\n'));
        const std::size_t space = line.find(' ');
        std::size_t size = 0;
        std::from_chars(line.data() + space + 1, line.data() + line.size(), size);
        const std::string_view content = rest.substr(line.size() + 1, size);
        files[std::string(line.substr(0, space))] = Bytes(content.begin(), content.end());
        rest.remove_prefix(line.size() + 1 + size);
    }
    return files;
}

std::int64_t first_dirty_in(const Files& files) {
    const std::string text = text_of(files.at("cleaner"));
    return std::stoll(text);
}

// A pass writes one horizon into all batches where it finds the first tombstone or idle marker.
TimestampMs time_of_pass(const Files& after) {
    TimestampMs newest{0};
    for (const auto& [name, bytes] : after) {
        if (!name.ends_with(kLogSuffix)) continue;
        RecordBatchReader reader(bytes);
        while (const auto batch = reader.next()) {
            newest = std::max(newest, batch->delete_horizon().value_or(newest));
        }
    }
    return newest - kDeleteRetentionMs;
}

// Headers as text, with records in the place of compressed bytes.
std::vector<std::string> described(BytesView log) {
    std::vector<std::string> lines;
    RecordBatchReader reader(log);
    while (const auto batch = reader.next()) {
        EXPECT_TRUE(batch->crc_matches());
        std::string line =
            fmt::format("{}..{} attributes {} epoch {} base time {} max time {} producer {} {} {}:",
                        batch->base_offset().value, batch->last_offset().value, batch->attributes(),
                        batch->partition_leader_epoch().value, batch->base_timestamp().value,
                        batch->max_timestamp().value, batch->producer_id().value,
                        batch->producer_epoch().value, batch->base_sequence().value);
        RecordReader records(*batch);
        while (const RecordView* record = records.next()) {
            line += fmt::format(" {}@{}={}", records.offset_of(*record).value,
                                records.timestamp_of(*record).value, text_of(record->content));
        }
        EXPECT_FALSE(records.failed());
        lines.push_back(line);
    }
    EXPECT_TRUE(reader.at_end());
    return lines;
}

// Ours may end with a header more: it keeps the end of every segment.
void without_last_header(Bytes& ours, const Bytes& theirs) {
    if (described(ours).size() != described(theirs).size() + 1) return;
    const std::size_t at = ours.size() - batch_layout::kHeaderBytes;
    const RecordBatchView last(BytesView(ours).subspan(at));
    if (last.size_in_bytes() == batch_layout::kHeaderBytes) ours.resize(at);
}

class CompactionGolden : public testing::TestWithParam<std::string> {
  protected:
    CompactionGolden() : log(golden_config()) {}

    void open(const Files& before) {
        log.partition.reset();
        for (const auto& [name, bytes] : before) {
            if (name == "cleaner") continue;
            auto file = log.files.open(log.kFolder + "/" + name, OpenMode::Create);
            CHECK((*file)->write_at(0, bytes).ok(), "copying");
        }
        log.first_dirty_offset = {first_dirty_in(before)};
        log.open(RecoveryMode::Clean);
    }
    Bytes ours(const std::string& name) {
        auto bytes = read_file(log.files, log.kFolder + "/" + name);
        return bytes ? *bytes : Bytes();
    }

    CompactionHarness log;
};

bool has_emptied_batches(BytesView log) {
    RecordBatchReader reader(log);
    while (const auto batch = reader.next()) {
        if (batch->record_count() == 0) return true;
    }
    return false;
}

void expect_the_same(CompactionHarness& log, const Files& after, bool to_the_byte) {
    for (const auto& [name, theirs] : after) {
        SCOPED_TRACE(name);
        if (!name.ends_with(kLogSuffix)) continue;
        auto bytes = read_file(log.files, log.kFolder + "/" + name);
        ASSERT_TRUE(bytes.ok());
        const bool is_longer = bytes->size() > theirs.size();
        without_last_header(*bytes, theirs);
        EXPECT_EQ(described(*bytes), described(theirs));
        if (!to_the_byte) continue;
        EXPECT_EQ(*bytes, theirs);
        const std::string stem = name.substr(0, name.size() - kLogSuffix.size());
        for (const auto suffix : {kOffsetIndexSuffix, kTimeIndexSuffix, kTransactionIndexSuffix}) {
            const auto index = after.find(stem + std::string(suffix));
            if (index == after.end()) continue;
            // Kafka's goes on naming them; see newest_record().
            if (suffix == kTimeIndexSuffix && has_emptied_batches(*bytes)) continue;
            auto own = read_file(log.files, log.kFolder + "/" + index->first);
            if (!own) own = Bytes();
            // The last entry of an index counts that header, too.
            const std::size_t entry = is_longer ? TimeIndex::kEntryBytes : 0;
            const std::size_t size = index->second.size() - std::min(index->second.size(), entry);
            ASSERT_GE(own->size(), size);
            if (is_longer) own->resize(size);
            EXPECT_EQ(*own, Bytes(index->second.begin(),
                                  index->second.begin() + static_cast<std::ptrdiff_t>(size)))
                << suffix;
        }
    }
}

TEST_P(CompactionGolden, LeavesWhatKafkaLeaves) {
    for (const std::string round : {"1", "2", "3"}) {
        SCOPED_TRACE(round);
        const Files after = golden(GetParam(), "after" + round);
        ASSERT_TRUE(log.files.remove_directory(log.kFolder).ok());
        ASSERT_TRUE(log.files.create_directory(log.kFolder).ok());
        open(golden(GetParam(), "before" + round));

        log.compact(time_of_pass(after));

        EXPECT_EQ(log.partition->checkpoint().first_dirty_offset.value, first_dirty_in(after));
        expect_the_same(log, after, GetParam() != "packed");
    }
}

INSTANTIATE_TEST_SUITE_P(Logs, CompactionGolden, testing::Values("plain", "packed", "append-time"),
                         [](const auto& each) {
                             return each.param == "append-time" ? "append_time" : each.param;
                         });

}  // namespace
}  // namespace kafka::storage
