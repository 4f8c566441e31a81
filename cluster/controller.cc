#include "cluster/controller.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "cluster/effective_config.h"
#include "cluster/replay.h"

namespace kafka::cluster {
namespace {

// What was decided could not be made to last: whoever was told that all is well is told otherwise.
void revoke(ErrorCode& code, std::optional<std::string>& message, const Error& error) {
    if (code != ErrorCode::NONE) return;
    code = error.code;
    message = error.message;
}

void revoke(CreateTopicsResponse& response, const Error& error) {
    for (auto& topic : response.topics) {
        if (topic.error_code != ErrorCode::NONE) continue;
        CreateTopicsResponse::Topic failed;
        failed.name = topic.name;
        failed.error_code = error.code;
        failed.error_message = error.message;
        topic = std::move(failed);
    }
}

void revoke(DeleteTopicsResponse& response, const Error& error) {
    for (auto& each : response.responses) revoke(each.error_code, each.error_message, error);
}

void revoke(CreatePartitionsResponse& response, const Error& error) {
    for (auto& each : response.results) revoke(each.error_code, each.error_message, error);
}

void revoke(AlterConfigsResponse& response, const Error& error) {
    for (auto& each : response.responses) revoke(each.error_code, each.error_message, error);
}

void revoke(IncrementalAlterConfigsResponse& response, const Error& error) {
    for (auto& each : response.responses) revoke(each.error_code, each.error_message, error);
}

}  // namespace

Controller::Controller(std::unique_ptr<MetadataLog> log, const StaticConfigs& statics,
                       ControllerHost& host, const Clock& clock, UuidSource new_uuid)
    : statics_(statics),
      host_(host),
      clock_(clock),
      new_uuid_(std::move(new_uuid)),
      log_(std::move(log)),
      image_(log_->take_image()),
      broker_(statics.node_id) {}

Controller::~Controller() { CHECK(idle(), "the controller ends when nothing waits for it"); }

Result<Done> Controller::start(const BrokerRegistration& registration) {
    const TimestampMs now{clock_.wall_ms()};
    const bool is_new = log_->is_empty();
    if (auto begun = log_->begin_term(now); !begun) return begun;
    if (is_new) {
        if (auto written = write(bootstrap_records()); !written) return written;
    }
    const std::int64_t next_offset = log_->end_offset().value;
    const auto decision = register_broker(image_, registration, next_offset);
    broker_epoch_ = decision.response;
    if (auto written = write(decision.records); !written) return written;
    // With the first sync comes the first block: a producer need not wait for one of its own.
    const auto ids = allocate_producer_ids(image_, broker_, broker_epoch_);
    producer_ids_ = ids.response;
    if (auto written = write(ids.records); !written) return written;
    start_committing();
    return Done{};
}

Result<Done> Controller::write(const MetadataRecords& records) {
    auto appended = log_->append(records, {clock_.wall_ms()});
    if (!appended) {
        const bool disk = appended.error().code == ErrorCode::KAFKA_STORAGE_ERROR;
        if (disk) failure_ = appended.error();
        return appended;
    }
    replay(image_, records);
    return Done{};
}

void Controller::Commit::await_suspend(std::coroutine_handle<> handle) {
    waiting = handle;
    controller.next_round_.commits.push_back(this);
    controller.start_committing();
}

Task<Result<Done>> Controller::commit(MetadataRecords records) {
    if (failure_) co_return *failure_;
    if (records.empty()) co_return Done{};
    auto written = write(records);
    if (!written) co_return written.error();
    auto& published = next_round_.records;
    std::ranges::move(records, std::back_inserter(published));
    Commit waiting{*this};
    co_return co_await waiting;
}

void Controller::start_committing() {
    if (committing_) return;
    committing_ = true;
    commit_loop_ = commit_rounds();
    commit_loop_.start(nullptr, nullptr);
}

// Syncs and publishes what has been appended, until nobody waits any more.
Task<void> Controller::commit_rounds() {
    do {
        Round round = std::exchange(next_round_, Round());
        const MetadataSync sync = log_->begin_sync();
        const std::function<Result<Done>()> run = [&sync] { return sync.run(); };
        Result<Done> outcome = Done{};
        outcome = co_await host_.block(run);
        if (outcome) {
            log_->finish_sync(sync);
            started_ = true;
            if (!round.empty()) co_await host_.publish(round.records);
        } else {
            failure_ = outcome.error();
        }
        for (Commit* commit : round.commits) {
            commit->outcome = outcome;
            commit->waiting.resume();
        }
        co_await take_snapshot();
    } while (!next_round_.commits.empty());
    committing_ = false;
}

Task<void> Controller::take_snapshot() {
    const auto limit = static_cast<std::uint64_t>(
        broker_number("metadata.log.max.record.bytes.between.snapshots", image_, statics_));
    if (failure_ || log_->bytes_since_snapshot() < limit) co_return;
    const TimestampMs now{clock_.wall_ms()};
    const SnapshotJob job = log_->begin_snapshot(image_, now);
    const std::function<Result<Done>()> run = [&job] { return job.run(); };
    Result<Done> outcome = Done{};
    outcome = co_await host_.block(run);
    // Without the snapshot the log just goes on growing; the next one is tried in due time.
    if (!outcome) co_return;
    auto finished = log_->finish_snapshot(job, now);
    if (!finished) failure_ = finished.error();
}

template <class Response>
Task<Response> Controller::answer(Decision<Response> decision) {
    MetadataRecords records = std::move(decision.records);
    Result<Done> outcome = Done{};
    outcome = co_await commit(std::move(records));
    if (!outcome) revoke(decision.response, outcome.error());
    co_return std::move(decision.response);
}

// A decision is made when its task starts, so that nothing comes between it and its records.
Task<CreateTopicsResponse> Controller::create_topics(CreateTopicsRequest request) {
    auto decision = cluster::create_topics(image_, request, statics_, new_uuid_);
    co_return co_await answer(std::move(decision));
}

Task<DeleteTopicsResponse> Controller::delete_topics(DeleteTopicsRequest request) {
    auto decision = cluster::delete_topics(image_, request);
    co_return co_await answer(std::move(decision));
}

Task<CreatePartitionsResponse> Controller::create_partitions(CreatePartitionsRequest request) {
    auto decision = cluster::create_partitions(image_, request);
    co_return co_await answer(std::move(decision));
}

Task<AlterConfigsResponse> Controller::alter_configs(AlterConfigsRequest request) {
    auto decision = cluster::alter_configs(image_, request, statics_);
    co_return co_await answer(std::move(decision));
}

Task<IncrementalAlterConfigsResponse> Controller::incremental_alter_configs(
    IncrementalAlterConfigsRequest request) {
    auto decision = cluster::incremental_alter_configs(image_, request, statics_);
    co_return co_await answer(std::move(decision));
}

Task<Result<ProducerId>> Controller::next_producer_id() {
    auto one = next_producer_ids(1);
    Result<ProducerIdBlock> block = co_await one;
    if (!block) co_return block.error();
    co_return block->first;
}

Task<Result<ProducerIdBlock>> Controller::next_producer_ids(std::int32_t at_most) {
    Result<Done> outcome = Done{};
    // A block whose record is not on disk could be given again after a crash.
    if (!started_) {
        Commit started{*this};
        outcome = co_await started;
        if (!outcome) co_return outcome.error();
    }
    while (producer_ids_.count == 0) {
        auto decision = allocate_producer_ids(image_, broker_, broker_epoch_);
        MetadataRecords records = std::move(decision.records);
        outcome = co_await commit(std::move(records));
        if (!outcome) co_return outcome.error();
        // Others may have waited for a block of their own: the rest of one is lost then.
        producer_ids_ = decision.response;
    }
    const ProducerIdBlock given{producer_ids_.first, std::min(at_most, producer_ids_.count)};
    producer_ids_.first += given.count;
    producer_ids_.count -= given.count;
    co_return given;
}

}  // namespace kafka::cluster
