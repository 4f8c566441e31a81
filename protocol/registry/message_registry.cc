#include "protocol/registry/message_registry.h"

#include <algorithm>

namespace kafka {

const MessageType* find_message_type(std::string_view name) {
    const auto types = message_types();
    auto found = std::ranges::find(types, name, &MessageType::name);
    if (found == types.end() && name.ends_with("Data")) {
        name.remove_suffix(4);
        found = std::ranges::find(types, name, &MessageType::name);
    }
    return found == types.end() ? nullptr : &*found;
}

}  // namespace kafka
