// How a handler is written, for one that never waits:
//
//     Response handle(RequestContext& context, const Request& request);
//     KAFKA_HANDLER(ApiVersions);
//
// in namespace kafka::broker, in broker/handlers/NN_name.cc. (One that waits includes
// waiting_handler.h and returns Task<Response>.) The macro defines the entry that the table of
// served APIs refers to: a schema that is served but has no handler does not link, and a handler
// of another type does not compile.
#pragma once

#include <cstdint>
#include <type_traits>

#include "broker/request_context.h"
#include "protocol/decoder.h"
#include "protocol/encoder.h"

namespace kafka {
struct ProduceRequest;
}

namespace kafka::broker {

class Exchange;

// Requests with `records` fields, which view the frame instead of copying from it.
template <class Request>
inline constexpr bool kViewsFrame = false;
template <>
inline constexpr bool kViewsFrame<ProduceRequest> = true;

enum class Started {
    Answered,     // the response is encoded (or there is none, as the context says)
    Waiting,      // the exchange has the running handler
    Undecodable,  // the body is not what its version says
};

// What the generated table of served APIs knows of each handler.
struct HandlerEntry {
    // Decodes the body, runs the handler and, when it finishes at once, encodes the response.
    Started (*start)(Exchange& exchange, Decoder& body, Encoder& response);
    // The frame must stay until the handler has finished.
    bool views_frame;
};

// What the glue below needs of an exchange, which handlers must not see.
RequestContext& context_of(Exchange& exchange);
// False when an earlier request of the connection has not been answered yet.
bool may_answer_now(const Exchange& exchange);
// Writes what stands before the body; false when the handler wants no answer.
bool begin_answer(Exchange& exchange, Encoder& response);
void end_answer(Exchange& exchange, Encoder& response);

template <class Response>
void answer(Exchange& exchange, Encoder& encoder, const Response& response) {
    if (!begin_answer(exchange, encoder)) return;
    encode(encoder, response, context_of(exchange).api_version());
    end_answer(exchange, encoder);
}

// Specialised by waiting_handler.h for handlers that return a Task.
template <class Request, class Response, auto handle>
struct HandlerGlue {
    static_assert(std::is_same_v<decltype(handle), Response (*)(RequestContext&, const Request&)>,
                  "handle() must be Response(RequestContext&, const Request&), or return a "
                  "Task<Response>, take a Request, and include broker/waiting_handler.h");

    static Started start(Exchange& exchange, Decoder& body, Encoder& response) {
        RequestContext& context = context_of(exchange);
        Request request;
        decode(body, request, context.api_version());
        if (body.failed()) return Started::Undecodable;
        answer(exchange, response, handle(context, request));
        return Started::Answered;
    }
};

template <class Request, auto handle>
constexpr HandlerEntry make_handler_entry() {
    using Glue = HandlerGlue<Request, typename Request::Response, handle>;
    return {.start = &Glue::start, .views_frame = kViewsFrame<Request>};
}

}  // namespace kafka::broker

// After handle(), in namespace kafka::broker.
#define KAFKA_HANDLER(Name)                         \
    extern const HandlerEntry handler_entry_##Name; \
    constinit const HandlerEntry handler_entry_##Name = make_handler_entry<Name##Request, &handle>()
