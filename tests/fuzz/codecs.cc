// The decompressors: the first byte chooses the codec. What they make of garbage is bounded by the
// reader's patience, and what they make of their compressor's output is what went in.
#include <optional>

#include "protocol/compression.h"
#include "tests/fuzz/fuzz_input.h"

namespace kafka {
namespace {

constexpr std::size_t kPatienceBytes = std::size_t{1} << 20;

// Nothing when the bytes are no stream of the codec.
std::optional<Bytes> decompress(CompressionType type, BytesView compressed) {
    const auto decompressor = make_decompressor(type, compressed);
    Bytes plain;
    while (plain.size() < kPatienceBytes) {
        const auto chunk = decompressor->next();
        if (!chunk) return std::nullopt;
        if (chunk->empty()) break;
        plain.insert(plain.end(), chunk->begin(), chunk->end());
    }
    return plain;
}

}  // namespace
}  // namespace kafka

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace kafka;
    FuzzInput input(data, size);
    const auto type = static_cast<CompressionType>(input.byte() % 5);
    (void)decompress(type, input.rest());
    const auto compressor = make_compressor(with_default_level(type));
    Bytes packed;
    compressor->write(input.rest(), packed);
    compressor->finish(packed);
    const auto plain = decompress(type, packed);
    CHECK(plain && std::ranges::equal(*plain, input.rest()), "a codec lost what it was given");
    return 0;
}
