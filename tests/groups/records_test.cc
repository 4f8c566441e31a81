// The records of `__consumer_offsets` must be the bytes that Apache Kafka 4.3 writes.
#include "groups/records.h"

#include <gtest/gtest.h>

namespace kafka::groups {
namespace {

std::int16_t version_of(const RecordBytes& bytes) {
    return load_be<std::int16_t>(bytes.value->data());
}

OffsetCommitRecord commit(TimestampMs expires) {
    OffsetCommitValue value{.offset = Offset{7},
                            .leader_epoch = LeaderEpoch{-1},
                            .metadata = "m",
                            .commit_timestamp = TimestampMs{5},
                            .expire_timestamp = expires};
    return {{"g", "t", PartitionIndex{1}}, value};
}

TEST(GroupRecords, AGroupIsWrittenInVersion3) {
    const GroupMetadataRecord empty{{"g"}, GroupMetadataValue{}};

    const RecordBytes bytes = encode(empty);

    EXPECT_EQ(bytes.key, (Bytes{0, 2, 0, 1, 'g'}));
    EXPECT_EQ(version_of(bytes), 3);
}

TEST(GroupRecords, ACommitIsWrittenInVersion4AndWithAnExpiryOfItsOwnInVersion1) {
    const RecordBytes lasting = encode(commit(TimestampMs{-1}));
    const RecordBytes expiring = encode(commit(TimestampMs{9}));

    EXPECT_EQ(lasting.key, (Bytes{0, 1, 0, 1, 'g', 0, 1, 't', 0, 0, 0, 1}));
    EXPECT_EQ(version_of(lasting), 4);
    EXPECT_EQ(version_of(expiring), 1);
}

TEST(GroupRecords, WhatWasWrittenIsReadAgain) {
    for (const Record& record :
         {Record(commit(TimestampMs{-1})), Record(commit(TimestampMs{9})),
          Record(OffsetCommitRecord{{"g", "t", PartitionIndex{1}}, std::nullopt}),
          Record(GroupMetadataRecord{{"g"}, GroupMetadataValue{.protocol_type = "consumer"}})}) {
        const RecordBytes bytes = encode(record);
        std::optional<BytesView> value;
        if (bytes.value) value = BytesView(*bytes.value);

        const auto again = decode(bytes.key, value);

        ASSERT_TRUE(again.ok());
        EXPECT_EQ(**again, record);
    }
}

TEST(GroupRecords, ACommitOfAnOldBrokerIsRead) {
    const Bytes key{0, 0, 0, 1, 'g', 0, 1, 't', 0, 0, 0, 1};
    const Bytes value{0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 0, 1, 'm', 0, 0, 0, 0, 0, 0, 0, 5};

    const auto record = decode(key, BytesView(value));

    ASSERT_TRUE(record.ok());
    EXPECT_EQ(**record, Record(commit(TimestampMs{-1})));
}

TEST(GroupRecords, UnknownTypesAreSkippedAndDamageIsReported) {
    const Bytes unknown{0, 99, 1, 2, 3};
    const Bytes cut_short{0, 2, 0, 5, 'g'};
    const Bytes group{0, 2, 0, 1, 'g'};
    const Bytes future_version{0, 9, 0, 0};

    EXPECT_FALSE(decode(unknown, std::nullopt)->has_value());
    EXPECT_FALSE(decode(cut_short, std::nullopt).ok());
    EXPECT_FALSE(decode(Bytes{1}, std::nullopt).ok());
    EXPECT_FALSE(decode(group, BytesView(future_version)).ok());
}

// The next two as Apache Kafka 4.3.0 wrote them.
TEST(GroupRecords, AMemberOfAConsumerGroupIsWrittenAsKafkaWritesIt) {
    const Bytes written{0,  0,   0,   0,   7,   'o', 'r', 'a', 'c', 'l', 'e',
                        11, '/', '1', '2', '7', '.', '0', '.', '0', '.', '1',
                        1,  1,   0,   0,   0,   100, 0,   1,   0,   1,   0};
    MemberRecord record{{"gc2", "x"}, ConsumerGroupMemberMetadataValue{}};
    record.value->client_id = "oracle";
    record.value->client_host = "/127.0.0.1";
    record.value->subscribed_topic_regex = "";
    record.value->rebalance_timeout_ms = 100;
    record.value->classic_member_metadata.reset();

    const RecordBytes bytes = encode(Record(record));

    EXPECT_EQ(bytes.key, (Bytes{0, 5, 0, 3, 'g', 'c', '2', 0, 1, 'x'}));
    EXPECT_EQ(*bytes.value, written);
}

TEST(GroupRecords, AClassicMemberOfAConsumerGroupIsReadAsKafkaWroteIt) {
    const Bytes key{0, 5, 0, 3, 'g', 'c', '2', 0, 1, 'y'};
    const Bytes value{0,   0,   0,   0,   7,   'o', 'r', 'a', 'c', 'l', 'e', 11,  '/', '1', '2',
                      '7', '.', '0', '.', '0', '.', '1', 2,   2,   'q', 1,   0,   0,   234, 96,
                      0,   1,   0,   38,  1,   0,   0,   39,  16,  2,   6,   'r', 'a', 'n', 'g',
                      'e', 24,  0,   3,   0,   0,   0,   1,   0,   1,   'q', 255, 255, 255, 255,
                      0,   0,   0,   0,   255, 255, 255, 255, 255, 255, 0,   0};

    const auto record = decode(key, BytesView(value));

    ASSERT_TRUE(record.ok() && record->has_value());
    const auto& member = *std::get<MemberRecord>(**record).value;
    ASSERT_TRUE(member.classic_member_metadata);
    EXPECT_EQ(member.classic_member_metadata->session_timeout_ms, 10'000);
    EXPECT_EQ(member.classic_member_metadata->supported_protocols.at(0).name, "range");
    const Bytes again = *encode(**record).value;
    EXPECT_EQ(again, value);
}

}  // namespace
}  // namespace kafka::groups
