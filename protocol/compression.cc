#include "protocol/compression.h"

#include "base/check.h"
#include "protocol/compression_codecs.h"

namespace kafka {
namespace {

// The codec "none", so that readers need no second path for it.
class PlainBytes : public Decompressor {
  public:
    explicit PlainBytes(BytesView bytes) : bytes_(bytes) {}
    Result<BytesView> next() override { return std::exchange(bytes_, {}); }

  private:
    BytesView bytes_;
};

class PlainCopy : public Compressor {
  public:
    void write(BytesView plain, Bytes& out) override {
        out.insert(out.end(), plain.begin(), plain.end());
    }
    void finish(Bytes&) override {}
};

}  // namespace

std::string_view name_of(CompressionType type) {
    switch (type) {
        case CompressionType::None:
            return "none";
        case CompressionType::Gzip:
            return "gzip";
        case CompressionType::Snappy:
            return "snappy";
        case CompressionType::Lz4:
            return "lz4";
        case CompressionType::Zstd:
            return "zstd";
    }
    CHECK(false, "a codec that does not exist");
}

Compression with_default_level(CompressionType type) {
    switch (type) {
        case CompressionType::None:
        case CompressionType::Snappy:
            return {type, 0};
        case CompressionType::Gzip:
            return {type, -1};
        case CompressionType::Lz4:
            return {type, 9};
        case CompressionType::Zstd:
            return {type, 3};
    }
    CHECK(false, "a codec that does not exist");
}

std::unique_ptr<Decompressor> make_decompressor(CompressionType type, BytesView compressed) {
    switch (type) {
        case CompressionType::None:
            return std::make_unique<PlainBytes>(compressed);
        case CompressionType::Gzip:
            return detail::make_gzip_decompressor(compressed);
        case CompressionType::Snappy:
            return detail::make_snappy_decompressor(compressed);
        case CompressionType::Lz4:
            return detail::make_lz4_decompressor(compressed);
        case CompressionType::Zstd:
            return detail::make_zstd_decompressor(compressed);
    }
    CHECK(false, "a codec that does not exist");
}

std::unique_ptr<Compressor> make_compressor(Compression compression) {
    switch (compression.type) {
        case CompressionType::None:
            return std::make_unique<PlainCopy>();
        case CompressionType::Gzip:
            return detail::make_gzip_compressor(compression.level);
        case CompressionType::Snappy:
            return detail::make_snappy_compressor();
        case CompressionType::Lz4:
            return detail::make_lz4_compressor(compression.level);
        case CompressionType::Zstd:
            return detail::make_zstd_compressor(compression.level);
    }
    CHECK(false, "a codec that does not exist");
}

}  // namespace kafka
