// AlterConfigs: replace the configuration of topics, brokers or groups as a whole. (KIP-133)
#include "broker/waiting_handler.h"
#include "cluster/controller.h"
#include "protocol/gen/alter_configs.h"

namespace kafka::broker {
namespace {
using Request = AlterConfigsRequest;
using Response = AlterConfigsResponse;
}  // namespace

Task<Response> handle(RequestContext& context, Request request) {
    auto alter = [&request](cluster::Controller& controller) {
        return controller.alter_configs(std::move(request));
    };
    co_return co_await context.on_controller(alter);
}

KAFKA_HANDLER(AlterConfigs);

}  // namespace kafka::broker
