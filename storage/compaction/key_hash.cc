#include "storage/compaction/key_hash.h"

#include <bit>
#include <cstring>
#include <random>

namespace kafka::storage {
namespace {

struct State {
    std::uint64_t v0, v1, v2, v3;

    void round() {
        v0 += v1;
        v1 = std::rotl(v1, 13) ^ v0;
        v0 = std::rotl(v0, 32);
        v2 += v3;
        v3 = std::rotl(v3, 16) ^ v2;
        v0 += v3;
        v3 = std::rotl(v3, 21) ^ v0;
        v2 += v1;
        v1 = std::rotl(v1, 17) ^ v2;
        v2 = std::rotl(v2, 32);
    }
    void absorb(std::uint64_t word) {
        v3 ^= word;
        round();
        round();
        v0 ^= word;
    }
    std::uint64_t squeeze() {
        for (int i = 0; i < 4; ++i) round();
        return v0 ^ v1 ^ v2 ^ v3;
    }
};

// The first `count` bytes, at most eight, as a little-endian number.
std::uint64_t word_at(const std::uint8_t* bytes, std::size_t count) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes, count);
    if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
    return word;
}

}  // namespace

KeyHash KeyHash::with_random_secret() {
    std::random_device random;
    const auto word = [&random] { return (std::uint64_t{random()} << 32) | random(); };
    return KeyHash({word(), word()});
}

HashedKey KeyHash::operator()(BytesView key) const {
    State state{secret_[0] ^ 0x736f6d6570736575, secret_[1] ^ 0x646f72616e646f6d ^ 0xee,
                secret_[0] ^ 0x6c7967656e657261, secret_[1] ^ 0x7465646279746573};
    const std::size_t tail = key.size() % 8;
    const std::uint8_t* at = key.data();
    for (std::size_t words = key.size() / 8; words > 0; --words, at += 8) {
        state.absorb(word_at(at, 8));
    }
    const std::uint64_t last = tail == 0 ? 0 : word_at(at, tail);
    state.absorb((std::uint64_t{key.size()} << 56) | last);
    state.v2 ^= 0xee;
    HashedKey hash;
    hash.first = state.squeeze();
    state.v1 ^= 0xdd;
    hash.second = state.squeeze();
    return hash;
}

}  // namespace kafka::storage
