// A host and a port, as clients are told them: an IPv6 address stands without brackets.
#pragma once

#include <cstdint>
#include <string>

struct sockaddr_storage;

namespace kafka::broker {

struct Endpoint {
    std::string host;
    std::uint16_t port = 0;

    bool operator==(const Endpoint&) const = default;

    // host:port, with brackets around an IPv6 address.
    std::string to_string() const;
    // A numeric address; IPv4 inside IPv6 shows as IPv4.
    static Endpoint from(const sockaddr_storage& address);
};

}  // namespace kafka::broker
