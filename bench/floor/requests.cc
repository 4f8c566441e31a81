// The four requests that bench_floor answers.
#include <unistd.h>

#include <algorithm>

#include "base/crc32c.h"
#include "bench/floor/floor.h"

namespace kafka::bench {
namespace {

// Places inside a record batch.
constexpr std::size_t kChecksumAt = 17;
constexpr std::size_t kAttributesAt = 21;
constexpr std::size_t kCountAt = 57;
constexpr std::int16_t kCorruptMessage = 2;

Writer begin_answer(std::int32_t correlation_id) {
    Writer out;
    out.put<std::int32_t>(0);  // length: answer() knows it
    out.put(correlation_id);
    return out;
}

}  // namespace

void Floor::handle(int fd, MutableBytes frame) {
    Reader request(frame);
    const auto api = static_cast<Api>(request.get<std::int16_t>());
    request.get<std::int16_t>();
    const auto correlation_id = request.get<std::int32_t>();
    request.get_string();
    switch (api) {
        case Api::Produce:
            return handle_produce(fd, correlation_id, frame, request);
        case Api::Fetch:
            return handle_fetch(fd, correlation_id, request);
        case Api::ListOffsets:
            return handle_list_offsets(fd, correlation_id, request);
        case Api::CreateTopics:
            return handle_create(fd, correlation_id, request);
        case Api::FindCoordinator:
        case Api::InitProducerId:
        case Api::EndTxn:
        case Api::IncrementalAlterConfigs:
            break;
    }
    throw Trouble("only bench_load is served");
}

void Floor::handle_produce(int fd, std::int32_t correlation_id, MutableBytes frame,
                           Reader& request) {
    request.get_string();
    const auto acks = request.get<std::int16_t>();
    request.take(2 * sizeof(std::int32_t));
    const std::string_view topic = request.get_string();
    request.get<std::int32_t>();
    const auto partition = request.get<std::int32_t>();
    const auto size = static_cast<std::size_t>(request.get<std::int32_t>());
    const MutableBytes batch = frame.last(request.left().size()).first(size);

    FloorLog& log = log_of(topic, partition);
    const std::int64_t base_offset = log.next_offset;
    store_be(batch.data(), base_offset);
    const bool good =
        load_be<std::uint32_t>(batch.data() + kChecksumAt) == crc32c(batch.subspan(kAttributesAt));
    if (good && write(log.file.get(), batch.data(), size) == static_cast<ssize_t>(size)) {
        log.batch_bytes = static_cast<std::int64_t>(size);
        log.batch_records = load_be<std::int32_t>(batch.data() + kCountAt);
        log.next_offset += log.batch_records;
        log.size += log.batch_bytes;
        wake(log);
    }
    if (acks == 0) return;

    Writer out = begin_answer(correlation_id);
    out.put<std::int32_t>(1);
    out.put_string(topic);
    out.put<std::int32_t>(1);
    out.put(partition);
    out.put<std::int16_t>(good ? 0 : kCorruptMessage);
    out.put(base_offset);
    out.put<std::int64_t>(-1);
    out.put<std::int64_t>(0);
    out.put<std::int32_t>(0);
    answer(fd, {.head = out.bytes()});
}

void Floor::handle_fetch(int fd, std::int32_t correlation_id, Reader& request) {
    request.take(4 * sizeof(std::int32_t) + sizeof(std::int8_t) + 3 * sizeof(std::int32_t));
    FloorLog::Waiting asked{.fd = fd, .correlation_id = correlation_id};
    asked.topic = request.get_string();
    request.get<std::int32_t>();
    asked.partition = request.get<std::int32_t>();
    request.get<std::int32_t>();
    asked.offset = request.get<std::int64_t>();
    request.get<std::int64_t>();
    asked.max_bytes = request.get<std::int32_t>();

    FloorLog& log = log_of(asked.topic, asked.partition);
    if (asked.offset < log.next_offset) return answer_fetch(log, asked);
    log.waiting.push_back(std::move(asked));
}

void Floor::wake(FloorLog& log) {
    const std::vector<FloorLog::Waiting> woken = std::exchange(log.waiting, {});
    for (const FloorLog::Waiting& asked : woken) {
        answer_fetch(log, asked);
        flush(asked.fd, *connections_.at(asked.fd));
    }
}

void Floor::answer_fetch(const FloorLog& log, const FloorLog::Waiting& asked) {
    const std::int64_t from = asked.offset / log.batch_records * log.batch_bytes;
    const std::int64_t count = std::min(log.size - from, asked.max_bytes);
    Writer out = begin_answer(asked.correlation_id);
    out.put<std::int32_t>(0);
    out.put<std::int16_t>(0);
    out.put<std::int32_t>(0);
    out.put<std::int32_t>(1);
    out.put_string(asked.topic);
    out.put<std::int32_t>(1);
    out.put(asked.partition);
    out.put<std::int16_t>(0);
    out.put(log.next_offset);
    out.put(log.next_offset);
    out.put<std::int64_t>(0);
    out.put<std::int32_t>(-1);
    out.put<std::int32_t>(-1);
    out.put(static_cast<std::int32_t>(count));
    answer(asked.fd, {.head = out.bytes(),
                      .file = log.file.get(),
                      .from = from,
                      .left = static_cast<std::size_t>(count)});
}

void Floor::handle_list_offsets(int fd, std::int32_t correlation_id, Reader& request) {
    request.take(2 * sizeof(std::int32_t));
    const std::string_view topic = request.get_string();
    request.get<std::int32_t>();
    const auto partition = request.get<std::int32_t>();
    const auto timestamp = request.get<std::int64_t>();
    Writer out = begin_answer(correlation_id);
    out.put<std::int32_t>(1);
    out.put_string(topic);
    out.put<std::int32_t>(1);
    out.put(partition);
    out.put<std::int16_t>(0);
    out.put<std::int64_t>(-1);
    out.put(timestamp == kLatest ? log_of(topic, partition).next_offset : std::int64_t{0});
    answer(fd, {.head = out.bytes()});
}

// Topics come into being when they are first written.
void Floor::handle_create(int fd, std::int32_t correlation_id, Reader& request) {
    request.get<std::int32_t>();
    const std::string_view topic = request.get_string();
    Writer out = begin_answer(correlation_id);
    out.put<std::int32_t>(0);
    out.put<std::int32_t>(1);
    out.put_string(topic);
    out.put<std::int16_t>(0);
    out.put<std::int16_t>(-1);
    answer(fd, {.head = out.bytes()});
}

}  // namespace kafka::bench
