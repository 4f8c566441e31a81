// Snappy has no stream format of its own. The Java client frames its blocks as xerial's library
// does: a header of 16 bytes, then blocks, each after its length. Others send one raw block.
#include <snappy.h>

#include <algorithm>
#include <array>

#include "protocol/compression_codecs.h"

namespace kafka::detail {
namespace {

constexpr std::array<std::uint8_t, 8> kMagic = {0x82, 'S', 'N', 'A', 'P', 'P', 'Y', 0};
constexpr std::size_t kHeaderBytes = 16;  // magic, version, oldest compatible version
constexpr std::int32_t kVersion = 1;
constexpr std::size_t kBlockBytes = 32 * 1024;

// No snappy element unpacks to more than 64 bytes from 3: what claims to is a lie, and is refused
// before memory is spent on it.
constexpr std::size_t kBiggestRatio = 22;

class SnappyDecompressor : public Decompressor {
  public:
    explicit SnappyDecompressor(BytesView compressed)
        : rest_(compressed), framed_(starts_with_header(compressed)) {}

    Result<BytesView> next() override {
        if (!framed_) {
            if (started_) return BytesView{};
            started_ = true;
            return unpack(rest_);
        }
        while (true) {
            // Streams may be put end to end.
            while (starts_with_header(rest_)) rest_ = rest_.subspan(kHeaderBytes);
            if (rest_.empty()) return BytesView{};
            auto plain = next_block();
            // A block of nothing is not the end.
            if (!plain || !plain->empty()) return plain;
        }
    }

  private:
    static bool starts_with_header(BytesView bytes) {
        return bytes.size() >= kHeaderBytes &&
               std::equal(kMagic.begin(), kMagic.end(), bytes.begin());
    }

    Result<BytesView> next_block() {
        // Unlike Kafka, which takes a part of a length for the end, as no other reader does.
        if (rest_.size() < sizeof(std::int32_t)) {
            return corrupt_stream("snappy: a length is cut short");
        }
        const std::uint32_t size = load_be<std::uint32_t>(rest_.data());
        rest_ = rest_.subspan(sizeof size);
        if (size > rest_.size()) return corrupt_stream("snappy: a block is cut short");
        const BytesView block = rest_.first(size);
        rest_ = rest_.subspan(size);
        return unpack(block);
    }

    Result<BytesView> unpack(BytesView block) {
        const char* at = reinterpret_cast<const char*>(block.data());
        std::size_t size = 0;
        if (!snappy::GetUncompressedLength(at, block.size(), &size) ||
            size > block.size() * kBiggestRatio) {
            return corrupt_stream("snappy: a block's length is wrong");
        }
        plain_.resize(size);
        if (!snappy::RawUncompress(at, block.size(), reinterpret_cast<char*>(plain_.data()))) {
            return corrupt_stream("snappy: a block is damaged");
        }
        return BytesView(plain_);
    }

    BytesView rest_;
    bool framed_;
    bool started_ = false;
    Bytes plain_;
};

class SnappyCompressor : public Compressor {
  public:
    void write(BytesView plain, Bytes& out) override {
        while (!plain.empty()) {
            const std::size_t count = std::min(plain.size(), kBlockBytes - block_.size());
            block_.insert(block_.end(), plain.begin(), plain.begin() + static_cast<long>(count));
            plain = plain.subspan(count);
            if (block_.size() == kBlockBytes) write_block(out);
        }
    }
    void finish(Bytes& out) override {
        if (!block_.empty() || !header_written_) write_block(out);
    }

  private:
    void write_header(Bytes& out) {
        header_written_ = true;
        out.insert(out.end(), kMagic.begin(), kMagic.end());
        append_int(kVersion, out);
        append_int(kVersion, out);
    }

    static void append_int(std::int32_t value, Bytes& out) {
        out.resize(out.size() + sizeof value);
        store_be(out.data() + out.size() - sizeof value, value);
    }

    void write_block(Bytes& out) {
        if (!header_written_) write_header(out);
        const std::size_t length_at = out.size();
        out.resize(length_at + sizeof(std::int32_t) + snappy::MaxCompressedLength(block_.size()));
        std::uint8_t* to = out.data() + length_at + sizeof(std::int32_t);
        std::size_t size = 0;
        snappy::RawCompress(reinterpret_cast<const char*>(block_.data()), block_.size(),
                            reinterpret_cast<char*>(to), &size);
        store_be(out.data() + length_at, static_cast<std::int32_t>(size));
        out.resize(length_at + sizeof(std::int32_t) + size);
        block_.clear();
    }

    Bytes block_;
    bool header_written_ = false;
};

}  // namespace

std::unique_ptr<Decompressor> make_snappy_decompressor(BytesView compressed) {
    return std::make_unique<SnappyDecompressor>(compressed);
}
std::unique_ptr<Compressor> make_snappy_compressor() {
    return std::make_unique<SnappyCompressor>();
}

}  // namespace kafka::detail
