// What a handler knows beside the request itself, and its ways to other threads. Made by dispatch
// for one request; lives on the shard of the request's connection until the answer is encoded.
#pragma once

#include <coroutine>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "broker/endpoint.h"
#include "broker/operation.h"
#include "broker/shards.h"

namespace kafka::broker {

// The connection that a request came in on, as far as handlers may know it.
class Client {
  public:
    virtual ~Client() = default;
    // The name of the listener, such as PLAINTEXT or EXTERNAL.
    virtual std::string_view listener() const = 0;
    virtual Endpoint peer() const = 0;
    // The address that this client reaches the broker at: what is advertised for its listener or,
    // when nothing is advertised explicitly, the very address that it dialled.
    virtual Endpoint own_endpoint() const = 0;
    // ApiVersions tells who the client is; for logs and metrics.
    virtual void set_software(std::string name, std::string version) = 0;
};

// Wakes a handler that is parked (a long poll) when nobody waits for its answer any more.
struct Abandonment {
    void (*abandoned)(Abandonment& self) = nullptr;
};

class RequestContext {
  public:
    RequestContext(Shard& shard, Client& client) : shard_(shard), client_(client) {}
    RequestContext(const RequestContext&) = delete;
    RequestContext& operator=(const RequestContext&) = delete;

    std::int16_t api_version() const { return api_version_; }
    // ApiVersions alone is answered for a version that we do not know, in the form of version 0.
    bool version_is_unknown() const { return version_is_unknown_; }
    std::int32_t correlation_id() const { return correlation_id_; }
    // Null and empty are different things to Kafka; both happen.
    std::optional<std::string_view> client_id() const {
        if (!has_client_id_) return std::nullopt;
        return client_id_;
    }
    Client& client() const { return client_; }

    Shard& shard() const { return shard_; }
    const cluster::Image& image() const { return shard_.image(); }
    const BrokerConfig& config() const { return shard_.all().config(); }
    TimestampMs now() const { return {shard_.clock().wall_ms()}; }

    // May the one who asks do this to the resource? Everything, until there is an authorizer.
    bool authorized(Operation, std::string_view /*name*/,
                    ResourceType = ResourceType::Topic) const {
        return true;
    }

    // The request is answered with silence (Produce with acks=0).
    void answer_nothing() { answer_nothing_ = true; }
    // The connection is closed instead of an answer; `why` goes to the log.
    void close_connection(std::string why) { close_reason_ = std::move(why); }

    // One slot for a handler that parks: called at most once, when the connection has gone or the
    // broker stops. The handler should finish soon; its answer may not reach anybody. Not called
    // when that has happened before: who parks asks abandoned() first.
    void on_abandoned(Abandonment* abandonment) { abandonment_ = abandonment; }
    bool abandoned() const { return abandoned_; }

    // -- Ways to other threads; in waiting_handler.h. Functions are taken by reference and called
    // -- once, while the coroutine waits: they must be named locals of it.

    ShardId shard_of(const TopicIdPartition& partition) const {
        return shard_.all().owner_of(partition);
    }
    // fn(Shard& there) on that shard.
    template <class Fn>
    auto on_shard(ShardId shard, Fn& fn);
    // fn(Shard& there) on each of them at the same time; resumes when all are done. No duplicates;
    // the span must outlive the wait. Alone on our own shard it does not suspend.
    template <class Fn>
    auto on_shards(std::span<Shard* const> shards, Fn& fn);
    // fn(cluster::Controller&) on the controller's shard; fn may be a coroutine that returns Task.
    template <class Fn>
    auto on_controller(Fn& fn);
    // fn() on the blocking pool.
    template <class Fn>
    auto blocking(Fn& fn);
    // fn() on the pool for cold reads and for unpacking.
    template <class Fn>
    auto reading(Fn& fn);

  private:
    friend class Exchange;

    Shard& shard_;
    Client& client_;
    std::int16_t api_version_ = 0;
    bool version_is_unknown_ = false;
    std::int32_t correlation_id_ = 0;
    bool has_client_id_ = false;
    std::string client_id_;
    bool answer_nothing_ = false;
    bool abandoned_ = false;
    std::optional<std::string> close_reason_;
    Abandonment* abandonment_ = nullptr;
};

}  // namespace kafka::broker
