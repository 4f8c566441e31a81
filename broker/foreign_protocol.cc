#include "broker/foreign_protocol.h"

#include <fmt/format.h>

#include <string_view>

namespace kafka::broker {

std::string why_size_is_wrong(std::int32_t size, std::int32_t max, BytesView start) {
    const std::string_view text(reinterpret_cast<const char*>(start.data()), start.size());
    for (const std::string_view method : {"GET ", "POST", "HEAD", "PUT ", "OPTI", "DELE", "PRI "}) {
        if (text.starts_with(method)) {
            return "this is HTTP, but the port speaks Kafka's protocol";
        }
    }
    if (text.starts_with("\x16\x03")) {
        return "the client speaks TLS, but the listener is PLAINTEXT; set "
               "security.protocol=PLAINTEXT "
               "in the client";
    }
    if (size < 0) return fmt::format("a request of {} bytes", size);
    return fmt::format("a request of {} bytes, more than socket.request.max.bytes={}", size, max);
}

}  // namespace kafka::broker
