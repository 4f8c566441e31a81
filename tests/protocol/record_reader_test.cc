// Batches as real clients wrote them: the Java console producer and kcat (librdkafka), in each
// codec.
#include "protocol/record_reader.h"

#include <gtest/gtest.h>

#include "protocol/record_batch_builder.h"
#include "protocol/record_outline.h"
#include "tests/support/test_data.h"

namespace kafka {
namespace {

using test::bytes_of;
using test::text_of;

std::string expected_value(int i) {
    return "value number " + std::to_string(i) + " of a batch that repeats itself, repeats itself";
}

class ClientBatch : public testing::TestWithParam<std::string> {
  protected:
    const Bytes log_ = test::read_test_file("batches/" + GetParam() + ".log");
    bool from_librdkafka() const { return GetParam().starts_with("rdkafka"); }
};

TEST_P(ClientBatch, ReadsAsTheRecordsThatWereSent) {
    RecordBatchReader batches(log_);
    int i = 0;
    while (const auto batch = batches.next()) {
        ASSERT_TRUE(batch->crc_matches());
        EXPECT_TRUE(GetParam().ends_with(name_of(*batch->compression())));
        RecordReader records(*batch);
        while (const RecordView* record = records.next()) {
            EXPECT_EQ(records.offset_of(*record), Offset{i});
            EXPECT_EQ(text_of(*record->key), "key-" + std::to_string(i));
            EXPECT_EQ(text_of(*record->value), expected_value(i));
            std::string headers;
            record->for_each_header([&](const HeaderView& header) {
                headers += std::string(header.key) + "=" + text_of(*header.value) + ";";
            });
            EXPECT_EQ(headers, from_librdkafka() ? "h1=one;h2=two;" : "");
            ++i;
        }
        EXPECT_FALSE(records.failed());
    }
    EXPECT_TRUE(batches.at_end());
    EXPECT_EQ(i, 20);
}

TEST_P(ClientBatch, HasTheSameOutlineAsItsRecords) {
    const RecordBatchView batch(log_);
    RecordReader records(batch);
    PackedRecords packed(*batch.compression(), batch.records());
    RecordOutline outline;
    while (const RecordView* record = records.next()) {
        ASSERT_TRUE(read_outline(packed, outline));
        EXPECT_EQ(outline.offset_delta, record->offset_delta);
        EXPECT_EQ(outline.timestamp_delta_ms, record->timestamp_delta_ms);
        EXPECT_EQ(static_cast<std::size_t>(outline.key_bytes), record->key->size());
        EXPECT_EQ(static_cast<std::size_t>(outline.value_bytes), record->value->size());
    }
    EXPECT_TRUE(packed.at_end());
}

INSTANTIATE_TEST_SUITE_P(Codecs, ClientBatch,
                         testing::Values("java-none", "java-gzip", "java-snappy", "java-lz4",
                                         "java-zstd", "rdkafka-none", "rdkafka-gzip",
                                         "rdkafka-snappy", "rdkafka-lz4", "rdkafka-zstd"),
                         [](const auto& codec) {
                             std::string name = codec.param;
                             name[name.find('-')] = '_';
                             return name;
                         });

TEST(RecordReader, RecordsThatSpanManyChunksComeOutWhole) {
    const Bytes long_value(300'000, 'x');
    for (const CompressionType type :
         {CompressionType::None, CompressionType::Gzip, CompressionType::Snappy,
          CompressionType::Lz4, CompressionType::Zstd}) {
        BatchOptions options;
        options.compression = with_default_level(type);
        RecordBatchBuilder builder(options);
        for (int i = 0; i < 200; ++i) {
            const bool is_long = i % 50 == 0;
            builder.append({.timestamp = {i},
                            .key = {},
                            .value = is_long ? BytesView(long_value) : bytes_of("short"),
                            .headers = {}});
        }
        const Bytes bytes = builder.build();
        const RecordBatchView batch(bytes);
        RecordReader records(batch);
        int i = 0;
        while (const RecordView* record = records.next()) {
            EXPECT_EQ(record->offset_delta, i);
            EXPECT_EQ(record->value->size(), i % 50 == 0 ? long_value.size() : 5u);
            ++i;
        }
        EXPECT_EQ(i, 200) << name_of(type);
        EXPECT_FALSE(records.failed());
    }
}

TEST(RecordReader, NullsAndEmptyValuesAreDifferent) {
    RecordBatchBuilder builder({});
    builder.append({.timestamp = {0},
                    .key = {},
                    .value = BytesView{},
                    .headers = {{"null", {}}, {"empty", BytesView{}}}});
    const Bytes bytes = builder.build();
    const RecordBatchView batch(bytes);
    RecordReader records(batch);
    const RecordView* record = records.next();
    ASSERT_NE(record, nullptr);
    EXPECT_FALSE(record->key.has_value());
    EXPECT_TRUE(record->value.has_value());
    std::vector<bool> has_value;
    record->for_each_header([&](const HeaderView& h) { has_value.push_back(h.value.has_value()); });
    EXPECT_EQ(has_value, (std::vector<bool>{false, true}));
}

TEST(RecordReader, MoreOrFewerRecordsThanAnnouncedAreAFailure) {
    RecordBatchBuilder builder({});
    for (int i = 0; i < 3; ++i) builder.append({});
    for (const std::int32_t announced : {2, 4}) {
        Bytes bytes = builder.build();
        store_be(bytes.data() + batch_layout::kRecordCount, announced);
        const RecordBatchView batch(bytes);
        RecordReader records(batch);
        while (records.next()) continue;
        EXPECT_TRUE(records.failed()) << announced;
        EXPECT_FALSE(records.damaged());
    }
}

}  // namespace
}  // namespace kafka
