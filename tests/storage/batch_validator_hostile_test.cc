// Damaged and malicious batches: an error code or a batch that can be read, never more.
#include <gtest/gtest.h>

#include <random>

#include "base/crc32c.h"
#include "protocol/record_batch_builder.h"
#include "protocol/record_reader.h"
#include "storage/batch_validator.h"
#include "storage/record_scan.h"
#include "tests/support/test_data.h"

namespace kafka::storage {
namespace {

constexpr TimestampMs kNow{1'900'000'000'000};

const char* const kGolden[] = {"java-none",   "java-gzip",    "java-snappy",  "java-lz4",
                               "java-zstd",   "rdkafka-none", "rdkafka-gzip", "rdkafka-snappy",
                               "rdkafka-lz4", "rdkafka-zstd"};

void fix_crc(Bytes& bytes) {
    store_be(bytes.data() + batch_layout::kCrc,
             crc32c(BytesView(bytes).subspan(batch_layout::kAttributes)));
}

// Whatever was let in has to be readable to the end.
void try_batch(Bytes bytes, const BatchRules& rules) {
    const BatchValidation answer = validate_batch(bytes, rules, kNow);
    if (!answer.ok()) {
        EXPECT_NE(answer.error().code, ErrorCode::NONE);
        return;
    }
    const BytesView stored = answer->replacement.empty() ? BytesView(bytes) : answer->replacement;
    const RecordBatchView batch(stored);
    ASSERT_TRUE(batch.crc_matches());
    RecordReader records(batch);
    std::int32_t count = 0;
    while (records.next() != nullptr) ++count;
    EXPECT_FALSE(records.failed());
    EXPECT_EQ(count, answer->record_count);
    EXPECT_TRUE(find_record_at_or_after(batch, {0}, Offset{0}).ok());
    EXPECT_TRUE(find_record_with_max_timestamp(batch).ok());
}

std::vector<BatchRules> all_rules() {
    std::vector<BatchRules> rules(3);
    rules[1].compression = with_default_level(CompressionType::Lz4);
    rules[1].timestamp_type = TimestampType::LogAppendTime;
    rules[2].compression = with_default_level(CompressionType::None);
    rules[2].compacted = true;
    return rules;
}

TEST(HostileBatch, EveryTruncationIsRefused) {
    for (const char* name : kGolden) {
        const Bytes whole = test::read_test_file(std::string("batches/") + name + ".log");
        for (std::size_t size = 0; size < whole.size(); ++size) {
            Bytes cut(whole.begin(), whole.begin() + static_cast<long>(size));
            EXPECT_FALSE(validate_batch(cut, {}, kNow).ok());
        }
    }
}

TEST(HostileBatch, EveryByteFlippedIsRefusedUnlessTheChecksumDoesNotCoverIt) {
    for (const char* name : kGolden) {
        const Bytes whole = test::read_test_file(std::string("batches/") + name + ".log");
        for (std::size_t at = 0; at < whole.size(); ++at) {
            Bytes damaged = whole;
            damaged[at] ^= 0x55;
            const bool epoch =
                at >= batch_layout::kPartitionLeaderEpoch && at < batch_layout::kMagic;
            EXPECT_EQ(validate_batch(damaged, {}, kNow).ok(), epoch) << name << " " << at;
        }
    }
}

// The same with a checksum that fits, as somebody who means it would send.
TEST(HostileBatch, EveryByteChangedUnderAGoodChecksumIsReadableOrRefused) {
    const std::vector<BatchRules> rules = all_rules();
    for (const char* name : kGolden) {
        const Bytes whole = test::read_test_file(std::string("batches/") + name + ".log");
        for (std::size_t at = batch_layout::kAttributes; at < whole.size(); ++at) {
            for (const int flip : {0x01, 0x80, 0xff}) {
                Bytes damaged = whole;
                damaged[at] ^= static_cast<std::uint8_t>(flip);
                fix_crc(damaged);
                try_batch(damaged, rules[at % rules.size()]);
            }
        }
    }
}

TEST(HostileBatch, RandomChangesUnderAGoodChecksumAreReadableOrRefused) {
    const std::vector<BatchRules> rules = all_rules();
    std::mt19937 random(20260101);
    for (const char* name : kGolden) {
        const Bytes whole = test::read_test_file(std::string("batches/") + name + ".log");
        for (int round = 0; round < 400; ++round) {
            Bytes damaged = whole;
            for (auto changes = 1 + random() % 6; changes > 0; --changes) {
                const std::size_t at = batch_layout::kAttributes +
                                       random() % (whole.size() - batch_layout::kAttributes);
                damaged[at] = static_cast<std::uint8_t>(random());
            }
            fix_crc(damaged);
            try_batch(damaged, rules[static_cast<std::size_t>(round) % rules.size()]);
        }
    }
}

// A batch of records of a megabyte of zeros each, `size` bytes in all, written without holding
// them.
Bytes bomb(CompressionType type, std::int64_t size) {
    Bytes batch(batch_layout::kHeaderBytes);
    const auto compressor = make_compressor(with_default_level(type));
    RecordBatchBuilder one({});
    const Bytes zeros(1 << 20);
    one.append({.timestamp = {0}, .key = zeros, .value = {}, .headers = {}});
    const Bytes built = one.build();
    const BytesView record = RecordBatchView(built).records();
    std::int32_t count = 0;
    for (std::int64_t written = 0; written < size;
         written += static_cast<std::int64_t>(record.size())) {
        compressor->write(record, batch);
        ++count;
    }
    compressor->finish(batch);
    BatchOptions options;
    options.compression = with_default_level(type);
    write_batch_header(batch, options, {count, count - 1, {0}, {0}});
    return batch;
}

TEST(HostileBatch, ABombIsRefusedOnceItHasGrownBeyondTheLimit) {
    constexpr std::int64_t kBeyondLimit = max_decompressed_bytes(0) + 1;
    Bytes packed = bomb(CompressionType::Zstd, kBeyondLimit);
    ASSERT_LT(packed.size(), 200'000u);

    const BatchValidation kept = validate_batch(packed, {}, kNow);
    ASSERT_FALSE(kept.ok());
    EXPECT_EQ(kept.error().code, ErrorCode::UNKNOWN_SERVER_ERROR);

    BatchRules rewrites;
    rewrites.compression = with_default_level(CompressionType::None);
    const BatchValidation rewritten = validate_batch(packed, rewrites, kNow);
    ASSERT_FALSE(rewritten.ok());
    EXPECT_EQ(rewritten.error().code, ErrorCode::UNKNOWN_SERVER_ERROR);
}

TEST(HostileBatch, MillionsOfBadRecordsAreAnsweredWithALimitedList) {
    BatchOptions options;
    options.compression = with_default_level(CompressionType::Gzip);
    RecordBatchBuilder builder(options);
    for (int i = 0; i < 50'000; ++i) builder.append({});
    Bytes bytes = builder.build();
    BatchRules rules;
    rules.compacted = true;
    rules.partition = "t-0";

    const BatchValidation answer = validate_batch(bytes, rules, kNow);

    ASSERT_FALSE(answer.ok());
    EXPECT_EQ(answer.error().code, ErrorCode::INVALID_RECORD);
    EXPECT_EQ(answer.error().record_errors.size(), 10'000u);
    EXPECT_NE(answer.error().message->find("due to 50000 record errors"), std::string::npos);
}

}  // namespace
}  // namespace kafka::storage
