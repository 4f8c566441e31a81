// The configuration of resources is replaced (AlterConfigs) or changed key by key
// (IncrementalAlterConfigs, KIP-339).
#include <map>
#include <utility>

#include "cluster/config_changes.h"
#include "cluster/decisions.h"

namespace kafka::cluster {
namespace {

std::vector<ConfigChange> changes_of(const AlterConfigsRequest::Resource& resource) {
    std::vector<ConfigChange> changes;
    for (const auto& config : resource.configs) {
        changes.push_back({config.name, ConfigOperation::Set, config.value});
    }
    return changes;
}

std::vector<ConfigChange> changes_of(const IncrementalAlterConfigsRequest::Resource& resource) {
    std::vector<ConfigChange> changes;
    for (const auto& config : resource.configs) {
        const auto operation = static_cast<ConfigOperation>(config.config_operation);
        changes.push_back({config.name, operation, config.value});
    }
    return changes;
}

template <class Request, class Response>
Decision<Response> decide(const Image& image, const Request& request, const StaticConfigs& statics,
                          bool replace) {
    std::map<std::pair<std::int8_t, std::string>, int> times;
    for (const auto& each : request.resources) ++times[{each.resource_type, each.resource_name}];

    Decision<Response> decision;
    for (const auto& each : request.resources) {
        auto& answer = decision.response.responses.emplace_back();
        answer.resource_type = each.resource_type;
        answer.resource_name = each.resource_name;
        Error error{ErrorCode::NONE, ""};
        if (times.at({each.resource_type, each.resource_name}) > 1) {
            // Unlike Kafka: it never answers an AlterConfigs with a resource that appears twice.
            error = {ErrorCode::INVALID_REQUEST, "Each resource must appear at most once."};
        } else {
            const AskedResource resource{each.resource_type, each.resource_name};
            const auto values =
                changed_configs(image, statics, resource, changes_of(each), replace);
            if (values) {
                put_config_records(image, resource, *values, decision.records);
            } else {
                error = values.error();
            }
        }
        answer.error_code = error.code;
        if (!error.message.empty()) answer.error_message = error.message;
    }
    if (request.validate_only) decision.records.clear();
    return decision;
}

}  // namespace

Decision<AlterConfigsResponse> alter_configs(const Image& image, const AlterConfigsRequest& request,
                                             const StaticConfigs& statics) {
    return decide<AlterConfigsRequest, AlterConfigsResponse>(image, request, statics, true);
}

Decision<IncrementalAlterConfigsResponse> incremental_alter_configs(
    const Image& image, const IncrementalAlterConfigsRequest& request,
    const StaticConfigs& statics) {
    return decide<IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse>(image, request,
                                                                                   statics, false);
}

}  // namespace kafka::cluster
