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

struct HandlerEntry {
    // Decodes the body, runs the handler and, when it finishes at once, encodes the response.
    Started (*start)(Exchange& exchange, Decoder& body, Encoder& response);
    // The frame must stay until the handler has finished.
    bool views_frame;
};

// The context of an exchange, for glue that must not see the rest of it.
RequestContext& context_of(Exchange& exchange);

template <class Request>
bool decode_body(Decoder& body, Request& request, std::int16_t version) {
    decode(body, request, version);
    return !body.failed();
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
        if (!decode_body(body, request, context.api_version())) return Started::Undecodable;
        encode(response, handle(context, request), context.api_version());
        return Started::Answered;
    }
};

}  // namespace kafka::broker

// After handle(), in namespace kafka::broker.
#define KAFKA_HANDLER(Name)                                                                     \
    extern const HandlerEntry handler_entry_##Name;                                             \
    constinit const HandlerEntry handler_entry_##Name {                                         \
        &HandlerGlue<Name##Request, Name##Response, &handle>::start, kViewsFrame<Name##Request> \
    }
