// For handlers that wait: for a partition on another shard, for the disk, for records to arrive.
//
//     Task<Response> handle(RequestContext& context, Request request);
//
// The context and what the request views live until the task has finished. After each co_await the
// handler is on its connection's shard again, but the image may have changed.
#pragma once

#include "broker/crossing.h"
#include "broker/handler.h"

namespace kafka::broker {

// Keeps a handler that waits, or whose answer has to; `answer` encodes its result.
void keep_waiting(Exchange& exchange, std::coroutine_handle<> handler,
                  void (*answer)(std::coroutine_handle<> handler, Exchange& exchange,
                                 Encoder& response));
// To be called when it has finished; passed to Task::start.
void handler_finished(void* exchange);

template <class Request, class Response, Task<Response> (*handle)(RequestContext&, Request)>
struct HandlerGlue<Request, Response, handle> {
    using Handle = typename Task<Response>::Handle;

    static Started start(Exchange& exchange, Decoder& body, Encoder& response) {
        RequestContext& context = context_of(exchange);
        Request request;
        decode(body, request, context.api_version());
        if (body.failed()) return Started::Undecodable;
        Task<Response> task = handle(context, std::move(request));
        task.start(&handler_finished, &exchange);
        if (task.done() && may_answer_now(exchange)) {
            answer(exchange, response, task.take());
            return Started::Answered;
        }
        keep_waiting(exchange, task.release(), &answer_later);
        return Started::Waiting;
    }

    static void answer_later(std::coroutine_handle<> erased, Exchange& exchange,
                             Encoder& response) {
        const Handle handler = Handle::from_address(erased.address());
        answer(exchange, response, handler.promise().take());
    }
};

template <class Fn>
auto RequestContext::on_shard(ShardId shard, Fn& fn) {
    auto work = [&fn](Shard& there) { return fn(there); };
    return Crossing<decltype(work)>(shard_, shard_.all().at(shard), std::move(work));
}

template <class Fn>
auto RequestContext::on_shards(std::span<Shard* const> shards, Fn& fn) {
    return RoundTrip<Fn>(shard_, shards, fn);
}

template <class Fn>
auto RequestContext::on_controller(Fn& fn) {
    Shards& all = shard_.all();
    using Outcome = std::invoke_result_t<Fn&, cluster::Controller&>;
    if constexpr (kIsTask<Outcome>) {
        return RemoteTask<Fn, cluster::Controller>(shard_, all.controller_shard(), fn,
                                                   *all.controller());
    } else {
        auto work = [&fn, &all](Shard&) { return fn(*all.controller()); };
        return Crossing<decltype(work)>(shard_, all.controller_shard(), std::move(work));
    }
}

template <class Fn>
auto RequestContext::blocking(Fn& fn) {
    return BlockingCall<Fn>(shard_, shard_.all().blocking_pool(), fn);
}

template <class Fn>
auto RequestContext::reading(Fn& fn) {
    return BlockingCall<Fn>(shard_, shard_.all().reading_pool(), fn);
}

}  // namespace kafka::broker
