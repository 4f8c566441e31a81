#include "groups/effects.h"

namespace kafka::groups {

void Effects::reply(Token to, Response response) {
    if (to != kNobody) replies.push_back({to, std::move(response)});
}

}  // namespace kafka::groups
