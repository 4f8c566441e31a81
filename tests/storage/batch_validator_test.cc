// What is answered to a produced batch, held against what Apache Kafka 4.3.0 answered to the same
// bytes (tests/data/batches/produce_answers.tsv).
#include "storage/batch_validator.h"

#include <gtest/gtest.h>

#include <map>

#include "protocol/record_batch_builder.h"
#include "protocol/record_reader.h"
#include "tests/support/test_data.h"

namespace kafka::storage {
namespace {

using test::bytes_of;

constexpr TimestampMs kNow{1'700'000'000'000};

// The topics that the answers were collected from.
BatchRules rules_of(const std::string& topic) {
    BatchRules rules;
    if (topic == "compact") {
        rules.compacted = true;
    } else if (topic == "lat") {
        rules.timestamp_type = TimestampType::LogAppendTime;
    } else if (topic == "small") {
        rules.max_message_bytes = 200;
    } else if (topic == "win") {
        rules.timestamp_before_max_ms = rules.timestamp_after_max_ms = 1'000;
    } else if (topic == "tozstd") {
        rules.compression = with_default_level(CompressionType::Zstd);
    } else if (topic == "tonone" || topic == "tonone200") {
        rules.compression = with_default_level(CompressionType::None);
        if (topic == "tonone200") rules.max_message_bytes = 200;
    } else {
        EXPECT_TRUE(topic == "plain" || topic == "seg") << topic;
    }
    return rules;
}

// Where the answer differs from Kafka's, and why.
const std::map<std::string, ErrorCode> kUnlikeKafka = {
    // Kafka lets these in, and no consumer can read past them.
    {"gzip record size+1", ErrorCode::INVALID_RECORD},
    {"gzip record size-1", ErrorCode::INVALID_RECORD},
    {"gzip record size neg", ErrorCode::INVALID_RECORD},
    {"gzip record size huge", ErrorCode::INVALID_RECORD},
    {"lz4 bad content checksum", ErrorCode::UNKNOWN_SERVER_ERROR},
    // Kafka fails on these with an exception that it did not foresee.
    {"length 2147483647", ErrorCode::INVALID_RECORD},
    {"record varint 6 bytes", ErrorCode::INVALID_RECORD},
    {"tozstd record varint 6 bytes", ErrorCode::INVALID_RECORD},
    {"header len 49 only", ErrorCode::CORRUPT_MESSAGE},
    {"short v2 batch len 30", ErrorCode::CORRUPT_MESSAGE},
};

std::string text_of(const std::vector<RecordError>& errors) {
    std::string text;
    for (const RecordError& error : errors) {
        if (!text.empty()) text += "|";
        text += std::to_string(error.batch_index) + ":" + error.message;
    }
    return text;
}

TEST(BatchValidator, AnswersAsApacheKafkaDoes) {
    int compared = 0;
    for (const auto& row : test::read_test_table("batches/produce_answers.tsv")) {
        ASSERT_EQ(row.size(), 8u) << row[0];
        const std::string& name = row[0];
        const std::string partition = row[1] + "-0";
        BatchRules rules = rules_of(row[1]);
        rules.partition = partition;
        rules.produce_version = static_cast<std::int16_t>(std::stoi(row[2]));
        Bytes bytes = test::from_hex(row[4]);
        const Bytes sent = bytes;

        const BatchValidation answer = validate_batch(bytes, rules, {std::stoll(row[3])});

        const auto code = answer.ok() ? ErrorCode::NONE : answer.error().code;
        const auto exception = kUnlikeKafka.find(name);
        if (exception != kUnlikeKafka.end()) {
            EXPECT_EQ(code, exception->second) << name;
            EXPECT_NE(static_cast<int>(code), std::stoi(row[5]))
                << name << " is like Kafka after all";
            continue;
        }
        EXPECT_EQ(static_cast<int>(code), std::stoi(row[5])) << name;
        if (!answer.ok()) {
            EXPECT_EQ(answer.error().message.value_or(""), row[6]) << name;
            EXPECT_EQ(text_of(answer.error().record_errors), row[7]) << name;
            EXPECT_EQ(bytes, sent) << name << ": a refused batch is left as it was";
        }
        ++compared;
    }
    EXPECT_GT(compared, 180);
}

Bytes batch_at(std::initializer_list<std::int64_t> timestamps, BatchOptions options = {}) {
    RecordBatchBuilder builder(options);
    for (const std::int64_t timestamp : timestamps) {
        builder.append({.timestamp = {timestamp},
                        .key = bytes_of("key"),
                        .value = bytes_of("value"),
                        .headers = {{"h", bytes_of("x")}}});
    }
    return builder.build();
}

TEST(BatchValidator, FindsTheFirstRecordWithTheMaxTimestamp) {
    Bytes bytes = batch_at({5, 9, 2, 9});
    const BatchValidation answer = validate_batch(bytes, {}, kNow);
    ASSERT_TRUE(answer.ok());
    EXPECT_EQ(answer->size_in_bytes, bytes.size());
    EXPECT_EQ(answer->record_count, 4);
    EXPECT_EQ(answer->last_offset_delta, 3);
    EXPECT_EQ(answer->max_timestamp, TimestampMs{9});
    EXPECT_EQ(answer->max_timestamp_offset_delta, 1);
    EXPECT_TRUE(answer->replacement.empty());
}

TEST(BatchValidator, AWrongMaxTimestampIsCorrectedInPlace) {
    for (const CompressionType type : {CompressionType::None, CompressionType::Lz4}) {
        BatchOptions options;
        options.compression = with_default_level(type);
        const Bytes right = batch_at({5, 9, 2}, options);
        Bytes wrong = right;
        MutableRecordBatch(wrong).set_max_timestamp(TimestampType::CreateTime, {12345});
        ASSERT_TRUE(validate_batch(wrong, {}, kNow).ok());
        EXPECT_EQ(wrong, right);
    }
}

TEST(BatchValidator, LogAppendTimeIsTheTimeOfTheBroker) {
    BatchRules rules;
    rules.timestamp_type = TimestampType::LogAppendTime;
    Bytes bytes = batch_at({5, 9, 2});

    const BatchValidation answer = validate_batch(bytes, rules, kNow);

    ASSERT_TRUE(answer.ok());
    EXPECT_EQ(answer->max_timestamp, kNow);
    const RecordBatchView batch(bytes);
    EXPECT_EQ(batch.timestamp_type(), TimestampType::LogAppendTime);
    EXPECT_EQ(batch.max_timestamp(), kNow);
    EXPECT_TRUE(batch.crc_matches());
}

TEST(BatchValidator, RewritesInTheTopicsCodecAndKeepsEveryRecord) {
    for (const CompressionType from : {CompressionType::None, CompressionType::Gzip}) {
        for (const CompressionType to :
             {CompressionType::None, CompressionType::Gzip, CompressionType::Snappy,
              CompressionType::Lz4, CompressionType::Zstd}) {
            if (from == to) continue;
            BatchOptions options;
            options.compression = with_default_level(from);
            options.producer_id = ProducerId{4};
            options.producer_epoch = ProducerEpoch{1};
            options.base_sequence = Sequence{30};
            Bytes bytes = batch_at({5, 9, 2, 7}, options);
            BatchRules rules;
            rules.compression = with_default_level(to);

            BatchValidation answer = validate_batch(bytes, rules, kNow);

            ASSERT_TRUE(answer.ok());
            options.compression = with_default_level(to);
            EXPECT_EQ(answer->replacement, batch_at({5, 9, 2, 7}, options)) << name_of(to);
            EXPECT_EQ(answer->size_in_bytes, answer->replacement.size());
            EXPECT_EQ(answer->max_timestamp, TimestampMs{9});
            EXPECT_EQ(answer->max_timestamp_offset_delta, 1);
        }
    }
}

TEST(BatchValidator, ABatchThatGrewWhenRewrittenIsTooLargeOrTooLargeForASegment) {
    BatchOptions options;
    options.compression = with_default_level(CompressionType::Zstd);
    RecordBatchBuilder builder(options);
    const Bytes value(100'000, 'x');
    builder.append({.timestamp = {1}, .key = {}, .value = value, .headers = {}});
    const Bytes packed = builder.build();
    BatchRules rules;
    rules.compression = with_default_level(CompressionType::None);
    const auto answer_code = [&] {
        Bytes bytes = packed;
        const BatchValidation answer = validate_batch(bytes, rules, kNow);
        return answer.ok() ? ErrorCode::NONE : answer.error().code;
    };

    rules.max_message_bytes = 90'000;
    EXPECT_EQ(answer_code(), ErrorCode::MESSAGE_TOO_LARGE);
    rules.max_message_bytes = 1'000'000;
    EXPECT_EQ(answer_code(), ErrorCode::NONE);
    rules.segment_bytes = 90'000;
    EXPECT_EQ(answer_code(), ErrorCode::RECORD_LIST_TOO_LARGE);
}

TEST(BatchValidator, CoordinatorsMayWriteMarkersAndClientsMayNot) {
    BatchOptions options;
    options.control = true;
    Bytes bytes = batch_at({1}, options);
    BatchRules rules;
    EXPECT_FALSE(validate_batch(bytes, rules, kNow).ok());
    rules.origin = AppendOrigin::Coordinator;
    // A marker stays as it is, whatever the topic's codec.
    rules.compression = with_default_level(CompressionType::Zstd);
    const BatchValidation answer = validate_batch(bytes, rules, kNow);
    ASSERT_TRUE(answer.ok());
    EXPECT_TRUE(answer->replacement.empty());
}

}  // namespace
}  // namespace kafka::storage
