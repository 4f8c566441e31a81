#include "broker/bind.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace kafka::broker {
namespace {

struct Address {
    sockaddr_storage storage{};
    socklen_t size = 0;

    bool is_v6() const { return storage.ss_family == AF_INET6; }
    bool operator==(const Address& other) const {
        return size == other.size && std::memcmp(&storage, &other.storage, size) == 0;
    }
};

Address v4_address(in_addr_t host) {
    Address address{.storage = {}, .size = sizeof(sockaddr_in)};
    auto& v4 = reinterpret_cast<sockaddr_in&>(address.storage);
    v4.sin_family = AF_INET;
    v4.sin_addr.s_addr = htonl(host);
    return address;
}

Address v6_address(const in6_addr& host) {
    Address address{.storage = {}, .size = sizeof(sockaddr_in6)};
    auto& v6 = reinterpret_cast<sockaddr_in6&>(address.storage);
    v6.sin6_family = AF_INET6;
    v6.sin6_addr = host;
    return address;
}

std::vector<Address> resolve(const std::string& host, std::string& error) {
    // Whatever /etc/hosts says: clients try either, librdkafka ::1 first.
    if (host == "localhost") {
        return {v4_address(INADDR_LOOPBACK), v6_address(in6addr_loopback)};
    }
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_PASSIVE;
    addrinfo* first = nullptr;
    if (const int code = ::getaddrinfo(host.c_str(), nullptr, &hints, &first); code != 0) {
        error = fmt::format("{}; write the name or address of this machine, or leave the host out",
                            ::gai_strerror(code));
        return {};
    }
    std::vector<Address> addresses;
    for (const addrinfo* each = first; each; each = each->ai_next) {
        Address address{.storage = {}, .size = each->ai_addrlen};
        std::memcpy(&address.storage, each->ai_addr, each->ai_addrlen);
        if (!std::ranges::count(addresses, address)) addresses.push_back(address);
    }
    ::freeaddrinfo(first);
    return addresses;
}

void set_port(Address& address, std::uint16_t port) {
    // At the same place in both families.
    reinterpret_cast<sockaddr_in&>(address.storage).sin_port = htons(port);
}

// The socket, or -1 with errno set.
int bind_one(const Address& address, const BindOptions& options, bool both_families) {
    const int socket =
        ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (socket < 0) return -1;
    const auto set = [socket](int level, int name, int value) {
        ::setsockopt(socket, level, name, &value, sizeof value);
    };
    set(SOL_SOCKET, SO_REUSEADDR, 1);
    if (address.is_v6()) set(IPPROTO_IPV6, IPV6_V6ONLY, both_families ? 0 : 1);
    // Connections inherit these.
    if (options.send_buffer_bytes > 0) set(SOL_SOCKET, SO_SNDBUF, options.send_buffer_bytes);
    if (options.receive_buffer_bytes > 0) set(SOL_SOCKET, SO_RCVBUF, options.receive_buffer_bytes);
    if (::bind(socket, reinterpret_cast<const sockaddr*>(&address.storage), address.size) == 0) {
        return socket;
    }
    const int error = errno;
    ::close(socket);
    errno = error;
    return -1;
}

Endpoint local_address(int socket) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
    return Endpoint::from(address);
}

bool family_is_missing(int error) {
    return error == EAFNOSUPPORT || error == EADDRNOTAVAIL || error == EPROTONOSUPPORT;
}

std::string reason(int error) {
    if (error == EADDRINUSE) return "the port is in use; stop who has it, or choose another";
    if (error == EADDRNOTAVAIL) return "this machine has no such address";
    if (error == EACCES) return "ports below 1024 need privileges; choose another";
    return std::strerror(error);
}

// All or none; `error_number` says why none.
std::vector<BoundSocket> bind_addresses(std::vector<Address> addresses, std::uint16_t port,
                                        const BindOptions& options, bool both_families,
                                        int& error_number) {
    std::vector<BoundSocket> bound;
    for (Address& address : addresses) {
        set_port(address, port);
        const int socket = bind_one(address, options, both_families);
        if (socket < 0) {
            error_number = errno;
            if (address.is_v6() && family_is_missing(errno) && addresses.size() > 1) continue;
            for (const BoundSocket& each : bound) ::close(each.socket);
            return {};
        }
        bound.push_back({socket, local_address(socket)});
        port = bound.back().address.port;
    }
    return bound;
}

}  // namespace

std::vector<BoundSocket> bind_all(const Endpoint& where, const BindOptions& options,
                                  std::string& error) {
    const bool everywhere = where.host.empty() || where.host == "::";
    const std::vector<Address> addresses =
        everywhere ? std::vector<Address>{v6_address(in6addr_any)} : resolve(where.host, error);
    if (addresses.empty()) return {};
    // A free port for one address may be taken at the next: another one is tried then.
    int error_number = 0;
    for (int attempts = where.port == 0 ? 8 : 1; attempts > 0; --attempts) {
        auto bound = bind_addresses(addresses, where.port, options, everywhere, error_number);
        if (bound.empty() && everywhere && family_is_missing(error_number)) {
            bound =
                bind_addresses({v4_address(INADDR_ANY)}, where.port, options, false, error_number);
        }
        if (!bound.empty()) return bound;
    }
    error = reason(error_number);
    return {};
}

}  // namespace kafka::broker
