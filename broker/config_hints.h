// What to say of a configuration key that is not in the table, or is but changes nothing here.
#pragma once

#include <string>
#include <string_view>

namespace kafka::broker {

// A key of a family with names of its own (listener.name.…), or of Kafka's authorizer: no mistake.
bool is_free_config_key(std::string_view key);

// For a key that is unknown: that it went away with Kafka 4, or which one may have been meant.
std::string hint_for_unknown_key(std::string_view key);

// The key does something here, or says no more than what is the case.
bool config_key_has_effect(std::string_view key);

}  // namespace kafka::broker
