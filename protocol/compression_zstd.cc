#include <zstd.h>

#include "base/check.h"
#include "protocol/compression_codecs.h"

namespace kafka::detail {
namespace {

// A context keeps the window of the biggest frame it has seen, up to 128 MiB by its sender's
// choice.
constexpr std::size_t kBiggestContextKept = std::size_t{4} << 20;

struct FreeDecompression {
    void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};
struct FreeCompression {
    void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};
using DecompressionContext = std::unique_ptr<ZSTD_DCtx, FreeDecompression>;
using CompressionContext = std::unique_ptr<ZSTD_CCtx, FreeCompression>;

DecompressionContext new_decompression() {
    DecompressionContext context(ZSTD_createDCtx());
    CHECK(context, "out of memory");
    return context;
}
CompressionContext new_compression() {
    CompressionContext context(ZSTD_createCCtx());
    CHECK(context, "out of memory");
    return context;
}

class ZstdDecompressor : public Decompressor {
  public:
    explicit ZstdDecompressor(BytesView compressed)
        : input_{compressed.data(), compressed.size(), 0} {
        ZSTD_DCtx_reset(context_.get(), ZSTD_reset_session_only);
    }
    ~ZstdDecompressor() override {
        if (ZSTD_sizeof_DCtx(context_.get()) > kBiggestContextKept) context_.drop();
    }

    Result<BytesView> next() override {
        // Frames may be put end to end. A finished frame with no input left is the end; asking once
        // more in the middle of one yields what the context still holds back.
        while (!(frame_ended_ && input_.pos == input_.size)) {
            ZSTD_outBuffer output{chunk_.data(), kDecompressChunkBytes, 0};
            const std::size_t read_before = input_.pos;
            const std::size_t hint = ZSTD_decompressStream(context_.get(), &output, &input_);
            if (ZSTD_isError(hint)) return corrupt_stream("zstd: the frame is damaged");
            frame_ended_ = hint == 0;
            if (output.pos > 0) return chunk_.first(output.pos);
            if (input_.pos == read_before && !frame_ended_) {
                return corrupt_stream("zstd: the frame is cut short");
            }
        }
        return BytesView{};
    }

  private:
    Leased<DecompressionContext> context_{new_decompression};
    Chunk chunk_;
    ZSTD_inBuffer input_;
    bool frame_ended_ = true;  // between frames, as before the first
};

class ZstdCompressor : public Compressor {
  public:
    explicit ZstdCompressor(int level) {
        ZSTD_CCtx_reset(context_.get(), ZSTD_reset_session_and_parameters);
        ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, level);
    }
    ~ZstdCompressor() override {
        if (ZSTD_sizeof_CCtx(context_.get()) > kBiggestContextKept) context_.drop();
    }

    void write(BytesView plain, Bytes& out) override {
        ZSTD_inBuffer input{plain.data(), plain.size(), 0};
        while (input.pos < input.size) run(input, ZSTD_e_continue, out);
    }
    void finish(Bytes& out) override {
        ZSTD_inBuffer nothing{nullptr, 0, 0};
        while (run(nothing, ZSTD_e_end, out) > 0) continue;
    }

  private:
    std::size_t run(ZSTD_inBuffer& input, ZSTD_EndDirective directive, Bytes& out) {
        ZSTD_outBuffer output{chunk_.data(), kDecompressChunkBytes, 0};
        const std::size_t left = ZSTD_compressStream2(context_.get(), &output, &input, directive);
        CHECK(!ZSTD_isError(left), "zstd is used in order");
        out.insert(out.end(), chunk_.data(), chunk_.data() + output.pos);
        return left;
    }

    Leased<CompressionContext> context_{new_compression};
    Chunk chunk_;
};

}  // namespace

std::unique_ptr<Decompressor> make_zstd_decompressor(BytesView compressed) {
    return std::make_unique<ZstdDecompressor>(compressed);
}
std::unique_ptr<Compressor> make_zstd_compressor(int level) {
    return std::make_unique<ZstdCompressor>(level);
}

}  // namespace kafka::detail
