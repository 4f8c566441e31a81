// One pair of makers a codec, behind protocol/compression.h; nobody else includes this.
#pragma once

#include <memory>
#include <utility>

#include "protocol/compression.h"

namespace kafka::detail {

std::unique_ptr<Decompressor> make_gzip_decompressor(BytesView compressed);
std::unique_ptr<Decompressor> make_snappy_decompressor(BytesView compressed);
std::unique_ptr<Decompressor> make_lz4_decompressor(BytesView compressed);
std::unique_ptr<Decompressor> make_zstd_decompressor(BytesView compressed);

std::unique_ptr<Compressor> make_gzip_compressor(int level);
std::unique_ptr<Compressor> make_snappy_compressor();
std::unique_ptr<Compressor> make_lz4_compressor(int level);
std::unique_ptr<Compressor> make_zstd_compressor(int level);

inline Error corrupt_stream(const char* why) { return {ErrorCode::CORRUPT_MESSAGE, why}; }

// Borrows an object from this thread: the one that the last borrower gave back, or a new one.
// `Owner` is the unique_ptr type of a native context.
template <class Owner>
class Leased {
  public:
    template <class Make>
    explicit Leased(Make make) : object_(std::move(spare())) {
        if (!object_) object_ = make();
    }
    ~Leased() {
        if (object_) spare() = std::move(object_);
    }
    Leased(const Leased&) = delete;
    Leased& operator=(const Leased&) = delete;

    auto* get() const { return object_.get(); }
    auto* operator->() const { return object_.get(); }
    // Not worth keeping: it has grown.
    void drop() { object_.reset(); }

  private:
    static Owner& spare() {
        thread_local Owner owner;
        return owner;
    }

    Owner object_;
};

// Where a decompressor puts a chunk. Not cleared: it is always written before it is read.
struct ChunkBuffer {
    std::uint8_t bytes[kDecompressChunkBytes];
};

class Chunk {
  public:
    std::uint8_t* data() const { return buffer_->bytes; }
    BytesView first(std::size_t count) const { return {buffer_->bytes, count}; }

  private:
    Leased<std::unique_ptr<ChunkBuffer>> buffer_{
        [] { return std::unique_ptr<ChunkBuffer>(new ChunkBuffer); }};
};

}  // namespace kafka::detail
