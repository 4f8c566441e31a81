// Batches and Produce requests, as producers send them.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "protocol/gen/produce.h"
#include "protocol/record_batch_builder.h"
#include "tests/support/test_shards.h"

namespace kafka::broker {

using ProduceAnswer = ProduceResponse::Topic::Partition;

inline BytesView text(std::string_view t) {
    return {reinterpret_cast<const std::uint8_t*>(t.data()), t.size()};
}

// One record, k → v.
inline Bytes batch(const BatchOptions& options = {}, TimestampMs timestamp = {1'700'000'000'000}) {
    RecordBatchBuilder builder(options);
    builder.append({.timestamp = timestamp, .key = text("k"), .value = text("v"), .headers = {}});
    return builder.build();
}

inline BatchOptions produced_by(std::int64_t producer, std::int16_t epoch, std::int32_t sequence) {
    BatchOptions options;
    options.producer_id = {producer};
    options.producer_epoch = {epoch};
    options.base_sequence = {sequence};
    return options;
}

inline Bytes idempotent_batch(std::int64_t producer, std::int16_t epoch, std::int32_t sequence) {
    return batch(produced_by(producer, epoch, sequence));
}

inline Bytes transactional_batch(std::int64_t producer, std::int16_t epoch = 0) {
    BatchOptions options = produced_by(producer, epoch, 0);
    options.transactional = true;
    return batch(options);
}

// Owns the batches that its request views; copies share them.
class ProduceBuilder {
  public:
    explicit ProduceBuilder(std::int16_t acks = -1) {
        request_.acks = acks;
        request_.timeout_ms = 5000;
    }
    ProduceBuilder& transactional_id(std::string id) {
        request_.transactional_id = std::move(id);
        return *this;
    }
    // What follows goes to this topic; give what the version names it by.
    ProduceBuilder& topic(std::string name, const Uuid& id = {}) {
        auto& topic = request_.topic_data.emplace_back();
        topic.name = std::move(name);
        topic.topic_id = id;
        return *this;
    }
    ProduceBuilder& topic(const Uuid& id) { return topic("", id); }
    ProduceBuilder& add(std::int32_t partition, std::optional<Bytes> records) {
        auto& data = request_.topic_data.back().partition_data.emplace_back();
        data.index = {partition};
        if (records) {
            batches_.push_back(std::make_shared<Bytes>(std::move(*records)));
            data.records.emplace().bytes = *batches_.back();
        }
        return *this;
    }
    const ProduceRequest& request() const { return request_; }

  private:
    ProduceRequest request_;
    std::vector<std::shared_ptr<Bytes>> batches_;
};

// The answer of a request that names one partition.
inline ProduceAnswer produce_one(TestShards& shards, const Uuid& topic, Bytes records,
                                 std::int16_t acks = -1) {
    const ProduceBuilder builder = ProduceBuilder(acks).topic(topic).add(0, std::move(records));
    return shards.ask(builder.request(), 13).responses.at(0).partition_responses.at(0);
}

inline ProduceAnswer appended(std::int32_t partition, std::int64_t base_offset,
                              std::int64_t log_start_offset = 0) {
    ProduceAnswer answer;
    answer.index = {partition};
    answer.base_offset = {base_offset};
    answer.log_start_offset = {log_start_offset};
    return answer;
}

inline ProduceAnswer refused(std::int32_t partition, ErrorCode error,
                             std::int64_t log_start_offset = -1) {
    ProduceAnswer answer;
    answer.index = {partition};
    answer.error_code = error;
    answer.base_offset = {-1};
    answer.log_start_offset = {log_start_offset};
    return answer;
}

}  // namespace kafka::broker
