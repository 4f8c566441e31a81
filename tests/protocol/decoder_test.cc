#include "protocol/decoder.h"

#include <gtest/gtest.h>

#include "protocol/encoder.h"
#include "protocol/gen/api_versions.h"
#include "protocol/gen/describe_groups.h"
#include "protocol/gen/fetch.h"
#include "protocol/gen/metadata_records.h"
#include "protocol/gen/offset_for_leader_epoch.h"
#include "protocol/gen/produce.h"

namespace kafka {
namespace {

Bytes bytes(std::initializer_list<int> values) {
    Bytes result;
    for (const int value : values) result.push_back(static_cast<std::uint8_t>(value));
    return result;
}

TEST(Decoder, ReadsIntegersInNetworkOrder) {
    const Bytes frame = bytes({0x01, 0x02, 0xff, 0xff, 0xff, 0xfe, 2, 0});
    Decoder d(frame);
    EXPECT_EQ(d.integer<std::int16_t>(), 0x0102);
    EXPECT_EQ(d.integer<std::int32_t>(), -2);
    EXPECT_TRUE(d.boolean());
    EXPECT_FALSE(d.boolean());
    EXPECT_EQ(d.remaining(), 0u);
    EXPECT_FALSE(d.failed());
}

TEST(Decoder, StaysFailedAfterTheFirstShortRead) {
    const Bytes frame = bytes({1, 2, 3});
    Decoder d(frame);
    EXPECT_EQ(d.integer<std::int32_t>(), 0);
    EXPECT_TRUE(d.failed());
    EXPECT_EQ(d.integer<std::int8_t>(), 0) << "there was a byte, but the decoder is lost";
    EXPECT_EQ(d.remaining(), 0u);
}

TEST(Decoder, ReadsVarintsOfUpToFiveBytes) {
    const Bytes frame = bytes({0x7f, 0x80, 0x01, 0xff, 0xff, 0xff, 0xff, 0x0f, 0x80, 0x00});
    Decoder d(frame);
    EXPECT_EQ(d.unsigned_varint(), 127u);
    EXPECT_EQ(d.unsigned_varint(), 128u);
    EXPECT_EQ(d.unsigned_varint(), 0xffffffffu);
    EXPECT_EQ(d.unsigned_varint(), 0u) << "longer than it need be, which Kafka takes";
    EXPECT_FALSE(d.failed());
}

TEST(Decoder, RefusesVarintsOfSixBytes) {
    const Bytes frame = bytes({0xff, 0xff, 0xff, 0xff, 0xff, 0x00});
    Decoder d(frame);
    d.unsigned_varint();
    EXPECT_TRUE(d.failed());
}

TEST(Decoder, TellsNullFromEmpty) {
    const Bytes frame = bytes({0xff, 0xff, 0, 0, 0, 1});
    Decoder d(frame);
    std::optional<std::string> text = "before";
    d.string(text, false);
    EXPECT_EQ(text, std::nullopt);
    d.string(text, false);
    EXPECT_EQ(text, "");
    d.string(text, true);
    EXPECT_EQ(text, std::nullopt);
    d.string(text, true);
    EXPECT_EQ(text, "");
    EXPECT_FALSE(d.failed());
}

TEST(Decoder, RefusesNullWhereNothingIsNullable) {
    for (const bool flexible : {false, true}) {
        const Bytes frame = flexible ? bytes({0}) : bytes({0xff, 0xff, 0xff, 0xff});
        std::string text;
        Decoder for_string(frame);
        for_string.string(text, flexible);
        EXPECT_TRUE(for_string.failed());
        std::vector<std::string> list;
        Decoder for_array(frame);
        EXPECT_EQ(for_array.array(list, flexible, 1), 0u);
        EXPECT_TRUE(for_array.failed());
    }
}

TEST(Decoder, RefusesStringsThatKafkaCallsTooLong) {
    Bytes frame = bytes({0x81, 0x80, 0x02});  // 32768 bytes and one
    frame.resize(frame.size() + 40000, 'x');
    Decoder d(frame);
    std::string text;
    d.string(text, true);
    EXPECT_TRUE(d.failed());
}

TEST(Decoder, KeepsBytesThatAreNotUtf8) {
    const Bytes frame = bytes({3, 0xc3, 0x28});
    Decoder d(frame);
    std::string text;
    d.string(text, true);
    EXPECT_EQ(text, "\xc3\x28");
}

TEST(Decoder, ReservesNothingForACountThatCannotBeTrue) {
    const Bytes frame = bytes({0x00, 0x00, 0x00, 0x04, 1, 2, 3});
    Decoder d(frame);
    std::vector<std::int8_t> list;
    d.array(list, false, 1);
    EXPECT_TRUE(d.failed());
    EXPECT_EQ(list.capacity(), 0u);
}

TEST(Decoder, HoldsACountAgainstTheSmallestElementThereIs) {
    Encoder e;
    e.integer<std::int32_t>(-1);
    e.length(1, false);
    e.string("t", false);
    e.length(1000, false);
    for (int i = 0; i < 11'999; ++i) e.integer<std::int8_t>(0);
    const Bytes frame(e.bytes().begin(), e.bytes().end());
    OffsetForLeaderEpochRequest request;
    Decoder d(frame);
    decode(d, request, 3);
    EXPECT_TRUE(d.failed()) << "1000 partitions of 12 bytes do not fit 11,999 bytes";
    EXPECT_EQ(request.topics.at(0).partitions.capacity(), 0u);
}

// `count` empty group ids, a byte each on the wire and a std::string each in memory.
Bytes groups_frame(std::size_t count) {
    Encoder e;
    e.length(count, true);
    for (std::size_t i = 0; i < count; ++i) e.unsigned_varint(1);
    e.boolean(false);
    e.unsigned_varint(0);
    return {e.bytes().begin(), e.bytes().end()};
}

TEST(Decoder, BoundsWhatTinyElementsMayGrowTo) {
    const Bytes small = groups_frame(100'000);
    DescribeGroupsRequest request;
    Decoder enough(small);
    decode(enough, request, 5);
    EXPECT_FALSE(enough.failed());
    EXPECT_EQ(request.groups.size(), 100'000u);

    const Bytes large = groups_frame(10'000'000);
    DescribeGroupsRequest refused;
    Decoder too_much(large);
    decode(too_much, refused, 5);
    EXPECT_TRUE(too_much.failed()) << "10 MB would have become 320 MB";
    EXPECT_EQ(refused.groups.capacity(), 0u);
}

TEST(Decoder, RecordsViewTheFrameAndCanBeChangedThere) {
    ProduceRequest sent;
    Bytes batch = bytes({1, 2, 3, 4});
    auto& topic = sent.topic_data.emplace_back();
    topic.name = "t";
    topic.partition_data.push_back({PartitionIndex{0}, Records{.bytes = batch}});
    Encoder e;
    encode(e, sent, 9);
    Bytes frame(e.bytes().begin(), e.bytes().end());

    ProduceRequest request;
    Decoder d(frame);
    decode(d, request, 9);
    ASSERT_FALSE(d.failed());
    EXPECT_EQ(request, sent);
    const auto& records = request.topic_data[0].partition_data[0].records;
    ASSERT_TRUE(records.has_value());
    EXPECT_GE(records->bytes.data(), frame.data());
    EXPECT_LE(records->bytes.data() + 4, frame.data() + frame.size());
    records->bytes[0] = 9;
    EXPECT_NE(std::ranges::find(frame, 9), frame.end());

    const Bytes& read_only = frame;
    Decoder refuses(read_only);
    decode(refuses, request, 9);
    EXPECT_TRUE(refuses.failed()) << "records would let somebody write to const memory";
}

TEST(Decoder, AbsentFieldsHaveKafkasDefaults) {
    const Bytes frame = bytes({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
    Decoder d(frame);
    FetchRequest request;
    decode(d, request, 4);
    EXPECT_FALSE(d.failed());
    EXPECT_EQ(request.session_epoch, -1);
    EXPECT_EQ(request.max_bytes, 0);
    EXPECT_EQ(request.rack_id, "");
}

TEST(Decoder, RefusesATagOfAnotherVersion) {
    // Broker 1, epoch 2, then tag 2 (log directories), which version 0 does not have.
    const Bytes frame = bytes({0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2, 1, 2, 1, 1});
    BrokerRegistrationChangeRecord record;
    Decoder old(frame);
    decode(old, record, 0);
    EXPECT_TRUE(old.failed());
    Decoder newer(frame);
    decode(newer, record, 2);
    EXPECT_FALSE(newer.failed());
}

TEST(Decoder, TheLastOfARepeatedTagWins) {
    ApiVersionsResponse sent;
    Encoder e;
    encode(e, sent, 3);
    Bytes frame(e.bytes().begin(), e.bytes().end());
    ASSERT_EQ(frame.back(), 0);
    frame.pop_back();
    for (const int byte : {2, 1, 8, 0, 0, 0, 0, 0, 0, 0, 5, 1, 8, 0, 0, 0, 0, 0, 0, 0, 6}) {
        frame.push_back(static_cast<std::uint8_t>(byte));
    }
    Decoder d(frame);
    ApiVersionsResponse response;
    decode(d, response, 3);
    EXPECT_FALSE(d.failed());
    EXPECT_EQ(response.finalized_features_epoch, 6);
}

}  // namespace
}  // namespace kafka
