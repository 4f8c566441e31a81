#include <zlib.h>

#include <algorithm>

#include "base/check.h"
#include "protocol/compression_codecs.h"

namespace kafka::detail {
namespace {

constexpr int kGzipFormat = 15 + 16;  // the biggest window, and gzip's header and trailer

struct InflateEnd {
    void operator()(z_stream* stream) const {
        inflateEnd(stream);
        delete stream;
    }
};
struct DeflateEnd {
    void operator()(z_stream* stream) const {
        deflateEnd(stream);
        delete stream;
    }
};
using InflateStream = std::unique_ptr<z_stream, InflateEnd>;
using DeflateStream = std::unique_ptr<z_stream, DeflateEnd>;

InflateStream new_inflate() {
    InflateStream stream(new z_stream{});
    CHECK(inflateInit2(stream.get(), kGzipFormat) == Z_OK, "out of memory");
    return stream;
}
DeflateStream new_deflate() {
    DeflateStream stream(new z_stream{});
    CHECK(deflateInit2(stream.get(), Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzipFormat, 8,
                       Z_DEFAULT_STRATEGY) == Z_OK,
          "out of memory");
    return stream;
}

class GzipDecompressor : public Decompressor {
  public:
    explicit GzipDecompressor(BytesView compressed) {
        inflateReset(stream_.get());
        stream_->next_in = const_cast<Bytef*>(compressed.data());  // zlib only reads it
        stream_->avail_in = static_cast<uInt>(compressed.size());
    }

    Result<BytesView> next() override {
        while (!ended_) {
            stream_->next_out = chunk_.data();
            stream_->avail_out = kDecompressChunkBytes;
            const int status = inflate(stream_.get(), Z_NO_FLUSH);
            if (status == Z_STREAM_END) {
                // As gzip and Java do: another member may follow, anything else is ignored.
                ended_ = !another_member_follows();
                if (!ended_) inflateReset(stream_.get());
            } else if (status != Z_OK) {
                return corrupt_stream("gzip: the stream is damaged or cut short");
            }
            const std::size_t count = kDecompressChunkBytes - stream_->avail_out;
            if (count > 0) return chunk_.first(count);
        }
        return BytesView{};
    }

  private:
    bool another_member_follows() const {
        return stream_->avail_in >= 2 && stream_->next_in[0] == 0x1f && stream_->next_in[1] == 0x8b;
    }

    Leased<InflateStream> stream_{new_inflate};
    Chunk chunk_;
    bool ended_ = false;
};

class GzipCompressor : public Compressor {
  public:
    explicit GzipCompressor(int level) {
        deflateReset(stream_.get());
        CHECK(deflateParams(stream_.get(), level, Z_DEFAULT_STRATEGY) == Z_OK, "a level of gzip");
    }

    void write(BytesView plain, Bytes& out) override {
        stream_->next_in = const_cast<Bytef*>(plain.data());
        stream_->avail_in = static_cast<uInt>(plain.size());
        while (stream_->avail_in > 0) run(Z_NO_FLUSH, out);
    }
    void finish(Bytes& out) override {
        while (run(Z_FINISH, out) != Z_STREAM_END) continue;
    }

  private:
    int run(int flush, Bytes& out) {
        stream_->next_out = chunk_.data();
        stream_->avail_out = kDecompressChunkBytes;
        const int status = deflate(stream_.get(), flush);
        CHECK(status != Z_STREAM_ERROR, "deflate is used in order");
        out.insert(out.end(), chunk_.data(), stream_->next_out);
        return status;
    }

    Leased<DeflateStream> stream_{new_deflate};
    Chunk chunk_;
};

}  // namespace

std::unique_ptr<Decompressor> make_gzip_decompressor(BytesView compressed) {
    return std::make_unique<GzipDecompressor>(compressed);
}
std::unique_ptr<Compressor> make_gzip_compressor(int level) {
    return std::make_unique<GzipCompressor>(level);
}

}  // namespace kafka::detail
