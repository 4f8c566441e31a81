// The embedded controller: the only writer of the cluster's metadata. It decides by reading its
// image (decisions.h), appends the records to the metadata log, and answers when they are on disk
// and every shard has replayed them. Decisions run one after the other, each on what the one before
// it made of the image; those that wait share one sync.
//
// Lives on shard 0's thread; handlers reach it with context.on_controller(). Whatever blocks, and
// the other shards, it reaches through its host.
#pragma once

#include <coroutine>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "base/task.h"
#include "cluster/decisions.h"
#include "cluster/image.h"
#include "cluster/metadata_log.h"
#include "cluster/static_configs.h"
#include "protocol/error.h"

namespace kafka::cluster {

// What the controller needs of the broker around it.
class ControllerHost {
  public:
    virtual ~ControllerHost() = default;
    // Runs `work` where it may block; resumes on the controller's thread.
    virtual Task<Result<Done>> block(const std::function<Result<Done>()>& work) = 0;
    // Every shard replays the records, and opens, reconfigures or deletes its partitions as they
    // say; resumes on the controller's thread when all have.
    virtual Task<void> publish(const MetadataRecords& records) = 0;
};

class Controller {
  public:
    // `statics` and the others must outlive it.
    Controller(std::unique_ptr<MetadataLog> log, const StaticConfigs& statics, ControllerHost& host,
               const Clock& clock, UuidSource new_uuid);
    Controller(const Controller&) = delete;
    Controller& operator=(const Controller&) = delete;
    ~Controller();

    // Begins this life of the broker: a term of the log, the first records of a new cluster, the
    // registration. Before the shards take their copies of image(); does not wait for the disk, as
    // every later answer does.
    Result<Done> start(const BrokerRegistration& registration);

    // With everything that was appended; the shards' may be a moment behind.
    const Image& image() const { return image_; }
    // Of the metadata log.
    Offset end_offset() const { return log_->end_offset(); }
    BrokerEpoch broker_epoch() const { return broker_epoch_; }
    // The metadata of the cluster can no longer be changed: its disk failed.
    bool failed() const { return failure_.has_value(); }
    // Nothing waits for the disk or the shards, so it may be destroyed.
    bool idle() const { return !committing_; }

    Task<CreateTopicsResponse> create_topics(CreateTopicsRequest request);
    Task<DeleteTopicsResponse> delete_topics(DeleteTopicsRequest request);
    Task<CreatePartitionsResponse> create_partitions(CreatePartitionsRequest request);
    Task<AlterConfigsResponse> alter_configs(AlterConfigsRequest request);
    Task<IncrementalAlterConfigsResponse> incremental_alter_configs(
        IncrementalAlterConfigsRequest request);
    // Of this broker's block, one or so many at most; a new block is taken when it is used up.
    // Never given twice.
    Task<Result<ProducerId>> next_producer_id();
    Task<Result<ProducerIdBlock>> next_producer_ids(std::int32_t at_most);

  private:
    // One decision that waits until its records are committed.
    struct Commit {
        Controller& controller;
        Result<Done> outcome = Done{};
        std::coroutine_handle<> waiting{};

        bool await_ready() const noexcept { return false; }
        void await_suspend(std::coroutine_handle<> handle);
        Result<Done> await_resume() { return outcome; }
    };
    // Decisions that are synced and published together.
    struct Round {
        MetadataRecords records;
        std::vector<Commit*> commits;

        bool empty() const { return records.empty(); }
    };

    Result<Done> write(const MetadataRecords& records);
    Task<Result<Done>> commit(MetadataRecords records);
    template <class Response>
    Task<Response> answer(Decision<Response> decision);
    Task<void> commit_rounds();
    Task<void> take_snapshot();
    void start_committing();

    const StaticConfigs& statics_;
    ControllerHost& host_;
    const Clock& clock_;
    const UuidSource new_uuid_;
    std::unique_ptr<MetadataLog> log_;
    Image image_;
    BrokerEpoch broker_epoch_{-1};
    BrokerId broker_;
    ProducerIdBlock producer_ids_;  // what is left of the last block
    bool started_ = false;          // the records of start() are on disk
    std::optional<Error> failure_;
    Round next_round_;
    bool committing_ = false;
    Task<void> commit_loop_;
};

}  // namespace kafka::cluster
