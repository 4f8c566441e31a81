// FindCoordinator: which broker coordinates this group or transactional id? (KIP-699: several at
// once) None does yet, which clients take as a reason to ask again.
#include "broker/handler.h"
#include "protocol/gen/find_coordinator.h"

namespace kafka::broker {
namespace {
using Request = FindCoordinatorRequest;
using Response = FindCoordinatorResponse;

constexpr std::int8_t kGroup = 0;
constexpr std::int8_t kTransaction = 1;
constexpr std::int8_t kShare = 2;
constexpr std::int16_t kFirstVersionWithBatches = 4;
constexpr std::int16_t kFirstVersionWithShare = 6;

constexpr const char* kNotAvailable = "The coordinator is not available.";
constexpr const char* kInvalidRequest =
    "This most likely occurs because of a request being malformed by the client library or the "
    "message was sent to an incompatible broker. See the broker logs for more details.";

bool is_known(std::int8_t key_type) {
    return key_type == kGroup || key_type == kTransaction || key_type == kShare;
}

// groupId:topicId:partition; the group id may contain colons.
bool is_share_key(std::string_view key) {
    const auto partition = key.rfind(':');
    if (partition == std::string_view::npos || partition == 0) return false;
    const auto topic = key.rfind(':', partition - 1);
    if (topic == std::string_view::npos || topic == 0) return false;
    const std::string_view number = key.substr(partition + 1);
    const bool is_number =
        !number.empty() && number.find_first_not_of("0123456789") == std::string_view::npos;
    return is_number && Uuid::parse(key.substr(topic + 1, partition - topic - 1)).has_value();
}

ErrorCode look_up(const RequestContext& context, std::int8_t key_type, std::string_view key) {
    if (key_type == kShare &&
        (context.api_version() < kFirstVersionWithShare || !is_share_key(key))) {
        return ErrorCode::INVALID_REQUEST;
    }
    return ErrorCode::COORDINATOR_NOT_AVAILABLE;
}

}  // namespace

Response handle(RequestContext& context, const Request& request) {
    Response response;
    if (context.api_version() < kFirstVersionWithBatches) {
        response.error_code = is_known(request.key_type)
                                  ? look_up(context, request.key_type, request.key)
                                  : ErrorCode::INVALID_REQUEST;
        response.error_message =
            response.error_code == ErrorCode::INVALID_REQUEST ? kInvalidRequest : kNotAvailable;
        response.node_id = BrokerId{-1};
        response.port = -1;
        return response;
    }
    for (const std::string& key : request.coordinator_keys) {
        auto& coordinator = response.coordinators.emplace_back();
        coordinator.key = key;
        coordinator.node_id = BrokerId{-1};
        coordinator.port = -1;
        // Kafka has words only for the request as a whole.
        coordinator.error_code = ErrorCode::INVALID_REQUEST;
        coordinator.error_message = kInvalidRequest;
        if (!is_known(request.key_type)) continue;
        coordinator.error_code = look_up(context, request.key_type, key);
        coordinator.error_message = "";
    }
    return response;
}

KAFKA_HANDLER(FindCoordinator);

}  // namespace kafka::broker
