#include "protocol/encoder.h"

#include <gtest/gtest.h>

#include "protocol/decoder.h"
#include "protocol/gen/api_versions.h"
#include "protocol/gen/fetch.h"
#include "protocol/gen/metadata.h"
#include "protocol/gen/offset_fetch.h"
#include "protocol/gen/produce.h"

namespace kafka {
namespace {

Bytes written(const Encoder& e) { return {e.bytes().begin(), e.bytes().end()}; }

TEST(Encoder, GrowsAndKeepsWhatItHas) {
    Encoder e;
    for (int i = 0; i < 100'000; ++i) e.integer<std::int32_t>(i);
    ASSERT_EQ(e.size(), 400'000u);
    EXPECT_EQ(load_be<std::int32_t>(e.bytes().data() + 4 * 77'777), 77'777);
    e.clear();
    EXPECT_EQ(e.size(), 0u);
}

TEST(Encoder, PatchesASizeThatWasNotYetKnown) {
    Encoder e;
    e.integer<std::int32_t>(0);
    e.string("abc", false);
    e.patch(0, static_cast<std::int32_t>(e.size() - 4));
    EXPECT_EQ(written(e), (Bytes{0, 0, 0, 5, 0, 3, 'a', 'b', 'c'}));
}

TEST(Encoder, MovesItsBufferAndItsFailure) {
    Encoder e;
    e.integer<std::int8_t>(7);
    e.fail("why");
    Encoder moved = std::move(e);
    EXPECT_EQ(written(moved), Bytes{7});
    EXPECT_STREQ(moved.failure(), "why");
}

TEST(Encoder, TaggedFieldsOfAnySizeGetTheirSize) {
    for (const std::size_t size : {0u, 1u, 127u, 128u, 16'383u, 16'384u, 70'000u}) {
        Encoder e;
        const auto tags = e.begin_tags();
        const auto tag = e.begin_tag(tags, 5);
        e.raw(Bytes(size, 0xab));
        e.end_tag(tag);
        const Bytes frame = written(e);
        Decoder d(frame);
        EXPECT_EQ(d.tag_count(), 1u);
        EXPECT_EQ(d.unsigned_varint(), 5u);
        ASSERT_EQ(d.unsigned_varint(), size);
        EXPECT_EQ(d.raw(size).size(), size);
        EXPECT_EQ(d.remaining(), 0u);
    }
}

TEST(Encoder, WritesTaggedFieldsOnlyWhenTheyDifferFromTheirDefault) {
    ApiVersionsResponse response;
    Encoder plain;
    encode(plain, response, 3);
    EXPECT_EQ(plain.bytes().back(), 0) << "no tagged fields";

    response.finalized_features_epoch = 3;
    response.supported_features.push_back({.name = "x", .min_version = 0, .max_version = 1});
    Encoder e;
    encode(e, response, 3);
    const Bytes tail(e.bytes().begin() + static_cast<std::ptrdiff_t>(plain.size()) - 1,
                     e.bytes().end());
    EXPECT_EQ(tail, (Bytes{2, 0, 8, 2, 2, 'x', 0, 0, 0, 1, 0, 1, 8, 0, 0, 0, 0, 0, 0, 0, 3}));
}

TEST(Encoder, NotesRecordsInAFileAsASplice) {
    FetchResponse response;
    auto& topic = response.responses.emplace_back();
    topic.topic = "t";
    auto& partition = topic.partitions.emplace_back();
    partition.records = Records{.file = {.fd = 5, .position = 100, .size = 1000}};
    Encoder e;
    encode(e, response, 4);
    ASSERT_FALSE(e.failed());
    ASSERT_EQ(e.splices().size(), 1u);
    EXPECT_EQ(e.splices()[0].at, e.size()) << "the records come last here";
    EXPECT_EQ(e.splices()[0].records.file.position, 100);
    EXPECT_EQ(load_be<std::int32_t>(e.bytes().data() + e.size() - 4), 1000);
    EXPECT_EQ(e.wire_size(), e.size() + 1000);
}

TEST(Encoder, RecordsInMemoryAreCopied) {
    Bytes batch{1, 2, 3};
    Encoder e;
    e.records(Records{.bytes = batch}, true);
    EXPECT_EQ(written(e), (Bytes{4, 1, 2, 3}));
    EXPECT_TRUE(e.splices().empty());
}

TEST(Encoder, RefusesNullInAVersionThatCannotSayIt) {
    MetadataRequest request;
    request.topics = std::nullopt;
    Encoder old;
    encode(old, request, 0);
    EXPECT_TRUE(old.failed());
    EXPECT_NE(std::string(old.failure()).find("topics is null"), std::string::npos);
    Encoder newer;
    encode(newer, request, 1);
    EXPECT_FALSE(newer.failed());
}

TEST(Encoder, RefusesAValueThatTheVersionWouldLose) {
    OffsetFetchRequest request;
    request.group_id = "g";
    Encoder newer;
    encode(newer, request, 8);
    EXPECT_TRUE(newer.failed());
    Encoder old;
    encode(old, request, 5);
    EXPECT_FALSE(old.failed());
}

TEST(Encoder, DropsAnIgnorableValueThatTheVersionLacks) {
    ProduceResponse response;
    auto& partition = response.responses.emplace_back().partition_responses.emplace_back();
    partition.log_start_offset = Offset{7};
    partition.error_message = "no";
    Encoder e;
    encode(e, response, 3);
    EXPECT_FALSE(e.failed());
}

TEST(Encoder, RefusesStringsThatKafkaCallsTooLong) {
    Encoder e;
    e.string(std::string(32'767, 'x'), true);
    EXPECT_FALSE(e.failed());
    e.string(std::string(32'768, 'x'), true);
    EXPECT_TRUE(e.failed());
}

}  // namespace
}  // namespace kafka
