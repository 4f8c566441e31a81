#include "coordinator/coordinator_log.h"

#include <algorithm>
#include <array>
#include <optional>

#include "protocol/record_batch_builder.h"
#include "protocol/record_reader.h"

namespace kafka::coordinator {
namespace {

// Batches stay below what every consumer of the topic is ready to fetch at once.
constexpr std::size_t kMaxBatchBytes = 512 << 10;
constexpr std::size_t kRecordOverhead = 32;
// Of a log that is loaded, when it has to be waited for.
constexpr std::uint64_t kBytesToFetch = 4 << 20;

std::size_t size_of(const LogRecord& record) {
    return record.key.size() + (record.value ? record.value->size() : 0) + kRecordOverhead;
}

void visit(const RecordBatchView& batch, LogVisitor& visitor, RecordReader& reader) {
    std::optional<Producer> producer;
    if (batch.is_transactional()) producer = Producer{batch.producer_id(), batch.producer_epoch()};
    while (const RecordView* record = reader.next()) {
        if (!record->key) continue;  // not a coordinator's
        visitor.record(*record->key, record->value, reader.offset_of(*record), producer);
    }
}

Result<Done> visit(const RecordBatchView& batch, LogVisitor& visitor) {
    const Error damaged{ErrorCode::CORRUPT_MESSAGE, "a batch of a coordinator's log is damaged"};
    if (!batch.crc_matches()) return damaged;
    if (batch.is_control()) {
        const auto marker = transaction_marker_in(batch);
        const bool committed = marker && marker->type == ControlRecordType::Commit;
        if (marker) visitor.transaction_ended(batch.producer_id(), committed);
        return Done{};
    }
    RecordReader reader(batch);
    visit(batch, visitor, reader);
    if (reader.failed()) return damaged;
    return Done{};
}

}  // namespace

Result<Offset> CoordinatorLog::append(std::span<const LogRecord> records,
                                      const std::optional<Producer>& producer, TimestampMs now) {
    const Offset first = end();
    while (!records.empty()) {
        std::size_t bytes = size_of(records.front());
        std::size_t count = 1;
        while (count < records.size() && bytes + size_of(records[count]) <= kMaxBatchBytes) {
            bytes += size_of(records[count++]);
        }
        const auto written = append_batch(records.first(count), producer, now);
        if (!written) return written;
        records = records.subspan(count);
    }
    return first;
}

Result<Offset> CoordinatorLog::append_batch(std::span<const LogRecord> records,
                                            const std::optional<Producer>& producer,
                                            TimestampMs now) {
    BatchOptions options;
    if (producer) {
        options.producer_id = producer->id;
        options.producer_epoch = producer->epoch;
        options.transactional = true;
    }
    RecordBatchBuilder builder(options);
    for (const LogRecord& record : records) {
        RecordToAppend to_append;
        to_append.timestamp = now;
        to_append.key = BytesView(record.key);
        if (record.value) to_append.value = BytesView(*record.value);
        builder.append(to_append);
    }
    Bytes batch = builder.build();
    return write(batch, 0, now);
}

Result<Done> CoordinatorLog::append_marker(const TransactionMarker& marker,
                                           const Producer& producer,
                                           std::int16_t transaction_version, TimestampMs now) {
    Bytes batch = make_transaction_marker(marker, producer.id, producer.epoch,
                                          partition_.leader_epoch(), now);
    const auto written = write(batch, transaction_version, now);
    if (!written) return written.error();
    return Done{};
}

Result<Offset> CoordinatorLog::write(MutableBytes batch, std::int16_t transaction_version,
                                     TimestampMs now) {
    storage::AppendRequest request;
    request.context.origin = storage::AppendOrigin::Coordinator;
    request.context.transaction_version = transaction_version;
    const storage::AppendResult result = partition_.append_as_leader(batch, request, now);
    if (!result.ok()) return Error{result.error, result.error_message.value_or("")};
    return result.base_offset;
}

// Nothing but the reading is done without waiting: whoever is visited may write.
Result<Bytes> CoordinatorLog::read_some(std::int64_t bytes,
                                        std::vector<storage::MissingPages>* missing) const {
    std::optional<storage::CachedReads> reads;
    if (missing) reads.emplace(kBytesToFetch);
    auto chunk = partition_.read_bytes(load_from_, bytes, storage::ReadLimit::LogEnd);
    if (reads) *missing = reads->take_missing();
    return chunk;
}

Result<bool> CoordinatorLog::load_some(LogVisitor& visitor, std::int64_t bytes,
                                       std::vector<storage::MissingPages>* missing) {
    load_from_ = std::max(load_from_, partition_.log_start_offset());
    if (load_from_ >= end()) return true;
    auto chunk = read_some(bytes, missing);
    if (missing && !missing->empty()) return false;
    if (!chunk) return chunk.error();
    RecordBatchReader batches(*chunk);
    const Offset before = load_from_;
    while (const auto batch = batches.next()) {
        if (auto done = visit(*batch, visitor); !done) return done.error();
        load_from_ = batch->next_offset();
    }
    if (load_from_ == before) {
        return Error{ErrorCode::CORRUPT_MESSAGE, "no batch where the log should go on"};
    }
    return load_from_ >= end();
}

ErrorCode coordinator_error(ErrorCode append_error) {
    constexpr std::array kTryAgain{
        ErrorCode::UNKNOWN_TOPIC_OR_PARTITION, ErrorCode::NOT_ENOUGH_REPLICAS,
        ErrorCode::NOT_ENOUGH_REPLICAS_AFTER_APPEND, ErrorCode::REQUEST_TIMED_OUT};
    constexpr std::array kLookElsewhere{ErrorCode::NOT_LEADER_OR_FOLLOWER,
                                        ErrorCode::KAFKA_STORAGE_ERROR};
    constexpr std::array kTooLarge{ErrorCode::MESSAGE_TOO_LARGE, ErrorCode::RECORD_LIST_TOO_LARGE,
                                   ErrorCode::INVALID_FETCH_SIZE};
    const auto is_one_of = [&](const auto& codes) {
        return std::ranges::find(codes, append_error) != codes.end();
    };
    if (is_one_of(kTryAgain)) return ErrorCode::COORDINATOR_NOT_AVAILABLE;
    if (is_one_of(kLookElsewhere)) return ErrorCode::NOT_COORDINATOR;
    if (is_one_of(kTooLarge)) return ErrorCode::UNKNOWN_SERVER_ERROR;
    return append_error;
}

}  // namespace kafka::coordinator
