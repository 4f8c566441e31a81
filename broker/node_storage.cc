#include "broker/node_storage.h"

#include <algorithm>
#include <latch>
#include <thread>

#include "base/log.h"
#include "base/uuid.h"
#include "broker/config.h"
#include "broker/group_commit.h"
#include "broker/transactions/transaction_shard.h"
#include "storage/meta_properties.h"

namespace kafka::broker {
namespace {

template <class T>
T or_stop(Result<T> result) {
    if (!result) throw ConfigError(result.error().message);
    return result.take();
}

// The cluster that the directories belong to already, the one asked for, or a new one.
storage::NodeIdentity identity_of(const BrokerConfig& config, storage::FileSystem& files) {
    storage::NodeIdentity identity{config.cluster_id, config.statics.node_id};
    for (const std::string& path : config.log_dirs) {
        if (!identity.cluster_id.empty()) return identity;
        const auto known = storage::read_meta_properties(files, path);
        if (known && *known) identity.cluster_id = (*known)->cluster_id;
    }
    if (identity.cluster_id.empty()) identity.cluster_id = Uuid::random().to_string();
    return identity;
}

}  // namespace

NodeStorage::NodeStorage(const BrokerConfig& config, const Clock& clock, storage::FileSystem& files,
                         Shards& shards)
    : config_(config),
      clock_(clock),
      shards_(shards),
      directories_(
          or_stop(LogDirectories::open(files, config.log_dirs, identity_of(config, files)))),
      host_(shards, directories_, config.statics),
      checkpoint_writer_(
          shards, directories_, host_,
          std::chrono::milliseconds(config.number("log.flush.offset.checkpoint.interval.ms"))),
      log_cleaner_(shards, directories_, files, clock, config.statics) {
    auto loaded = or_stop(
        cluster::MetadataLog::open(files, directories_.first().path(), config.statics.node_id));
    controller_ = std::make_unique<cluster::Controller>(std::move(loaded), config.statics, host_,
                                                        clock, [] { return Uuid::random(); });
    shards.set_controller(controller_.get());
    shards.set_log_directories(&directories_);
    for (std::uint32_t i = 0; i < shards.count(); ++i) {
        const ShardId id{i};
        housekeeping_.push_back(std::make_unique<Housekeeping>(
            shards.at(id), host_.replicas_of(id).removals(), housekeeping_intervals(config)));
    }
    for (const auto& directory : directories_.all()) {
        directory->on_failure([this, &failed = *directory] { take_offline(failed); });
        directory->on_set_aside([](const std::string& path) {
            log::warn("set aside what was in the way of a topic of the same name: {}", path);
        });
    }
}

NodeStorage::~NodeStorage() {
    shards_.set_controller(nullptr);
    shards_.set_log_directories(nullptr);
}

const std::string& NodeStorage::cluster_id() const {
    return directories_.first().meta().cluster_id;
}

void NodeStorage::start(const std::vector<cluster::BrokerEndpoint>& endpoints) {
    const cluster::BrokerRegistration registration{.id = config_.statics.node_id,
                                                   .incarnation_id = Uuid::random(),
                                                   .endpoints = endpoints,
                                                   .rack = config_.text("broker.rack"),
                                                   .directories = directories_.ids()};
    Result<Done> started = Done{};
    shards_.run_on(ShardId{0}, [&](Shard&) { started = controller_->start(registration); });
    or_stop(started);
    open_partitions();
    report_strays();
    shards_.run_on_all([this](Shard& here) { housekeeping_of(here.id()).start(); });
    shards_.run_on(ShardId{0}, [this](Shard&) { checkpoint_writer_.start(); });
    log_cleaner_.start();
}

void NodeStorage::open_partitions() {
    const cluster::Image image = controller_->image();
    shards_.run_on_all([&](Shard& here) {
        here.image_for_replay() = image;
        here.advance_image(controller_->end_offset().value);
        host_.replicas_of(here.id()).open_all();
    });
    for (const auto& directory : directories_.all()) {
        or_stop(directory->finish_recovery());
        remove_in_background(shards_.blocking_pool(), directories_, directory->take_removals());
    }
}

// Called on whichever thread saw the failure, in the midst of its work: the shards hear of it
// later.
void NodeStorage::take_offline(const storage::LogDirectory& directory) {
    log::error("{} has failed: its partitions are offline until the broker is started again",
               directory.path());
    struct News : Letter {
        LocalReplicas* replicas;
        const storage::LogDirectory* directory;
    };
    for (std::uint32_t i = 0; i < shards_.count(); ++i) {
        auto news = std::make_unique<News>();
        news->replicas = &host_.replicas_of(ShardId{i});
        news->directory = &directory;
        news->open = [](Letter& letter, Shard&) {
            const std::unique_ptr<News> owned(static_cast<News*>(&letter));
            owned->replicas->take_offline(*owned->directory);
        };
        shards_.at(ShardId{i}).post(*news.release());
    }
}

// Data of topics that the metadata does not know is somebody's data all the same: it stays.
void NodeStorage::report_strays() const {
    for (const auto& directory : directories_.all()) {
        for (const kafka::TopicPartition& found : directory->found()) {
            if (controller_->image().topics.find(found.topic) != nullptr) continue;
            log::warn("{}/{} belongs to no topic that is known here; left as it is",
                      directory->path(), found.to_string());
        }
    }
}

void NodeStorage::wait_until_idle(const std::function<bool(Shard&)>& is_idle) {
    std::vector<char> idle(shards_.count());
    while (true) {
        shards_.run_on_all(
            [&](Shard& here) { idle[static_cast<std::size_t>(here.id())] = is_idle(here); });
        if (std::ranges::count(idle, 0) == 0) return;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
}

void NodeStorage::stop_background_work() {
    log_cleaner_.stop();
    shards_.run_on_all([this](Shard& here) { housekeeping_of(here.id()).stop(); });
    std::latch quiet(1);
    shards_.run_on(ShardId{0},
                   [&](Shard&) { checkpoint_writer_.stop([&quiet] { quiet.count_down(); }); });
    quiet.wait();
    shards_.run_on_all([](Shard& here) { here.transactions().stop(); });
    wait_until_idle([](Shard& here) { return here.transactions().idle(); });
    wait_until_idle([this](Shard& here) { return here.id() != ShardId{0} || controller_->idle(); });
}

void NodeStorage::stop() {
    stop_background_work();
    finish_flushes(shards_);
    std::vector<CheckpointsByDirectory> by_shard(shards_.count());
    shards_.run_on_all([&](Shard& here) {
        host_.replicas_of(here.id()).close_all(by_shard[static_cast<std::size_t>(here.id())]);
    });
    shards_.reading_pool().finish_jobs();
    // What a failing disk had to say meanwhile, and the pool, is heard before this.
    shards_.run_on_all([](Shard&) {});
    const CheckpointsByDirectory checkpoints = directories_.join(std::move(by_shard));
    const Result<Done> closed = directories_.close(checkpoints, controller_->broker_epoch());
    if (!closed) log::error("the next start has to recover: {}", closed.error().message);
}

}  // namespace kafka::broker
