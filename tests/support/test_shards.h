// Shards without threads: the test runs their loops itself, on a manual clock and a file system in
// memory. Requests take the real way: a socket, dispatch, handler, partition, and back.
#pragma once

#include <sys/socket.h>
#include <unistd.h>

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "broker/config.h"
#include "broker/shard_loop.h"
#include "broker/shards.h"
#include "cluster/image.h"
#include "cluster/replay.h"
#include "storage/memory_file_system.h"
#include "storage/partition.h"
#include "tests/broker/server_fixture.h"

namespace kafka::broker {

class TestShards {
  public:
    explicit TestShards(std::size_t count = 1, const Settings& settings = {})
        : config_(config_of(settings)), shards_(count, config_, clock_) {
        CHECK(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, sockets_) == 0, "a socket");
        shards_.quota().admit("client");
        home().loop().expect_connection();
        home().loop().add_connection(listener_, sockets_[0], Endpoint{"client", 1});
    }
    TestShards(const TestShards&) = delete;
    TestShards& operator=(const TestShards&) = delete;
    ~TestShards() {
        held_.clear();
        ::close(sockets_[1]);
        bool closed = false;
        home().loop().close_all(clock_.monotonic(), [&closed] { closed = true; });
        while (!closed) run();
        // What the shards do for themselves.
        shards_.reading_pool().finish_jobs();
        run();
    }

    ManualClock clock_;
    storage::MemoryFileSystem files_;

    Shard& home() { return shards_.at(ShardId{0}); }
    Shards& shards() { return shards_; }

    // Leads every partition in epoch 0.
    Uuid create_topic(const std::string& name, std::int32_t partitions = 1,
                      const storage::LogConfig& config = {}) {
        return create_topic(files_, name, partitions, config);
    }
    Uuid create_topic(storage::FileSystem& files, const std::string& name, std::int32_t partitions,
                      const storage::LogConfig& config) {
        Uuid id{};
        id.bytes[15] = ++topics_;
        for (std::size_t i = 0; i < shards_.count(); ++i) {
            cluster::Image& image =
                shards_.at(ShardId{static_cast<std::uint32_t>(i)}).image_for_replay();
            cluster::replay(image, TopicRecord{.name = name, .topic_id = id});
            for (std::int32_t p = 0; p < partitions; ++p) replay_partition(image, id, {p});
        }
        for (std::int32_t p = 0; p < partitions; ++p) open(files, name, id, {p}, config);
        return id;
    }
    storage::Partition* find(const Uuid& topic_id, std::int32_t partition = 0) {
        const TopicIdPartition named{topic_id, {partition}};
        return shards_.at(shards_.owner_of(named)).find(named);
    }
    storage::Partition& partition(const Uuid& topic_id, std::int32_t index = 0) {
        storage::Partition* const found = find(topic_id, index);
        CHECK(found != nullptr, "the test made that partition");
        return *found;
    }
    // As after a stop and a start: nothing is known of its files but what opening it reads.
    void reopen_partition(storage::FileSystem& files, const Uuid& topic_id, std::int32_t index) {
        storage::Partition& old = partition(topic_id, index);
        const storage::LogConfig config = old.config();
        const std::string name = old.name().topic;
        CHECK(old.close().ok(), "the partition can be closed");
        close_partition(topic_id, index);
        open(files, name, topic_id, {index}, config);
    }
    // As when the topic is deleted, or the partition moves away; the image still has it.
    void close_partition(const Uuid& topic_id, std::int32_t index = 0) {
        const TopicIdPartition named{topic_id, {index}};
        partition(topic_id, index).abandon();
        shards_.at(shards_.owner_of(named)).partitions().erase(named);
    }

