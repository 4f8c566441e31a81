#include "protocol/record_batch.h"

#include <gtest/gtest.h>

#include "protocol/record_batch_builder.h"
#include "protocol/record_batch_control.h"
#include "tests/support/test_data.h"

namespace kafka {
namespace {

using test::bytes_of;

Bytes batch_of(std::int32_t records, BatchOptions options = {}) {
    RecordBatchBuilder builder(options);
    for (std::int32_t i = 0; i < records; ++i) {
        builder.append(
            {.timestamp = {1'000 + i}, .key = {}, .value = bytes_of("v"), .headers = {}});
    }
    return builder.build();
}

TEST(RecordBatch, TheBuilderWritesWhatTheViewReads) {
    BatchOptions options;
    options.base_offset = Offset{77};
    options.partition_leader_epoch = LeaderEpoch{5};
    options.producer_id = ProducerId{9};
    options.producer_epoch = ProducerEpoch{3};
    options.base_sequence = Sequence{40};
    options.transactional = true;
    const Bytes bytes = batch_of(3, options);

    const RecordBatchView batch(bytes);
    EXPECT_EQ(batch.base_offset(), Offset{77});
    EXPECT_EQ(batch.last_offset(), Offset{79});
    EXPECT_EQ(batch.next_offset(), Offset{80});
    EXPECT_EQ(batch.partition_leader_epoch(), LeaderEpoch{5});
    EXPECT_EQ(batch.magic(), 2);
    EXPECT_EQ(batch.record_count(), 3);
    EXPECT_EQ(batch.base_timestamp(), TimestampMs{1'000});
    EXPECT_EQ(batch.max_timestamp(), TimestampMs{1'002});
    EXPECT_EQ(batch.producer_id(), ProducerId{9});
    EXPECT_EQ(batch.producer_epoch(), ProducerEpoch{3});
    EXPECT_EQ(batch.base_sequence(), Sequence{40});
    EXPECT_EQ(batch.last_sequence(), Sequence{42});
    EXPECT_TRUE(batch.is_transactional());
    EXPECT_FALSE(batch.is_control());
    EXPECT_EQ(batch.compression(), CompressionType::None);
    EXPECT_EQ(batch.size_in_bytes(), bytes.size());
    EXPECT_TRUE(batch.crc_matches());
}

TEST(RecordBatch, OffsetAndEpochAreSetWithoutTouchingTheChecksum) {
    Bytes bytes = batch_of(2);
    const std::uint32_t crc = RecordBatchView(bytes).crc();

    MutableRecordBatch batch(bytes);
    batch.set_base_offset(Offset{1'000'000'000'000});
    batch.set_partition_leader_epoch(LeaderEpoch{12});

    EXPECT_EQ(batch.base_offset(), Offset{1'000'000'000'000});
    EXPECT_EQ(batch.partition_leader_epoch(), LeaderEpoch{12});
    EXPECT_EQ(batch.crc(), crc);
    EXPECT_TRUE(batch.crc_matches());
}

TEST(RecordBatch, ANewTimestampTypeComesWithANewChecksum) {
    Bytes bytes = batch_of(2);
    MutableRecordBatch batch(bytes);

    batch.set_max_timestamp(TimestampType::LogAppendTime, TimestampMs{5'000});

    EXPECT_EQ(batch.timestamp_type(), TimestampType::LogAppendTime);
    EXPECT_EQ(batch.max_timestamp(), TimestampMs{5'000});
    EXPECT_TRUE(batch.crc_matches());
    EXPECT_EQ(batch.record_timestamp(1), TimestampMs{5'000});

    batch.set_max_timestamp(TimestampType::CreateTime, TimestampMs{1'001});
    EXPECT_EQ(bytes, batch_of(2));
}

TEST(RecordBatch, SequencesWrapFromTheHighestToZero) {
    constexpr Sequence kHighest{2'147'483'647};
    EXPECT_EQ(sequence_plus(kHighest, 1), Sequence{0});
    EXPECT_EQ(sequence_plus({kHighest.value - 1}, 3), Sequence{1});
    EXPECT_EQ(sequence_minus(Sequence{1}, 3), (Sequence{kHighest.value - 1}));
    EXPECT_EQ(sequence_minus(Sequence{3}, 3), Sequence{0});
}

TEST(RecordBatchReader, EndsBeforeABatchThatIsCutShort) {
    const Bytes one = batch_of(2);
    Bytes log = one;
    log.insert(log.end(), one.begin(), one.end());
    for (std::size_t size = 0; size <= log.size(); ++size) {
        RecordBatchReader reader(BytesView(log).first(size));
        std::size_t found = 0;
        while (reader.next()) ++found;
        EXPECT_EQ(found, size / one.size());
        EXPECT_EQ(reader.position(), found * one.size());
        EXPECT_EQ(reader.at_end(), size % one.size() == 0);
    }
}

TEST(RecordBatchReader, EndsBeforeLengthsAndMagicsThatCannotBe) {
    for (const std::int32_t length : {-1, 0, 48, 2'147'483'647}) {
        Bytes bytes = batch_of(1);
        store_be(bytes.data() + batch_layout::kLength, length);
        EXPECT_FALSE(RecordBatchReader(bytes).next()) << length;
    }
    Bytes bytes = batch_of(1);
    bytes[batch_layout::kMagic] = 1;
    EXPECT_FALSE(RecordBatchReader(bytes).next());
}

TEST(ControlBatch, AMarkerIsReadBackAndNothingElseIsTakenForOne) {
    const TransactionMarker commit{ControlRecordType::Commit, CoordinatorEpoch{7}};
    const Bytes bytes = make_transaction_marker(commit, ProducerId{5}, ProducerEpoch{2},
                                                LeaderEpoch{1}, TimestampMs{123});

    const RecordBatchView batch(bytes);
    EXPECT_TRUE(batch.is_control());
    EXPECT_TRUE(batch.is_transactional());
    EXPECT_EQ(batch.base_sequence(), kNoSequence);
    EXPECT_EQ(transaction_marker_in(batch), commit);
    EXPECT_FALSE(transaction_marker_in(RecordBatchView(batch_of(1))));
}

TEST(ControlBatch, KeysOfUnknownTypesAndShortKeysAreNoControlRecords) {
    EXPECT_EQ(control_record_type(control_record_key(ControlRecordType::LeaderChange)),
              ControlRecordType::LeaderChange);
    EXPECT_FALSE(control_record_type(Bytes{0, 0, 0}));
    EXPECT_FALSE(control_record_type(Bytes{0, 0, 0, 99}));
    EXPECT_FALSE(control_record_type(Bytes{0, 0, 0xff, 0xff}));
}

}  // namespace
}  // namespace kafka
