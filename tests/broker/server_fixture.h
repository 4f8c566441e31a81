// A broker on a free port of the loopback, and the frames to say to it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "broker/broker.h"
#include "protocol/decoder.h"
#include "protocol/encoder.h"
#include "storage/memory_file_system.h"
#include "tests/support/socket_client.h"

namespace kafka::broker {

using Settings = std::map<std::string, std::string>;

inline BrokerConfig config_of(const Settings& settings) {
    std::vector<ConfigSetting> list{{"listeners", "PLAINTEXT://127.0.0.1:0", "test"},
                                    {"log.dirs", "/data", "test"}};
    for (const auto& [key, value] : settings) list.push_back({key, value, "test"});
    return make_config(list);
}

class TestBroker {
  public:
    explicit TestBroker(const Settings& settings = {}, std::size_t shards = 2)
        : broker_(config_of(settings), clock_, memory_, shards) {
        broker_.start();
    }
    // With its logs on a real disk.
    TestBroker(storage::FileSystem& files, const Settings& settings)
        : broker_(config_of(settings), clock_, files, 2) {
        broker_.start();
    }
    std::uint16_t port() const { return broker_.bound().front().address.port; }
    SocketClient connect() const { return SocketClient(port()); }
    Broker& broker() { return broker_; }

  private:
    SystemClock clock_;
    storage::MemoryFileSystem memory_;
    Broker broker_;
};

// A whole frame with its size: header and body of one request.
template <class Request>
Bytes frame_of(const Request& request, std::int16_t version, std::int32_t correlation_id,
               std::string_view client_id = "test") {
    Encoder frame;
    frame.integer<std::int32_t>(0);
    frame.integer(Request::kApiKey);
    frame.integer(version);
    frame.integer(correlation_id);
    frame.string(client_id, false);
    if (version >= Request::kFirstFlexibleVersion) frame.unsigned_varint(0);
    encode(frame, request, version);
    frame.patch(0, static_cast<std::int32_t>(frame.size() - 4));
    const BytesView bytes = frame.bytes();
    return {bytes.begin(), bytes.end()};
}

inline std::int32_t correlation_id_of(const Bytes& answer) {
    return load_be<std::int32_t>(answer.data());
}

// The body behind the header, which has `header_size` bytes.
template <class Response>
Response decode_answer(Bytes& answer, std::int16_t version, std::size_t header_size) {
    Decoder decoder(MutableBytes(answer).subspan(header_size));
    Response response;
    decode(decoder, response, version);
    CHECK(!decoder.failed() && decoder.remaining() == 0, "the answer is what its version says");
    return response;
}

}  // namespace kafka::broker
