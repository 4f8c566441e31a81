#include <lz4frame.h>

#include <algorithm>

#include "base/check.h"
#include "protocol/compression_codecs.h"

namespace kafka::detail {
namespace {

constexpr std::uint32_t kFrameMagic = 0x04224d18;  // as the bytes stand
constexpr std::size_t kShortestHeader = 7;
constexpr std::size_t kFlagsAt = 4;
constexpr std::size_t kBlockSizeAt = 5;
constexpr std::uint8_t kIndependentBlocks = 0x20;
constexpr std::uint8_t kDictionary = 0x01;
constexpr std::uint8_t kMegabyteBlocks = 0x60;

struct FreeDecompression {
    void operator()(LZ4F_dctx* context) const { LZ4F_freeDecompressionContext(context); }
};
struct FreeCompression {
    void operator()(LZ4F_cctx* context) const { LZ4F_freeCompressionContext(context); }
};
using DecompressionContext = std::unique_ptr<LZ4F_dctx, FreeDecompression>;
using CompressionContext = std::unique_ptr<LZ4F_cctx, FreeCompression>;

DecompressionContext new_decompression() {
    LZ4F_dctx* context = nullptr;
    CHECK(!LZ4F_isError(LZ4F_createDecompressionContext(&context, LZ4F_VERSION)), "out of memory");
    return DecompressionContext(context);
}
CompressionContext new_compression() {
    LZ4F_cctx* context = nullptr;
    CHECK(!LZ4F_isError(LZ4F_createCompressionContext(&context, LZ4F_VERSION)), "out of memory");
    return CompressionContext(context);
}

class Lz4Decompressor : public Decompressor {
  public:
    explicit Lz4Decompressor(BytesView compressed) : rest_(compressed) {
        LZ4F_resetDecompressionContext(context_.get());
    }
    ~Lz4Decompressor() override {
        // The context has buffers of the frame's block size, up to 4 MiB, chosen by the sender.
        if (big_blocks_) context_.drop();
    }

    Result<BytesView> next() override {
        if (!started_ && !accept_header()) {
            return corrupt_stream("lz4: not a frame of independent blocks");
        }
        while (!ended_) {
            std::size_t produced = kDecompressChunkBytes;
            std::size_t consumed = rest_.size();
            const std::size_t hint = LZ4F_decompress(context_.get(), chunk_.data(), &produced,
                                                     rest_.data(), &consumed, nullptr);
            // Unlike Kafka: a content checksum that is wrong counts. Java's reader passes over it,
            // other consumers would not get past the batch.
            if (LZ4F_isError(hint)) return corrupt_stream("lz4: the frame is damaged");
            rest_ = rest_.subspan(consumed);
            ended_ = hint == 0;
            if (produced > 0) return chunk_.first(produced);
            if (consumed == 0 && !ended_) return corrupt_stream("lz4: the frame is cut short");
        }
        return BytesView{};
    }

  private:
    // The Java client cannot read frames whose blocks depend on each other or on a dictionary, so
    // Kafka lets none in.
    bool accept_header() {
        started_ = true;
        if (rest_.size() < kShortestHeader) return false;
        big_blocks_ = (rest_[kBlockSizeAt] & 0x70) >= kMegabyteBlocks;
        return load_be<std::uint32_t>(rest_.data()) == kFrameMagic &&
               (rest_[kFlagsAt] & (kIndependentBlocks | kDictionary)) == kIndependentBlocks;
    }

    Leased<DecompressionContext> context_{new_decompression};
    Chunk chunk_;
    BytesView rest_;
    bool started_ = false;
    bool ended_ = false;
    bool big_blocks_ = false;
};

class Lz4Compressor : public Compressor {
  public:
    explicit Lz4Compressor(int level) {
        preferences_.frameInfo.blockSizeID = LZ4F_max64KB;
        preferences_.frameInfo.blockMode = LZ4F_blockIndependent;
        // Kafka's default, 9, means the fast compressor; every other level is one of the strong
        // one.
        constexpr int kFast = 9;
        constexpr int kWeakestStrong = 3;
        preferences_.compressionLevel =
            level == kFast ? 0 : std::clamp(level, kWeakestStrong, LZ4F_compressionLevel_max());
    }

    void write(BytesView plain, Bytes& out) override {
        begin(out);
        append(out, LZ4F_compressBound(plain.size(), &preferences_), [&](auto* at, auto room) {
            return LZ4F_compressUpdate(context_.get(), at, room, plain.data(), plain.size(),
                                       nullptr);
        });
    }
    void finish(Bytes& out) override {
        begin(out);
        append(out, LZ4F_compressBound(0, &preferences_), [&](auto* at, auto room) {
            return LZ4F_compressEnd(context_.get(), at, room, nullptr);
        });
    }

  private:
    void begin(Bytes& out) {
        if (std::exchange(begun_, true)) return;
        append(out, LZ4F_HEADER_SIZE_MAX, [&](auto* at, auto room) {
            return LZ4F_compressBegin(context_.get(), at, room, &preferences_);
        });
    }

    template <class Write>
    static void append(Bytes& out, std::size_t room, Write write) {
        const std::size_t before = out.size();
        out.resize(before + room);
        const std::size_t count = write(out.data() + before, room);
        CHECK(!LZ4F_isError(count), "lz4 is used in order and given the room it asks for");
        out.resize(before + count);
    }

    Leased<CompressionContext> context_{new_compression};
    LZ4F_preferences_t preferences_{};
    bool begun_ = false;
};

}  // namespace

std::unique_ptr<Decompressor> make_lz4_decompressor(BytesView compressed) {
    return std::make_unique<Lz4Decompressor>(compressed);
}
std::unique_ptr<Compressor> make_lz4_compressor(int level) {
    return std::make_unique<Lz4Compressor>(level);
}

}  // namespace kafka::detail
