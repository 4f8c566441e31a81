// Bound sockets for the host and port of a listener.
#pragma once

#include <string>
#include <vector>

#include "broker/endpoint.h"

namespace kafka::broker {

struct BindOptions {
    int send_buffer_bytes = -1;  // -1: the system's choice
    int receive_buffer_bytes = -1;
};

struct BoundSocket {
    int socket = -1;
    Endpoint address;  // with the real port
};

// One socket for each address that the host stands for, all with the same port: `localhost` is
// 127.0.0.1 and ::1, an empty host every address of the machine, IPv6 and IPv4. A port of 0 takes a
// free one. Does not listen. On failure there is no socket, and `error` says why.
std::vector<BoundSocket> bind_all(const Endpoint& where, const BindOptions& options,
                                  std::string& error);

}  // namespace kafka::broker
