#include "broker/exchange.h"

#include <fmt/format.h>

#include "broker/connection.h"
#include "broker/gen/served_apis.h"
#include "broker/metrics/request_metrics.h"
#include "broker/waiting_handler.h"
#include "protocol/gen/api_versions.h"

namespace kafka::broker {
namespace {
constexpr std::int16_t kApiVersions = ApiVersionsRequest::kApiKey;
}

Exchange::Exchange(Shard& shard, Connection& connection)
    : context_(shard, connection), connection_(connection), arrived_(connection.last_active()) {}

Exchange::~Exchange() {
    if (handler_) handler_.destroy();
}

Exchange::Outcome Exchange::start(MutableBytes bytes, const BufferRef& buffer, Encoder& response) {
    Decoder frame(bytes);
    api_key_ = frame.integer<std::int16_t>();
    context_.api_version_ = frame.integer<std::int16_t>();
    if (frame.failed()) return refuse("a frame too short for a request");
    api_ = find_served_api(api_key_);
    if (!api_) return refuse("an API that is not served");
    if (!read_header(frame)) return refuse("an undecodable request header");

    const std::int16_t version = context_.api_version_;
    if (!api_->serves(version)) {
        if (api_key_ != kApiVersions) return refuse("an unsupported version");
        // Whatever its body is like: the answer tells the client which versions it may use.
        context_.version_is_unknown_ = true;
        context_.api_version_ = 0;
        flexible_ = false;
        frame = Decoder(MutableBytes{});
    }
    if (api_->handler->views_frame) frame_ = buffer;
    switch (api_->handler->start(*this, frame, response)) {
        case Started::Answered:
            return context_.close_reason_ ? Outcome::Refused : Outcome::Answered;
        case Started::Waiting:
            return Outcome::Waiting;
        case Started::Undecodable:
            return refuse("an undecodable request");
    }
    return Outcome::Refused;
}

bool Exchange::read_header(Decoder& frame) {
    flexible_ = api_->is_flexible(context_.api_version_);
    context_.correlation_id_ = frame.integer<std::int32_t>();
    // Never in the compact form, so that any broker can read it.
    const auto length = frame.integer<std::int16_t>();
    if (length >= 0) {
        const BytesView id = frame.raw(static_cast<std::size_t>(length));
        context_.has_client_id_ = true;
        context_.client_id_.assign(reinterpret_cast<const char*>(id.data()), id.size());
    }
    if (flexible_) frame.skip_tagged();
    return !frame.failed();
}

Exchange::Outcome Exchange::refuse(std::string why) {
    context_.close_connection(std::move(why));
    return Outcome::Refused;
}

bool Exchange::encode_answer(Encoder& response) {
    if (!context_.close_reason_) answer_(handler_, *this, response);
    return !context_.close_reason_;
}

bool Exchange::begin_answer(Encoder& response) {
    if (context_.close_reason_) return false;
    if (context_.answer_nothing_) {
        count_answer(response);
        return false;
    }
    answer_begin_ = response.size();
    splices_before_ = response.splices().size();
    response.integer<std::int32_t>(0);
    response.integer(context_.correlation_id_);
    // The header before an answer to ApiVersions is always the oldest: the client that reads it
    // does not know yet what this broker speaks (KIP-511).
    if (flexible_ && api_key_ != kApiVersions) response.unsigned_varint(0);
    return true;
}

void Exchange::end_answer(Encoder& response) {
    std::size_t size = response.size() - answer_begin_ - sizeof(std::int32_t);
    const auto& splices = response.splices();
    for (std::size_t i = splices_before_; i < splices.size(); ++i) {
        size += splices[i].records.size();
    }
    response.patch(answer_begin_, static_cast<std::int32_t>(size));
    count_answer(response);
    if (!response.failed()) return;
    context_.close_connection(
        fmt::format("an answer that cannot be encoded: {}", response.failure()));
}

void Exchange::count_answer(Encoder& response) {
    Shard& shard = context_.shard();
    if (RequestMetrics* const metrics = shard.request_metrics()) {
        metrics->answered(api_key_, context_.api_version_, shard.clock().monotonic() - arrived_,
                          response.error_codes());
    }
    response.forget_error_codes();
}

std::string Exchange::refusal() const {
    const std::string api = api_ ? std::string(api_->name) : fmt::format("api {}", api_key_);
    return fmt::format("{} ({} v{})", context_.close_reason_.value_or(""), api,
                       context_.api_version_);
}

void Exchange::abandon() {
    if (context_.abandoned_) return;
    context_.abandoned_ = true;
    if (Abandonment* const parked = std::exchange(context_.abandonment_, nullptr)) {
        parked->abandoned(*parked);
    }
}

RequestContext& context_of(Exchange& exchange) { return exchange.context_; }

bool may_answer_now(const Exchange& exchange) { return exchange.connection_.nothing_in_work(); }

bool begin_answer(Exchange& exchange, Encoder& response) { return exchange.begin_answer(response); }
void end_answer(Exchange& exchange, Encoder& response) { exchange.end_answer(response); }

void keep_waiting(Exchange& exchange, std::coroutine_handle<> handler,
                  void (*answer)(std::coroutine_handle<>, Exchange&, Encoder&)) {
    exchange.handler_ = handler;
    exchange.answer_ = answer;
    exchange.finished_ = handler.done();
}

void handler_finished(void* pointer) {
    auto& exchange = *static_cast<Exchange*>(pointer);
    // Not yet kept: it finished without waiting, and start() sees that itself.
    if (!exchange.handler_) return;
    exchange.finished_ = true;
    exchange.connection_.attend_later();
}

}  // namespace kafka::broker
