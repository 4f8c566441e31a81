#include "bench/wire.h"

#include <chrono>
#include <random>

#include "base/crc32c.h"

namespace kafka::bench {
namespace {

// Places inside a record batch.
constexpr std::size_t kLengthAt = 8;
constexpr std::size_t kChecksumAt = 17;
constexpr std::size_t kAttributesAt = 21;
constexpr std::size_t kLastOffsetDeltaAt = 23;
constexpr std::size_t kBatchHeader = 61;
constexpr std::size_t kMostRecordOverhead = 20;

std::int64_t now_ms() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

Bytes make_value(const BatchShape& shape, std::mt19937_64& random) {
    Bytes value(shape.record_bytes);
    for (std::uint8_t& byte : value) {
        const std::uint64_t drawn = random();
        byte = static_cast<std::uint8_t>(shape.random ? drawn : 'a' + drawn % 26);
    }
    return value;
}

// Returns where the key lies, if there is to be one.
std::size_t put_record(Writer& out, std::int32_t offset_delta, bool has_key, BytesView value) {
    Writer record;
    record.put<std::int8_t>(0);
    record.put_varint(0);
    record.put_varint(offset_delta);
    record.put_varint(has_key ? static_cast<std::int64_t>(sizeof(std::uint64_t)) : -1);
    const std::size_t key_at = record.bytes().size();
    if (has_key) record.put<std::uint64_t>(0);
    record.put_varint(static_cast<std::int64_t>(value.size()));
    record.put_bytes(value);
    record.put_varint(0);
    out.put_varint(static_cast<std::int64_t>(record.bytes().size()));
    const std::size_t record_at = out.bytes().size();
    out.put_bytes(record.bytes());
    return record_at + key_at;
}

}  // namespace

void put_checksum(MutableBytes batch) {
    store_be(batch.data() + kChecksumAt, crc32c(batch.subspan(kAttributesAt)));
}

void Writer::put_string(std::string_view text) {
    put(static_cast<std::int16_t>(text.size()));
    bytes_.insert(bytes_.end(), text.begin(), text.end());
}

void Writer::put_varint(std::int64_t value) {
    auto rest = (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
    while (rest >= 0x80) {
        bytes_.push_back(static_cast<std::uint8_t>(rest | 0x80));
        rest >>= 7;
    }
    bytes_.push_back(static_cast<std::uint8_t>(rest));
}

void Writer::begin_request(Api api, std::int16_t version, std::int32_t correlation_id) {
    put<std::int32_t>(0);
    put(static_cast<std::int16_t>(api));
    put(version);
    put(correlation_id);
    put<std::int16_t>(-1);
}

Bytes Writer::finish() {
    store_be(bytes_.data(), static_cast<std::int32_t>(bytes_.size() - sizeof(std::int32_t)));
    return std::move(bytes_);
}

BytesView Reader::take(std::size_t count) {
    if (count > left_.size()) throw Trouble("an answer is cut short");
    const BytesView taken = left_.first(count);
    left_ = left_.subspan(count);
    return taken;
}

std::string_view Reader::get_string() {
    const auto length = get<std::int16_t>();
    if (length < 0) return {};
    const BytesView bytes = take(static_cast<std::size_t>(length));
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

PreparedBatch make_batch(const BatchShape& shape) {
    std::mt19937_64 random(42);
    Writer records;
    std::int32_t count = 0;
    std::vector<std::size_t> key_at;
    do {
        const std::size_t at =
            put_record(records, count++, shape.keys > 0, make_value(shape, random));
        if (shape.keys > 0) key_at.push_back(kBatchHeader + at);
    } while (kBatchHeader + records.bytes().size() + shape.record_bytes + kMostRecordOverhead <=
             shape.batch_bytes);

    Writer batch;
    const std::int64_t now = now_ms();
    batch.put<std::int64_t>(0);  // base offset
    batch.put<std::int32_t>(0);  // length, below
    batch.put<std::int32_t>(-1);
    batch.put<std::int8_t>(2);
    batch.put<std::int32_t>(0);  // checksum, below
    batch.put<std::int16_t>(0);
    batch.put(count - 1);
    batch.put(now);
    batch.put(now);
    batch.put<std::int64_t>(-1);
    batch.put<std::int16_t>(-1);
    batch.put<std::int32_t>(-1);
    batch.put(count);
    batch.put_bytes(records.bytes());

    Bytes bytes = batch.bytes();
    store_be(bytes.data() + kLengthAt, static_cast<std::int32_t>(bytes.size() - kLengthAt - 4));
    put_checksum(bytes);
    return {std::move(bytes), count, std::move(key_at)};
}

void put_keys(MutableBytes batch, const PreparedBatch& like, std::uint64_t keys,
              std::uint64_t& next) {
    for (const std::size_t at : like.key_at) store_be(batch.data() + at, next++ % keys);
    put_checksum(batch);
}

Bytes produce_request(std::string_view topic, std::int32_t partition, std::int16_t acks,
                      BytesView batch) {
    Writer out;
    out.begin_request(Api::Produce, 7, partition);
    out.put<std::int16_t>(-1);
    out.put(acks);
    out.put<std::int32_t>(30000);
    out.put<std::int32_t>(1);
    out.put_string(topic);
    out.put<std::int32_t>(1);
    out.put(partition);
    out.put(static_cast<std::int32_t>(batch.size()));
    out.put_bytes(batch);
    return out.finish();
}

Bytes fetch_request(std::string_view topic, std::int32_t partition, std::int64_t offset,
                    const FetchLimits& limits) {
    constexpr std::int32_t kMaxBytes = 50 << 20;
    Writer out;
    out.begin_request(Api::Fetch, 11, partition);
    out.put<std::int32_t>(-1);
    out.put(limits.max_wait_ms);
    out.put<std::int32_t>(1);
    out.put(kMaxBytes);
    out.put(static_cast<std::int8_t>(limits.committed_only));
    out.put<std::int32_t>(0);   // session id
    out.put<std::int32_t>(-1);  // and epoch: none
    out.put<std::int32_t>(1);
    out.put_string(topic);
    out.put<std::int32_t>(1);
    out.put(partition);
    out.put<std::int32_t>(-1);
    out.put(offset);
    out.put<std::int64_t>(-1);
    out.put(limits.partition_max_bytes);
    out.put<std::int32_t>(0);
    out.put_string("");
    return out.finish();
}

Bytes list_offsets_request(std::string_view topic, std::int32_t partition, std::int64_t timestamp) {
    Writer out;
    out.begin_request(Api::ListOffsets, 1, partition);
    out.put<std::int32_t>(-1);
    out.put<std::int32_t>(1);
    out.put_string(topic);
    out.put<std::int32_t>(1);
    out.put(partition);
    out.put(timestamp);
    return out.finish();
}

namespace {

std::pair<std::string_view, std::string_view> key_and_value(std::string_view config) {
    const std::size_t equals = config.find('=');
    if (equals == config.npos) throw Trouble("a config is key=value");
    return {config.substr(0, equals), config.substr(equals + 1)};
}

}  // namespace

Bytes create_topic_request(std::string_view topic, std::int32_t partitions,
                           const std::vector<std::string>& configs) {
    Writer out;
    out.begin_request(Api::CreateTopics, 2, 0);
    out.put<std::int32_t>(1);
    out.put_string(topic);
    out.put(partitions);
    out.put<std::int16_t>(1);
    out.put<std::int32_t>(0);  // no assignments
    out.put(static_cast<std::int32_t>(configs.size()));
    for (const std::string_view config : configs) {
        const auto [key, value] = key_and_value(config);
        out.put_string(key);
        out.put_string(value);
    }
    out.put<std::int32_t>(60000);
    out.put<std::int8_t>(0);
    return out.finish();
}

Bytes alter_topic_request(std::string_view topic, const std::vector<std::string>& configs) {
    constexpr std::int8_t kTopic = 2;
    constexpr std::int8_t kSet = 0;
    Writer out;
    out.begin_request(Api::IncrementalAlterConfigs, 0, 0);
    out.put<std::int32_t>(1);
    out.put(kTopic);
    out.put_string(topic);
    out.put(static_cast<std::int32_t>(configs.size()));
    for (const std::string_view config : configs) {
        const auto [key, value] = key_and_value(config);
        out.put_string(key);
        out.put(kSet);
        out.put_string(value);
    }
    out.put<std::int8_t>(0);
    return out.finish();
}

Produced read_produced(Reader& answer) {
    answer.get<std::int32_t>();
    answer.get_string();
    answer.get<std::int32_t>();
    answer.get<std::int32_t>();
    const auto error_code = answer.get<std::int16_t>();
    return {error_code, answer.get<std::int64_t>()};
}

Fetched read_fetched(Reader& answer) {
    Fetched fetched;
    answer.get<std::int32_t>();
    fetched.error_code = answer.get<std::int16_t>();
    answer.get<std::int32_t>();
    if (answer.get<std::int32_t>() == 0) return fetched;
    answer.get_string();
    answer.get<std::int32_t>();
    fetched.partition = answer.get<std::int32_t>();
    if (fetched.error_code == 0) fetched.error_code = answer.get<std::int16_t>();
    answer.take(3 * sizeof(std::int64_t));
    const auto aborted = answer.get<std::int32_t>();
    if (aborted > 0) answer.take(static_cast<std::size_t>(aborted) * 2 * sizeof(std::int64_t));
    answer.get<std::int32_t>();
    const auto length = answer.get<std::int32_t>();
    if (length > 0) fetched.records = answer.take(static_cast<std::size_t>(length));
    return fetched;
}

ListedOffset read_listed_offset(Reader& answer) {
    answer.get<std::int32_t>();
    answer.get_string();
    answer.get<std::int32_t>();
    answer.get<std::int32_t>();
    const auto error_code = answer.get<std::int16_t>();
    answer.get<std::int64_t>();
    return {error_code, answer.get<std::int64_t>()};
}

std::int16_t read_created(Reader& answer) {
    answer.get<std::int32_t>();
    answer.get<std::int32_t>();
    answer.get_string();
    return answer.get<std::int16_t>();
}

std::int16_t read_altered(Reader& answer) {
    answer.get<std::int32_t>();
    answer.get<std::int32_t>();
    return answer.get<std::int16_t>();
}

std::int64_t offset_after(BytesView records, std::int64_t offset) {
    while (records.size() >= kBatchHeader) {
        const auto length = load_be<std::int32_t>(records.data() + kLengthAt);
        const std::size_t whole = static_cast<std::size_t>(length) + kLengthAt + 4;
        if (length < 0 || records.size() < whole) break;
        offset = load_be<std::int64_t>(records.data()) +
                 load_be<std::int32_t>(records.data() + kLastOffsetDeltaAt) + 1;
        records = records.subspan(whole);
    }
    return offset;
}

}  // namespace kafka::bench
