// The few bytes of Kafka's protocol that a load needs: Produce v7, Fetch v11, ListOffsets v1,
// CreateTopics v2. Written by hand, apart from protocol/, so that the load costs next to nothing
// and does not share a mistake with the broker. Not thread-safe; every caller has one thread.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace kafka::bench {

enum class Api : std::int16_t {
    Produce = 0,
    Fetch = 1,
    ListOffsets = 2,
    FindCoordinator = 10,
    CreateTopics = 19,
    InitProducerId = 22,
    EndTxn = 26,
    IncrementalAlterConfigs = 44,
};

// The peer did or said something that ends the measurement.
struct Trouble : std::runtime_error {
    using std::runtime_error::runtime_error;
};

class Writer {
  public:
    template <std::integral T>
    void put(T value) {
        const std::size_t at = bytes_.size();
        bytes_.resize(at + sizeof value);
        store_be(bytes_.data() + at, value);
    }
    void put_string(std::string_view text);
    void put_bytes(BytesView bytes) { bytes_.insert(bytes_.end(), bytes.begin(), bytes.end()); }
    void put_varint(std::int64_t value);  // zigzag

    // Length, header without a client id; finish() fills in the length.
    void begin_request(Api api, std::int16_t version, std::int32_t correlation_id);
    Bytes finish();

    const Bytes& bytes() const { return bytes_; }

  private:
    Bytes bytes_;
};

// Reads from the front; throws Trouble when the bytes end early.
class Reader {
  public:
    explicit Reader(BytesView bytes) : left_(bytes) {}

    template <std::integral T>
    T get() {
        const BytesView bytes = take(sizeof(T));
        return load_be<T>(bytes.data());
    }
    std::string_view get_string();  // null reads as empty
    BytesView take(std::size_t count);
    BytesView left() const { return left_; }

  private:
    BytesView left_;
};

struct BatchShape {
    std::size_t batch_bytes = 16384;  // the batch is as full of records as it gets below this
    std::size_t record_bytes = 1024;  // of each value
    bool random = false;              // bytes that do not compress, instead of 32 letters
    std::uint64_t keys = 0;           // how many keys the records of a partition have; 0: none
};

struct PreparedBatch {
    Bytes bytes;
    std::int32_t records = 0;
    std::vector<std::size_t> key_at;  // of each record, if it has one
};

// An uncompressed batch of magic 2 with a valid checksum and the current time.
PreparedBatch make_batch(const BatchShape& shape);

// Of a batch that was changed.
void put_checksum(MutableBytes batch);

// Gives the records of a batch, which lies anywhere, the next keys; `next` counts a partition's
// records.
void put_keys(MutableBytes batch, const PreparedBatch& like, std::uint64_t keys,
              std::uint64_t& next);

Bytes produce_request(std::string_view topic, std::int32_t partition, std::int16_t acks,
                      BytesView batch);

struct FetchLimits {
    std::int32_t max_wait_ms = 500;
    std::int32_t partition_max_bytes = 1 << 20;
    bool committed_only = false;
};
Bytes fetch_request(std::string_view topic, std::int32_t partition, std::int64_t offset,
                    const FetchLimits& limits);

constexpr std::int64_t kLatest = -1;
constexpr std::int64_t kEarliest = -2;
Bytes list_offsets_request(std::string_view topic, std::int32_t partition, std::int64_t timestamp);

// `configs` as key=value.
Bytes create_topic_request(std::string_view topic, std::int32_t partitions,
                           const std::vector<std::string>& configs);
Bytes alter_topic_request(std::string_view topic, const std::vector<std::string>& configs);

// Bodies of answers, the correlation id already read. Each throws Trouble on a malformed answer.
struct Produced {
    std::int16_t error_code;
    std::int64_t base_offset;
};
Produced read_produced(Reader& answer);

struct Fetched {
    std::int16_t error_code = 0;
    std::int32_t partition = -1;  // -1: the answer holds no partition
    BytesView records;
};
Fetched read_fetched(Reader& answer);

struct ListedOffset {
    std::int16_t error_code;
    std::int64_t offset;
};
ListedOffset read_listed_offset(Reader& answer);

std::int16_t read_created(Reader& answer);
std::int16_t read_altered(Reader& answer);

// The offset after the last whole batch in `records`; `offset` when there is none.
std::int64_t offset_after(BytesView records, std::int64_t offset);

}  // namespace kafka::bench
