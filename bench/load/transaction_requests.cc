#include "bench/load/transaction_requests.h"

namespace kafka::bench {
namespace {

// Places inside a record batch.
constexpr std::size_t kAttributesAt = 21;
constexpr std::size_t kProducerIdAt = 43;
constexpr std::size_t kProducerEpochAt = 51;
constexpr std::size_t kBaseSequenceAt = 53;
constexpr std::int16_t kTransactional = 0x10;

constexpr std::int8_t kForTransactions = 1;
constexpr std::int32_t kTimeoutMs = 60'000;

void put_length(Writer& out, std::size_t length) {
    std::size_t rest = length;
    for (; rest >= 0x80; rest >>= 7) out.put(static_cast<std::uint8_t>(rest | 0x80));
    out.put(static_cast<std::uint8_t>(rest));
}

// Of flexible versions: lengths are one more than they say.
void put_compact(Writer& out, std::string_view text) {
    put_length(out, text.size() + 1);
    out.put_bytes(BytesView(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
}

void put_no_tags(Writer& out) { put_length(out, 0); }

std::size_t get_length(Reader& answer) {
    std::size_t length = 0;
    for (int shift = 0;; shift += 7) {
        const auto byte = answer.get<std::uint8_t>();
        length |= static_cast<std::size_t>(byte & 0x7f) << shift;
        if (byte < 0x80 || shift > 21) return length;
    }
}

}  // namespace

void put_producer(MutableBytes batch, const ProducerIdentity& producer) {
    store_be(batch.data() + kAttributesAt, kTransactional);
    store_be(batch.data() + kProducerIdAt, producer.id);
    store_be(batch.data() + kProducerEpochAt, producer.epoch);
    store_be(batch.data() + kBaseSequenceAt, std::int32_t{0});
    put_checksum(batch);
}

Bytes find_coordinator_request(std::string_view transactional_id) {
    Writer out;
    out.begin_request(Api::FindCoordinator, 1, 0);
    out.put_string(transactional_id);
    out.put(kForTransactions);
    return out.finish();
}

Bytes init_producer_id_request(std::string_view transactional_id) {
    Writer out;
    out.begin_request(Api::InitProducerId, 4, 0);
    put_no_tags(out);
    put_compact(out, transactional_id);
    out.put(kTimeoutMs);
    out.put<std::int64_t>(-1);
    out.put<std::int16_t>(-1);
    put_no_tags(out);
    return out.finish();
}

Bytes transactional_produce_request(std::string_view transactional_id, std::string_view topic,
                                    BytesView batch) {
    Writer out;
    out.begin_request(Api::Produce, 12, 0);
    put_no_tags(out);
    put_compact(out, transactional_id);
    out.put<std::int16_t>(-1);
    out.put<std::int32_t>(30000);
    put_length(out, 2);
    put_compact(out, topic);
    put_length(out, 2);
    out.put<std::int32_t>(0);
    put_length(out, batch.size() + 1);
    out.put_bytes(batch);
    for (int level = 0; level < 3; ++level) put_no_tags(out);
    return out.finish();
}

Bytes end_txn_request(std::string_view transactional_id, const ProducerIdentity& producer) {
    Writer out;
    out.begin_request(Api::EndTxn, 5, 0);
    put_no_tags(out);
    put_compact(out, transactional_id);
    out.put(producer.id);
    out.put(producer.epoch);
    out.put<std::int8_t>(1);
    put_no_tags(out);
    return out.finish();
}

std::int16_t read_coordinator_error(Reader& answer) {
    answer.get<std::int32_t>();
    return answer.get<std::int16_t>();
}

Identified read_identity(Reader& answer) {
    answer.get<std::uint8_t>();
    answer.get<std::int32_t>();
    const auto error_code = answer.get<std::int16_t>();
    const auto id = answer.get<std::int64_t>();
    return {error_code, {id, answer.get<std::int16_t>()}};
}

Produced read_transactional_produced(Reader& answer) {
    answer.get<std::uint8_t>();
    get_length(answer);
    answer.take(get_length(answer) - 1);
    get_length(answer);
    answer.get<std::int32_t>();
    const auto error_code = answer.get<std::int16_t>();
    return {error_code, answer.get<std::int64_t>()};
}

}  // namespace kafka::bench
