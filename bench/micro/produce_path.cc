// What the broker does to the bytes of a Produce request before it writes them.
#include <benchmark/benchmark.h>

#include "base/crc32c.h"
#include "protocol/decoder.h"
#include "protocol/encoder.h"
#include "protocol/gen/produce.h"
#include "protocol/record_batch_builder.h"
#include "storage/batch_validator.h"
#include "storage/producer_state.h"

namespace kafka {
namespace {

constexpr std::int64_t kNowMs = 1'800'000'000'000;

// A batch of `records` records with values of `value_bytes` that compress about four to one.
Bytes batch_of(int records, std::size_t value_bytes, CompressionType codec) {
    Bytes value(value_bytes);
    for (std::size_t i = 0; i < value_bytes; ++i) {
        value[i] = static_cast<std::uint8_t>("abcdefgh"[(i * i / 7) % 8]);
    }
    BatchOptions options;
    options.compression = with_default_level(codec);
    RecordBatchBuilder builder(options);
    for (int i = 0; i < records; ++i) {
        builder.append({.timestamp = {kNowMs + i}, .key = {}, .value = value, .headers = {}});
    }
    return builder.build();
}

void count_bytes(benchmark::State& state, std::size_t bytes) {
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes));
}

void checksum(benchmark::State& state) {
    const Bytes bytes(static_cast<std::size_t>(state.range(0)), 0x5a);
    for (auto _ : state) benchmark::DoNotOptimize(crc32c(bytes));
    count_bytes(state, bytes.size());
}
BENCHMARK(checksum)->Arg(170)->Arg(16 * 1024)->Arg(1 << 20);

// Arguments: records, bytes of a value, codec, codec of the topic (-1: the producer's).
void validate(benchmark::State& state) {
    const auto codec = static_cast<CompressionType>(state.range(2));
    Bytes bytes =
        batch_of(static_cast<int>(state.range(0)), static_cast<std::size_t>(state.range(1)), codec);
    storage::BatchRules rules;
    rules.partition = "topic-0";
    if (state.range(3) >= 0) {
        rules.compression = with_default_level(static_cast<CompressionType>(state.range(3)));
    }
    for (auto _ : state) {
        benchmark::DoNotOptimize(storage::validate_batch(bytes, rules, {kNowMs}).ok());
    }
    count_bytes(state, bytes.size());
}
BENCHMARK(validate)
    ->ArgNames({"records", "value", "codec", "to"})
    ->Args({1, 100, 0, -1})
    ->Args({16, 1'000, 0, -1})
    ->Args({150, 100, 0, -1})
    ->Args({1'000, 8, 0, -1})
    ->Args({150, 100, 1, -1})
    ->Args({150, 100, 2, -1})
    ->Args({150, 100, 3, -1})
    ->Args({150, 100, 4, -1})
    ->Args({150, 100, 0, 4})
    ->Args({150, 100, 4, 3});

void check_producer(benchmark::State& state) {
    storage::ProducerState producers;
    BatchOptions options;
    options.producer_id = ProducerId{1};
    options.producer_epoch = ProducerEpoch{0};
    options.base_sequence = Sequence{0};
    RecordBatchBuilder builder(options);
    builder.append({});
    Bytes bytes = builder.build();
    std::int32_t sequence = 0;
    for (auto _ : state) {
        store_be(bytes.data() + batch_layout::kBaseSequence, sequence);
        sequence = sequence_plus({sequence}, 1).value;
        const RecordBatchView batch(bytes);
        benchmark::DoNotOptimize(producers.check(batch, {}).ok());
        benchmark::DoNotOptimize(producers.apply(batch));
    }
}
BENCHMARK(check_producer);

// The bytes as they go over the wire: record batches are spliced in by whoever sends.
Bytes frame_of(const Encoder& encoder) {
    Bytes frame(encoder.bytes().begin(), encoder.bytes().end());
    for (auto splice = encoder.splices().rbegin(); splice != encoder.splices().rend(); ++splice) {
        frame.insert(frame.begin() + static_cast<std::ptrdiff_t>(splice->at),
                     splice->records.bytes.begin(), splice->records.bytes.end());
    }
    return frame;
}

void decode_produce_request(benchmark::State& state) {
    constexpr std::int16_t kVersion = 11;
    Bytes batch = batch_of(1, 100, CompressionType::None);
    ProduceRequest request;
    request.acks = 1;
    request.timeout_ms = 30'000;
    ProduceRequest::Topic topic;
    topic.name = "benchmark-topic";
    topic.partition_data.push_back({PartitionIndex{3}, Records{.bytes = batch}});
    request.topic_data.push_back(topic);
    Encoder encoder;
    encode(encoder, request, kVersion);
    Bytes frame = frame_of(encoder);
    for (auto _ : state) {
        ProduceRequest decoded;
        Decoder decoder(frame);
        decode(decoder, decoded, kVersion);
        benchmark::DoNotOptimize(decoded);
    }
    count_bytes(state, frame.size());
}
BENCHMARK(decode_produce_request);

}  // namespace
}  // namespace kafka
