// The record of `__transaction_state` as Apache Kafka 4.3 writes it.
#include "transactions/records.h"

#include <gtest/gtest.h>

namespace kafka::transactions {
namespace {

Bytes from_hex(std::string_view text) {
    Bytes bytes;
    for (std::size_t i = 0; i < text.size(); i += 2) {
        bytes.push_back(
            static_cast<std::uint8_t>(std::stoi(std::string(text.substr(i, 2)), nullptr, 16)));
    }
    return bytes;
}

struct Golden {
    const char* value;
    TransactionValue means;
};

// Out of a log of Apache Kafka 4.3: the id is ef2b22440, its topic tf2b22440.
const Golden kEmpty{
    "0001000000000000000500000000ea600000000001a1ff3e3f78ffffffffffffffff0100080000000000000005",
    {.producer_id = ProducerId{5},
     .previous_producer_id = ProducerId{5},
     .producer_epoch = ProducerEpoch{0},
     .timeout_ms = 60'000,
     .last_update = TimestampMs{1795283631992}}};

TEST(TransactionRecords, AreThoseOfKafka) {
    const Record record{"ef2b22440", kEmpty.means};

    const coordinator::LogRecord bytes = encode(record);

    EXPECT_EQ(bytes.key, from_hex("00000009656632623232343430"));
    EXPECT_EQ(bytes.value, from_hex(kEmpty.value));
    const auto decoded = decode(bytes.key, BytesView(*bytes.value));
    ASSERT_TRUE(decoded.ok() && decoded->has_value());
    EXPECT_EQ(**decoded, record);
}

TEST(TransactionRecords, OngoingHasItsPartitions) {
    TransactionValue value = kEmpty.means;
    value.state = TransactionState::Ongoing;
    value.partitions.add("tf2b22440", {0});
    value.last_update = value.start = TimestampMs{1795283631994};

    const coordinator::LogRecord bytes = encode({"ef2b22440", value});

    EXPECT_EQ(bytes.value,
              from_hex("0001000000000000000500000000ea6001020a74663262323234343002000000000000"
                       "0001a1ff3e3f7a000001a1ff3e3f7a0100080000000000000005"));
}

TEST(TransactionRecords, EverythingThatAValueHoldsSurvives) {
    TransactionValue value{.producer_id = ProducerId{5},
                           .previous_producer_id = ProducerId{4},
                           .next_producer_id = ProducerId{6},
                           .producer_epoch = kMaxEpoch,
                           .client_transaction_version = 2,
                           .state = TransactionState::PrepareAbort,
                           .timeout_ms = 7,
                           .start = TimestampMs{8},
                           .last_update = TimestampMs{9}};
    value.partitions.add("b", {1});
    value.partitions.add("a", {2});
    value.partitions.add("a", {0});

    const coordinator::LogRecord bytes = encode({"id", value});

    const auto decoded = decode(bytes.key, BytesView(*bytes.value));
    ASSERT_TRUE(decoded.ok() && decoded->has_value());
    EXPECT_EQ(**decoded, (Record{"id", value}));
}

TEST(TransactionRecords, WithoutAValueIsATombstone) {
    const coordinator::LogRecord bytes = encode({"id", std::nullopt});

    EXPECT_FALSE(bytes.value.has_value());
    const auto decoded = decode(bytes.key, std::nullopt);
    ASSERT_TRUE(decoded.ok() && decoded->has_value());
    EXPECT_EQ(**decoded, (Record{"id", std::nullopt}));
}

TEST(TransactionRecords, VersionZeroOfOlderBrokersIsUnderstood) {
    const Bytes value = from_hex(
        "0000000000000000000500030000ea6002"
        "000000010001740000000100000004"
        "00000000000000090000000000000008");
    const auto decoded = decode(encode({"id", std::nullopt}).key, BytesView(value));
    ASSERT_TRUE(decoded.ok() && decoded->has_value());
    const TransactionValue& read = *(*decoded)->value;
    EXPECT_EQ(read.state, TransactionState::PrepareCommit);
    EXPECT_TRUE(read.partitions.contains("t", {4}));
    EXPECT_EQ(read.client_transaction_version, 0);
}

TEST(TransactionRecords, WhatIsCutOrHasAStrangeStateIsCorrupt) {
    const coordinator::LogRecord bytes = encode({"ef2b22440", kEmpty.means});
    for (std::size_t size = 0; size < bytes.value->size(); ++size) {
        EXPECT_FALSE(decode(bytes.key, BytesView(*bytes.value).first(size)).ok()) << size;
    }
    for (std::size_t size = 0; size < bytes.key.size(); ++size) {
        EXPECT_FALSE(decode(BytesView(bytes.key).first(size), std::nullopt).ok()) << size;
    }
    Bytes strange = *bytes.value;
    strange[16] = 8;  // the state
    EXPECT_FALSE(decode(bytes.key, BytesView(strange)).ok());
}

TEST(TransactionRecords, OtherTypesAreSkipped) {
    const auto decoded = decode(from_hex("0001000161"), std::nullopt);
    ASSERT_TRUE(decoded.ok());
    EXPECT_FALSE(decoded->has_value());
}

}  // namespace
}  // namespace kafka::transactions
