// One request in work: its context, the handler that waits, and its place among the requests of its
// connection, which are answered in order. Lives on the connection's shard.
#pragma once

#include <chrono>
#include <coroutine>

#include "broker/handler.h"
#include "broker/network_buffer.h"
#include "broker/request_context.h"

namespace kafka::broker {

class Connection;
struct ServedApi;

class Exchange {
  public:
    Exchange(Shard& shard, Connection& connection);
    ~Exchange();
    Exchange(const Exchange&) = delete;
    Exchange& operator=(const Exchange&) = delete;

    enum class Outcome {
        Answered,  // the answer has been added to `response`, if there is to be one
        Waiting,
        Refused,  // refusal() says why; the connection is to be closed
    };
    // Reads the request header from `frame` (without its size) and starts the handler. `buffer`
    // holds the frame.
    Outcome start(MutableBytes frame, const BufferRef& buffer, Encoder& response);

    // The handler waits no more: its answer can be encoded.
    bool finished() const { return finished_; }
    // False when the connection is to be closed instead; refusal() says why.
    bool encode_answer(Encoder& response);

    std::int16_t api_key() const { return api_key_; }
    std::string refusal() const;

    // Nobody waits for the answer any more: a parked handler finishes soon.
    void abandon();

    Exchange* next = nullptr;  // the request that came after this one

  private:
    friend RequestContext& context_of(Exchange&);
    friend bool may_answer_now(const Exchange&);
    friend bool begin_answer(Exchange&, Encoder&);
    friend void end_answer(Exchange&, Encoder&);
    friend void keep_waiting(Exchange&, std::coroutine_handle<>,
                             void (*)(std::coroutine_handle<>, Exchange&, Encoder&));
    friend void handler_finished(void*);

    bool read_header(Decoder& frame);
    bool begin_answer(Encoder& response);
    void end_answer(Encoder& response);
    void count_answer(Encoder& response);
    Outcome refuse(std::string why);

    RequestContext context_;
    Connection& connection_;
    const ServedApi* api_ = nullptr;
    std::coroutine_handle<> handler_;
    void (*answer_)(std::coroutine_handle<>, Exchange&, Encoder&) = nullptr;
    BufferRef frame_;
    const std::chrono::nanoseconds arrived_;
    std::size_t answer_begin_ = 0;
    std::size_t splices_before_ = 0;
    std::int16_t api_key_ = -1;
    bool flexible_ = false;
    bool finished_ = false;
};

}  // namespace kafka::broker
