// ApiVersions: which APIs does this broker serve, in which versions, and with which features?
// (KIP-35, KIP-511, KIP-584)
#include "broker/gen/served_apis.h"
#include "broker/handler.h"
#include "cluster/features.h"
#include "cluster/image.h"
#include "protocol/gen/api_versions.h"

namespace kafka::broker {
namespace {
using Request = ApiVersionsRequest;
using Response = ApiVersionsResponse;

constexpr std::int16_t kProduce = 0;
// Versions of ApiVersions whose readers cannot take a supported feature with a minimum of 0.
constexpr std::int16_t kFirstVersionWithMinimumZero = 4;

bool is_word_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// [a-zA-Z0-9](?:[a-zA-Z0-9\-.]*[a-zA-Z0-9])? as KIP-511 has it.
bool is_software_word(std::string_view text) {
    if (text.empty() || !is_word_char(text.front()) || !is_word_char(text.back())) return false;
    for (const char c : text) {
        if (!is_word_char(c) && c != '-' && c != '.') return false;
    }
    return true;
}

Response::ApiVersion range_of(const ServedApi& api) {
    // Old librdkafka takes Produce v0 as the sign that compression may be used; v0 to v2 are
    // announced, and refused, as Kafka does (KAFKA-18659).
    const std::int16_t min = api.api_key == kProduce ? std::int16_t{0} : api.min_version;
    return {.api_key = api.api_key, .min_version = min, .max_version = api.max_version};
}

void add_features(const RequestContext& context, Response& response) {
    for (const cluster::Feature& feature : cluster::known_features()) {
        if (feature.min == 0 && context.api_version() < kFirstVersionWithMinimumZero) continue;
        response.supported_features.push_back({.name = std::string(feature.name),
                                               .min_version = feature.min,
                                               .max_version = feature.max});
    }
    for (const auto& [name, level] : context.image().features) {
        if (level == 0) continue;
        response.finalized_features.push_back(
            {.name = name, .max_version_level = level, .min_version_level = level});
    }
    response.finalized_features_epoch = context.shard().image_end_offset();
}

}  // namespace

Response handle(RequestContext& context, const Request& request) {
    Response response;
    if (context.version_is_unknown()) {
        // In the form of version 0, with the range that this API may be asked in.
        response.error_code = ErrorCode::UNSUPPORTED_VERSION;
        response.api_keys.push_back(range_of(*find_served_api(Request::kApiKey)));
        return response;
    }
    if (context.api_version() >= 3) {
        if (!is_software_word(request.client_software_name) ||
            !is_software_word(request.client_software_version)) {
            response.error_code = ErrorCode::INVALID_REQUEST;
            return response;
        }
        context.client().set_software(request.client_software_name,
                                      request.client_software_version);
        add_features(context, response);
    }
    for (const ServedApi& api : served_apis()) response.api_keys.push_back(range_of(api));
    return response;
}

KAFKA_HANDLER(ApiVersions);

}  // namespace kafka::broker