    template <class Request>
    void send(const Request& request, std::int16_t version, std::string_view client_id = "test") {
        const Bytes frame = frame_of(request, version, ++sent_, client_id);
        for (BytesView left = frame; !left.empty(); run()) {
            const auto size = ::send(sockets_[1], left.data(), left.size(), MSG_NOSIGNAL);
            CHECK(size > 0, "the broker takes the request");
            left = left.subspan(static_cast<std::size_t>(size));
        }
    }
    // The client sends its last request and goes; the broker sees both at the same time.
    template <class Request>
    void send_and_leave(const Request& request, std::int16_t version) {
        const Bytes frame = frame_of(request, version, ++sent_, "test");
        CHECK(::send(sockets_[1], frame.data(), frame.size(), MSG_NOSIGNAL) ==
                  static_cast<ssize_t>(frame.size()),
              "the broker takes the request");
        ::shutdown(sockets_[1], SHUT_WR);
        run();
    }
    // A shard that is held does nothing, as one that is busy with something else.
    void hold(ShardId shard) { held_.insert(shard); }
    void release(ShardId shard) { held_.erase(shard); }
    // Everything that can happen now has happened; false when that was nothing.
    bool run() {
        bool has_moved = false;
        for (bool moved = true; moved; has_moved |= moved) {
            moved = false;
            for (std::size_t i = 0; i < shards_.count(); ++i) {
                const ShardId id{static_cast<std::uint32_t>(i)};
                if (held_.contains(id)) continue;
                Shard& shard = shards_.at(id);
                moved |= shard.loop().io().poll() > 0;
            }
        }
        return has_moved;
    }
    // The same with what is read from the disk, and with all that comes of it.
    void run_with_the_reading_pool() {
        do {
            shards_.reading_pool().finish_jobs();
        } while (run());
    }
    // Waits for what the blocking pool is doing; ten seconds are for ever.
    void run_until_something_happens() {
        CHECK(home().loop().io().run_one_for(std::chrono::seconds(10)) > 0, "it happens");
        run();
    }
    void advance(std::chrono::nanoseconds by) {
        clock_.advance(by);
        home().timers().fire_due(clock_.monotonic());
        home().loop().attend_all();
        run();
    }
    // The same on every shard; advance() is for the one that has the connection.
    void advance_all(std::chrono::nanoseconds by) {
        clock_.advance(by);
        for (std::uint32_t i = 0; i < shards_.count(); ++i) {
            Shard& shard = shards_.at(ShardId{i});
            shard.timers().fire_due(clock_.monotonic());
            shard.loop().attend_all();
        }
        run();
    }

    // What the client hears next; nothing when it has to wait.
    template <class Response>
    std::optional<Response> receive(std::int16_t version) {
        std::uint8_t size[4];
        if (::recv(sockets_[1], size, 4, 0) != 4) return std::nullopt;
        Bytes answer(static_cast<std::size_t>(load_be<std::int32_t>(size)));
        CHECK(::recv(sockets_[1], answer.data(), answer.size(), 0) ==
                  static_cast<ssize_t>(answer.size()),
              "answers come in one piece");
        CHECK(correlation_id_of(answer) > answered_, "answers come in order");
        answered_ = correlation_id_of(answer);
        const bool flexible = version >= Response::kFirstFlexibleVersion;
        return decode_answer<Response>(answer, version, flexible ? 5 : 4);
    }
    template <class Request>
    typename Request::Response ask(const Request& request, std::int16_t version,
                                   std::string_view client_id = "test") {
        send(request, version, client_id);
        auto answer = receive<typename Request::Response>(version);
        CHECK(answer.has_value(), "the request is answered at once");
        return *answer;
    }
    // The same for an answer that needs the blocking pools.
    template <class Request>
    typename Request::Response ask_and_wait(const Request& request, std::int16_t version) {
        send(request, version);
        while (true) {
            auto answer = receive<typename Request::Response>(version);
            if (answer) return std::move(*answer);
            run_until_something_happens();
        }
    }
    // The broker has hung up, and said nothing before.
    bool is_closed() {
        std::uint8_t byte;
        return ::recv(sockets_[1], &byte, 1, 0) == 0;
    }

  private:
    static void replay_partition(cluster::Image& image, const Uuid& topic_id,
                                 PartitionIndex index) {
        PartitionRecord record;
        record.partition_id = index;
        record.topic_id = topic_id;
        record.replicas = {BrokerId{1}};
        record.isr = {BrokerId{1}};
        record.leader = BrokerId{1};
        record.leader_epoch = LeaderEpoch{0};
        record.partition_epoch = PartitionEpoch{0};
        record.directories = {Uuid{}};
        cluster::replay(image, record);
    }
    void open(storage::FileSystem& files, const std::string& name, const Uuid& id,
              PartitionIndex index, const storage::LogConfig& config) {
        const kafka::TopicPartition named{name, index};
        const std::string folder = "/data/" + named.to_string();
        CHECK(files.create_directory(folder).ok(), "the file system takes a folder");
        storage::Partition::OpenOptions options;
        options.config = config;
        auto opened = storage::Partition::open(files, folder, named, id, options);
        CHECK(opened.ok(), "an empty partition opens");
        (*opened)->become_leader(LeaderEpoch{0});
        const TopicIdPartition key{id, index};
        shards_.at(shards_.owner_of(key)).partitions()[key] = opened.take();
    }

    const BrokerConfig config_;
    const ListenerConfig listener_{"PLAINTEXT", {"localhost", 9092}, {}};
    Shards shards_;
    int sockets_[2];
    std::set<ShardId> held_;
    std::uint8_t topics_ = 0;
    std::int32_t sent_ = 0;
    std::int32_t answered_ = 0;
};

}  // namespace kafka::broker
