#include "storage/record_scan.h"

#include <gtest/gtest.h>

#include "protocol/record_batch_builder.h"

namespace kafka::storage {
namespace {

using Found = std::optional<TimestampAndOffset>;

// Offsets 100 to 104, times out of order.
class RecordScan : public testing::TestWithParam<CompressionType> {
  protected:
    RecordScan() {
        BatchOptions options;
        options.base_offset = Offset{100};
        options.compression = with_default_level(GetParam());
        RecordBatchBuilder builder(options);
        for (const std::int64_t timestamp : {30, 10, 50, 20, 50}) {
            builder.append({.timestamp = {timestamp}, .key = {}, .value = {}, .headers = {}});
        }
        bytes_ = builder.build();
    }

    Found at_or_after(std::int64_t timestamp, std::int64_t start = 0) const {
        return *find_record_at_or_after(RecordBatchView(bytes_), {timestamp}, {start});
    }

    Bytes bytes_;
};

TEST_P(RecordScan, FindsTheFirstRecordThatIsLateEnough) {
    EXPECT_EQ(at_or_after(0), Found({{30}, {100}}));
    EXPECT_EQ(at_or_after(30), Found({{30}, {100}}));
    EXPECT_EQ(at_or_after(31), Found({{50}, {102}}));
    EXPECT_EQ(at_or_after(51), Found());
}

TEST_P(RecordScan, PassesOverRecordsBeforeTheStartOffset) {
    EXPECT_EQ(at_or_after(15, 101), Found({{50}, {102}}));
    EXPECT_EQ(at_or_after(15, 103), Found({{20}, {103}}));
    EXPECT_EQ(at_or_after(15, 105), Found());
}

TEST_P(RecordScan, FindsTheFirstOfSeveralRecordsWithTheMaxTimestamp) {
    EXPECT_EQ(*find_record_with_max_timestamp(RecordBatchView(bytes_)), Found({{50}, {102}}));
}

TEST_P(RecordScan, ABatchWithTheBrokersTimeHasItInEveryRecord) {
    MutableRecordBatch(bytes_).set_max_timestamp(TimestampType::LogAppendTime, {70});
    EXPECT_EQ(at_or_after(60), Found({{70}, {100}}));
    EXPECT_EQ(at_or_after(60, 103), Found({{70}, {103}}));
    EXPECT_EQ(*find_record_with_max_timestamp(RecordBatchView(bytes_)), Found({{70}, {100}}));
}

TEST_P(RecordScan, ABatchThatIsNotWhatItsHeaderSaysIsAnError) {
    store_be(bytes_.data() + batch_layout::kRecordCount, 9);
    store_be(bytes_.data() + batch_layout::kLastOffsetDelta, 8);
    EXPECT_FALSE(find_record_at_or_after(RecordBatchView(bytes_), {0}, {106}).ok());
}

INSTANTIATE_TEST_SUITE_P(Codecs, RecordScan,
                         testing::Values(CompressionType::None, CompressionType::Gzip,
                                         CompressionType::Snappy, CompressionType::Lz4,
                                         CompressionType::Zstd),
                         [](const auto& codec) { return std::string(name_of(codec.param)); });

}  // namespace
}  // namespace kafka::storage
