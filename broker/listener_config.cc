#include "broker/listener_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>

#include "cluster/config_key.h"

namespace kafka::broker {
namespace {

using Mistakes = std::vector<std::string>;

struct NamedEndpoint {
    std::string name;
    Endpoint endpoint;
};

std::string upper_case(std::string text) {
    std::ranges::transform(text, text.begin(), [](char c) {
        return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    });
    return text;
}

// NAME://host:port, NAME://:port or NAME://[v6]:port
std::optional<NamedEndpoint> parse_listener(std::string_view text) {
    const auto scheme = text.find("://");
    if (scheme == std::string_view::npos || scheme == 0) return std::nullopt;
    auto endpoint = parse_endpoint(text.substr(scheme + 3));
    if (!endpoint) return std::nullopt;
    return NamedEndpoint{upper_case(std::string(text.substr(0, scheme))), std::move(*endpoint)};
}

std::vector<NamedEndpoint> parse_listeners(std::string_view key, std::string_view value,
                                           Mistakes& mistakes) {
    std::vector<NamedEndpoint> listeners;
    for (const std::string& element : cluster::split_list(value)) {
        auto parsed = parse_listener(element);
        if (!parsed) {
            mistakes.push_back(fmt::format(
                "{}: \"{}\" is no listener; write NAME://HOST:PORT, such as PLAINTEXT://:9092", key,
                element));
            continue;
        }
        if (std::ranges::count(listeners, parsed->name, &NamedEndpoint::name)) {
            mistakes.push_back(
                fmt::format("{}: {} is there twice; give each listener a name of "
                            "its own, and map it in listener.security.protocol.map",
                            key, parsed->name));
            continue;
        }
        listeners.push_back(std::move(*parsed));
    }
    return listeners;
}

std::map<std::string, std::string> parse_protocol_map(std::string_view value, Mistakes& mistakes) {
    std::map<std::string, std::string> protocols;
    for (const std::string& element : cluster::split_list(value)) {
        const auto colon = element.find(':');
        if (colon == std::string::npos) {
            mistakes.push_back(
                fmt::format("listener.security.protocol.map: \"{}\" is no pair; write "
                            "LISTENER:PROTOCOL, such as EXTERNAL:PLAINTEXT",
                            element));
            continue;
        }
        protocols[upper_case(element.substr(0, colon))] = upper_case(element.substr(colon + 1));
    }
    return protocols;
}

void check_protocol(const std::string& name, const std::map<std::string, std::string>& protocols,
                    Mistakes& mistakes) {
    const auto found = protocols.find(name);
    if (found == protocols.end()) {
        mistakes.push_back(
            fmt::format("listeners: {} has no security protocol; add {}:PLAINTEXT to "
                        "listener.security.protocol.map",
                        name, name));
    } else if (found->second != "PLAINTEXT") {
        mistakes.push_back(fmt::format(
            "listeners: {} uses {}, but only PLAINTEXT is available in this version; map it to "
            "PLAINTEXT in listener.security.protocol.map, or leave the listener out",
            name, found->second));
    }
}

}  // namespace

std::optional<Endpoint> parse_endpoint(std::string_view text) {
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) return std::nullopt;
    std::string_view host = text.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) {
        host = host.substr(1, host.size() - 2);
    } else if (host.find(':') != std::string_view::npos) {
        return std::nullopt;
    }
    Endpoint parsed{std::string(host), 0};
    const std::string_view port = text.substr(colon + 1);
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), parsed.port);
    if (error != std::errc{} || end != port.data() + port.size()) return std::nullopt;
    return parsed;
}

std::vector<ListenerConfig> make_listeners(const ListenerSettings& settings, Mistakes& mistakes) {
    const auto bound = parse_listeners("listeners", settings.listeners, mistakes);
    const auto advertised =
        parse_listeners("advertised.listeners", settings.advertised_listeners, mistakes);
    const auto protocols = parse_protocol_map(settings.security_protocol_map, mistakes);
    std::vector<std::string> controllers = cluster::split_list(settings.controller_listener_names);
    std::ranges::transform(controllers, controllers.begin(), upper_case);

    std::vector<ListenerConfig> listeners;
    for (const NamedEndpoint& each : bound) {
        if (std::ranges::count(controllers, each.name)) continue;
        check_protocol(each.name, protocols, mistakes);
        ListenerConfig listener{.name = each.name, .bind = each.endpoint, .advertised = {}};
        const auto told = std::ranges::find(advertised, each.name, &NamedEndpoint::name);
        if (told != advertised.end()) listener.advertised = told->endpoint;
        listeners.push_back(std::move(listener));
    }
    for (const NamedEndpoint& each : advertised) {
        const bool is_bound = std::ranges::count(bound, each.name, &NamedEndpoint::name) > 0;
        if (!is_bound) {
            mistakes.push_back(
                fmt::format("advertised.listeners: {} is not among the listeners; add it there, or "
                            "remove it here",
                            each.name));
        } else if (each.endpoint.host.empty() || each.endpoint.host == "0.0.0.0" ||
                   each.endpoint.host == "::") {
            mistakes.push_back(
                fmt::format("advertised.listeners: {} needs a host that clients can dial; without "
                            "an entry each client is told the address that it dialled",
                            each.name));
        }
    }
    if (listeners.empty() && mistakes.empty()) {
        mistakes.push_back(
            "listeners: there is none for clients; write listeners=PLAINTEXT://:9092");
    }
    return listeners;
}

}  // namespace kafka::broker
