// IncrementalAlterConfigs: change single configuration keys of topics, brokers, groups, client
// metrics subscriptions, or the level of the log. (KIP-339, KIP-412)
#include <fmt/format.h>

#include <charconv>
#include <map>
#include <optional>

#include "broker/broker_log.h"
#include "broker/config.h"
#include "broker/waiting_handler.h"
#include "cluster/config_changes.h"
#include "cluster/controller.h"
#include "protocol/gen/incremental_alter_configs.h"

namespace kafka::broker {
namespace {
using Request = IncrementalAlterConfigsRequest;
using Response = IncrementalAlterConfigsResponse;
using cluster::ConfigOperation;

constexpr auto kBrokerLogger = static_cast<std::int8_t>(cluster::ConfigResourceType::BrokerLogger);

Error bad_request(std::string message) { return {ErrorCode::INVALID_REQUEST, std::move(message)}; }
Error bad_config(std::string message) { return {ErrorCode::INVALID_CONFIG, std::move(message)}; }

std::optional<Error> check_node(const RequestContext& context, const std::string& name) {
    std::int32_t id = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), id);
    if (error != std::errc{} || end != name.data() + name.size()) {
        return bad_request("Node id must be an integer, but it is: " + name);
    }
    const std::int32_t own = context.config().statics.node_id.value;
    if (id == own) return std::nullopt;
    return bad_request(fmt::format("Unexpected node id. Expected {}, but received {}", own, name));
}

std::optional<Error> check_logger(const Request::Resource::Config& change) {
    switch (static_cast<ConfigOperation>(change.config_operation)) {
        case ConfigOperation::Set:
            if (change.name != kRootLogger) {
                return bad_config(fmt::format("Logger {} does not exist!", change.name));
            }
            if (is_log_level(change.value.value_or(""))) return std::nullopt;
            return bad_config(
                fmt::format("Cannot set the log level of {} to {} as it is not a supported log "
                            "level. Valid log levels are DEBUG, ERROR, FATAL, INFO, TRACE, WARN",
                            change.name, change.value.value_or("null")));
        case ConfigOperation::Delete:
            if (change.name != kRootLogger) {
                return bad_config(fmt::format("Logger {} does not exist!", change.name));
            }
            return bad_request("Removing the log level of the root logger is not allowed");
        case ConfigOperation::Append:
            return bad_request("APPEND operation is not allowed for the BROKER_LOGGER resource");
        case ConfigOperation::Subtract:
            return bad_request("SUBTRACT operation is not allowed for the BROKER_LOGGER resource");
    }
    return bad_request("Unknown operation for the BROKER_LOGGER resource");
}

// The log's level belongs to the process, not to the cluster: it is set here and not kept.
std::optional<Error> alter_logger(const RequestContext& context, const Request::Resource& resource,
                                  bool validate_only) {
    if (auto error = check_node(context, resource.resource_name)) return error;
    for (const auto& change : resource.configs) {
        if (auto error = check_logger(change)) return error;
    }
    if (validate_only) return std::nullopt;
    for (const auto& change : resource.configs) set_root_log_level(*change.value);
    return std::nullopt;
}

// Takes the loggers out of the request and answers for them.
std::map<std::size_t, Response::Resource> answer_loggers(const RequestContext& context,
                                                         Request& request) {
    std::map<std::size_t, Response::Resource> answers;
    std::vector<Request::Resource> others;
    for (std::size_t i = 0; i < request.resources.size(); ++i) {
        Request::Resource& resource = request.resources[i];
        if (resource.resource_type != kBrokerLogger) {
            others.push_back(std::move(resource));
            continue;
        }
        Response::Resource& answer = answers[i];
        answer.resource_type = resource.resource_type;
        answer.resource_name = resource.resource_name;
        if (const auto error = alter_logger(context, resource, request.validate_only)) {
            answer.error_code = error->code;
            answer.error_message = error->message;
        }
    }
    request.resources = std::move(others);
    return answers;
}

}  // namespace

Task<Response> handle(RequestContext& context, Request request) {
    std::map<std::size_t, Response::Resource> loggers = answer_loggers(context, request);
    Response response;
    if (!request.resources.empty()) {
        auto alter = [&request](cluster::Controller& controller) {
            return controller.incremental_alter_configs(std::move(request));
        };
        response = co_await context.on_controller(alter);
    }
    for (auto& [index, answer] : loggers) {
        const auto at = response.responses.begin() + static_cast<std::ptrdiff_t>(index);
        response.responses.insert(at, std::move(answer));
    }
    co_return response;
}

KAFKA_HANDLER(IncrementalAlterConfigs);

}  // namespace kafka::broker
