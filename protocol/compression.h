// The codecs of record batches: gzip, snappy, lz4 (frames) and zstd, in and out, as streams.
//
// Decompression is pulled in chunks of at most kDecompressChunkBytes, so that the cost of a batch
// is bounded by what its reader asks for and never by what its sender claims: memory stays at one
// chunk (zstd adds its window, at most 128 MiB, returned at once; a snappy block is decoded whole,
// at most 22 times its own size). Native contexts are kept per thread and reused. An object lives
// on the thread that made it and reads bytes that must outlive it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "protocol/error.h"

namespace kafka {

// The values are those in a batch's attributes.
enum class CompressionType : std::uint8_t { None = 0, Gzip = 1, Snappy = 2, Lz4 = 3, Zstd = 4 };

// "none", "gzip", …: Kafka's spelling in configurations and tools.
std::string_view name_of(CompressionType type);

struct Compression {
    CompressionType type = CompressionType::None;
    int level = 0;  // as in compression.<codec>.level; codecs without levels ignore it

    bool operator==(const Compression&) const = default;
};

// The codec at the level that Kafka uses when none is configured.
Compression with_default_level(CompressionType type);

inline constexpr std::size_t kDecompressChunkBytes = 64 * 1024;

class Decompressor {
  public:
    virtual ~Decompressor() = default;
    Decompressor() = default;
    Decompressor(const Decompressor&) = delete;
    Decompressor& operator=(const Decompressor&) = delete;

    // The next bytes, valid until the next call; empty when the stream has ended. Fails with
    // CORRUPT_MESSAGE when the bytes are not what the codec writes, or end inside the stream.
    virtual Result<BytesView> next() = 0;
};

// Snappy is recognised in both shapes that clients send: raw, and framed as the Java client does.
std::unique_ptr<Decompressor> make_decompressor(CompressionType type, BytesView compressed);

class Compressor {
  public:
    virtual ~Compressor() = default;
    Compressor() = default;
    Compressor(const Compressor&) = delete;
    Compressor& operator=(const Compressor&) = delete;

    // Both append what the codec has ready to `out`; nothing may be written after finish().
    virtual void write(BytesView plain, Bytes& out) = 0;
    virtual void finish(Bytes& out) = 0;
};

// Snappy is written framed: every client reads that.
std::unique_ptr<Compressor> make_compressor(Compression compression);

}  // namespace kafka
