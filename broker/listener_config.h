// Where the broker listens, and what it tells clients about it: `listeners`,
// `advertised.listeners` and `listener.security.protocol.map`.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/endpoint.h"

namespace kafka::broker {

struct ListenerConfig {
    std::string name;                    // such as PLAINTEXT or EXTERNAL
    Endpoint bind;                       // empty host: every address of the machine
    std::optional<Endpoint> advertised;  // none: each client is told the address that it dialled

    bool operator==(const ListenerConfig&) const = default;
};

// The values of the configuration keys of these names.
struct ListenerSettings {
    std::string_view listeners;
    std::string_view advertised_listeners;
    std::string_view security_protocol_map;
    std::string_view controller_listener_names;
};

// host:port, :port or [v6]:port
std::optional<Endpoint> parse_endpoint(std::string_view text);

// The listeners for clients; those for controllers are left out, since the controller is part of
// the broker. Adds a sentence to `mistakes` for everything that is wrong.
std::vector<ListenerConfig> make_listeners(const ListenerSettings& settings,
                                           std::vector<std::string>& mistakes);

}  // namespace kafka::broker
