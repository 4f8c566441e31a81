// DescribeConfigs: every configuration key of these topics, brokers, loggers, groups or client
// metrics subscriptions: its value, and where the value comes from. (KIP-133, KIP-226, KIP-569)
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "broker/config.h"
#include "broker/config_view.h"
#include "broker/handler.h"
#include "cluster/decisions.h"
#include "protocol/gen/describe_configs.h"

namespace kafka::broker {
namespace {
using Request = DescribeConfigsRequest;
using Response = DescribeConfigsResponse;
using cluster::ConfigResourceType;

constexpr const char* kInvalidRequest =
    "This most likely occurs because of a request being malformed by the client library or the "
    "message was sent to an incompatible broker. See the broker logs for more details.";

bool is_known(std::int8_t type) {
    switch (static_cast<ConfigResourceType>(type)) {
        case ConfigResourceType::Topic:
        case ConfigResourceType::Broker:
        case ConfigResourceType::BrokerLogger:
        case ConfigResourceType::ClientMetrics:
        case ConfigResourceType::Group:
            return true;
    }
    return false;
}

Error bad_request(std::string message) { return {ErrorCode::INVALID_REQUEST, std::move(message)}; }

// Nothing when `name` is this broker's id.
std::optional<Error> check_broker_id(const RequestContext& context, const std::string& name,
                                     std::string_view expectation) {
    std::int32_t id = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), id);
    if (error != std::errc{} || end != name.data() + name.size()) {
        return bad_request("Broker id must be an integer, but it is: " + name);
    }
    const std::int32_t own = context.config().statics.node_id.value;
    if (id == own) return std::nullopt;
    return bad_request(
        fmt::format("Unexpected broker id, expected {}{} but received {}", own, expectation, name));
}

Result<DescribedConfigs> describe(const RequestContext& context, const Request::Resource& resource,
                                  const ConfigQuestion& question) {
    const std::string& name = resource.resource_name;
    switch (static_cast<ConfigResourceType>(resource.resource_type)) {
        case ConfigResourceType::Topic:
            if (auto error = cluster::check_topic_name(name)) return *error;
            if (!context.image().topics.find(name)) {
                return Error{ErrorCode::UNKNOWN_TOPIC_OR_PARTITION, ""};
            }
            return describe_topic(context, name, question);
        case ConfigResourceType::Broker:
            if (name.empty()) return describe_broker_default(context, question);
            if (auto error = check_broker_id(context, name, " or empty string,")) return *error;
            return describe_broker(context, question);
        case ConfigResourceType::BrokerLogger:
            if (name.empty()) return bad_request("Broker id must not be empty");
            if (auto error = check_broker_id(context, name, "")) return *error;
            return describe_loggers(question);
        case ConfigResourceType::ClientMetrics:
            if (name.empty()) {
                return bad_request("Client metrics subscription name must not be empty");
            }
            return describe_client_metrics(context, name, question);
        case ConfigResourceType::Group:
            if (name.empty()) return bad_request("Group name must not be empty");
            return describe_group(context, name, question);
    }
    return bad_request(kInvalidRequest);
}

}  // namespace

Response handle(RequestContext& context, const Request& request) {
    // A type that nobody knows spoils the request as a whole.
    const bool all_known = std::ranges::all_of(
        request.resources, [](const auto& each) { return is_known(each.resource_type); });
    Response response;
    for (const auto& resource : request.resources) {
        auto& answer = response.results.emplace_back();
        answer.resource_type = resource.resource_type;
        answer.resource_name = resource.resource_name;
        const ConfigQuestion question{resource.configuration_keys, request.include_synonyms,
                                      request.include_documentation};
        Result<DescribedConfigs> configs = bad_request(kInvalidRequest);
        if (all_known) configs = describe(context, resource, question);
        if (configs) {
            answer.error_message = "";
            answer.configs = configs.take();
        } else {
            answer.error_code = configs.error().code;
            answer.error_message = configs.error().message;
        }
    }
    return response;
}

KAFKA_HANDLER(DescribeConfigs);

}  // namespace kafka::broker
