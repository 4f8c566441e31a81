#include "protocol/compression.h"

#include <gtest/gtest.h>
#include <lz4frame.h>

#include <random>

#include "tests/support/test_data.h"

namespace kafka {
namespace {

using test::bytes_of;

constexpr CompressionType kCodecs[] = {CompressionType::None, CompressionType::Gzip,
                                       CompressionType::Snappy, CompressionType::Lz4,
                                       CompressionType::Zstd};

Bytes compress(Compression compression, BytesView plain, std::size_t piece = SIZE_MAX) {
    const auto compressor = make_compressor(compression);
    Bytes out;
    while (!plain.empty()) {
        const BytesView next = plain.first(std::min(piece, plain.size()));
        compressor->write(next, out);
        plain = plain.subspan(next.size());
    }
    compressor->finish(out);
    return out;
}

Result<Bytes> decompress(CompressionType type, BytesView compressed) {
    const auto decompressor = make_decompressor(type, compressed);
    Bytes plain;
    for (;;) {
        Result<BytesView> chunk = decompressor->next();
        if (!chunk.ok()) return chunk.error();
        if (chunk->empty()) return plain;
        plain.insert(plain.end(), chunk->begin(), chunk->end());
    }
}

// Half of it repeats, half of it does not.
Bytes mixed_bytes(std::size_t size) {
    std::mt19937 random(7);
    Bytes bytes(size);
    for (std::size_t i = 0; i < size; ++i) {
        bytes[i] = static_cast<std::uint8_t>((i / 1000) % 2 == 0 ? i % 17 : random());
    }
    return bytes;
}

TEST(Compression, EveryCodecGivesBackWhatItWasGivenAtEverySize) {
    constexpr std::size_t kSizes[] = {0, 1, 100, 32 * 1024, 65 * 1024, 1'000'000};
    for (const CompressionType type : kCodecs) {
        for (const std::size_t size : kSizes) {
            const Bytes plain = mixed_bytes(size);
            const Bytes packed = compress(with_default_level(type), plain, 10'007);
            const Result<Bytes> back = decompress(type, packed);
            ASSERT_TRUE(back.ok()) << name_of(type) << " " << size << back.error().message;
            EXPECT_EQ(*back, plain) << name_of(type) << " " << size;
        }
    }
}

TEST(Compression, LevelsChangeTheSizeAndNotTheContent) {
    const Bytes plain = mixed_bytes(300'000);
    const std::pair<Compression, Compression> weak_and_strong[] = {
        {{CompressionType::Gzip, 1}, {CompressionType::Gzip, 9}},
        {{CompressionType::Lz4, 9}, {CompressionType::Lz4, 17}},
        {{CompressionType::Zstd, -50}, {CompressionType::Zstd, 15}},
    };
    for (const auto& [weak, strong] : weak_and_strong) {
        const Bytes bigger = compress(weak, plain);
        const Bytes smaller = compress(strong, plain);
        EXPECT_GT(bigger.size(), smaller.size()) << name_of(weak.type);
        EXPECT_EQ(*decompress(weak.type, bigger), plain);
        EXPECT_EQ(*decompress(weak.type, smaller), plain);
    }
}

TEST(Compression, EveryTruncationIsRefusedAndNothingIsInvented) {
    const Bytes plain = mixed_bytes(3'000);
    for (const CompressionType type : kCodecs) {
        if (type == CompressionType::None) continue;
        const Bytes packed = compress(with_default_level(type), plain);
        for (std::size_t size = 0; size < packed.size(); ++size) {
            const Result<Bytes> back = decompress(type, BytesView(packed).first(size));
            // Nothing at all, or a framed stream between two blocks, is a stream that has ended.
            if (!back.ok()) continue;
            EXPECT_LT(back->size(), plain.size()) << name_of(type) << " " << size;
        }
    }
}

TEST(Compression, RandomDamageNeverDoesMoreThanFail) {
    const Bytes plain = mixed_bytes(5'000);
    std::mt19937 random(11);
    for (const CompressionType type : kCodecs) {
        const Bytes packed = compress(with_default_level(type), plain);
        for (int round = 0; round < 500; ++round) {
            Bytes damaged = packed;
            for (int flips = 0; flips < 3; ++flips) {
                damaged[random() % damaged.size()] ^=
                    static_cast<std::uint8_t>(1 << (random() % 8));
            }
            const auto decompressor = make_decompressor(type, damaged);
            std::size_t total = 0;
            for (;;) {
                const Result<BytesView> chunk = decompressor->next();
                if (!chunk.ok() || chunk->empty() || (total += chunk->size()) > 1 << 20) break;
            }
        }
    }
}

TEST(Compression, SnappyIsWrittenFramedAndReadRawToo) {
    const Bytes framed = compress({CompressionType::Snappy, 0}, bytes_of("aaaaaaaaaaaaaaaa"));
    EXPECT_EQ(framed[0], 0x82);
    EXPECT_EQ(test::text_of(BytesView(framed).subspan(1, 6)), "SNAPPY");

    constexpr std::size_t kHeaderAndLength = 20;
    const BytesView raw = BytesView(framed).subspan(kHeaderAndLength);
    EXPECT_EQ(test::text_of(*decompress(CompressionType::Snappy, raw)), "aaaaaaaaaaaaaaaa");
}

// As the Java client does, which reads on behind it.
TEST(Compression, ABlockOfNothingIsNotTheEndOfASnappyStream) {
    const Bytes packed = compress({CompressionType::Snappy, 0}, bytes_of("text"));
    constexpr std::ptrdiff_t kHeader = 16;
    const Bytes nothing = {0, 0, 0, 1, 0};  // its length, and the snappy block of no bytes
    Bytes framed = packed;
    framed.insert(framed.begin() + kHeader, nothing.begin(), nothing.end());
    framed.insert(framed.end(), packed.begin() + kHeader, packed.end());
    EXPECT_EQ(test::text_of(*decompress(CompressionType::Snappy, framed)), "texttext");
    framed.push_back(7);
    EXPECT_FALSE(decompress(CompressionType::Snappy, framed).ok());
}

TEST(Compression, StreamsPutEndToEndAreReadAsOne) {
    for (const CompressionType type :
         {CompressionType::Gzip, CompressionType::Snappy, CompressionType::Zstd}) {
        Bytes both = compress(with_default_level(type), bytes_of("one, "));
        const Bytes second = compress(with_default_level(type), bytes_of("two"));
        both.insert(both.end(), second.begin(), second.end());
        EXPECT_EQ(test::text_of(*decompress(type, both)), "one, two") << name_of(type);
    }
}

TEST(Compression, ABlockOfSnappyThatClaimsGigabytesCostsNoMemory) {
    const Bytes claims_four_gigabytes = {0xff, 0xff, 0xff, 0xff, 0x0f, 0x00};
    EXPECT_FALSE(decompress(CompressionType::Snappy, claims_four_gigabytes).ok());
}

// The header of a frame whose blocks depend on each other, which the Java client cannot read.
TEST(Compression, DependentBlocksOfLz4AreRefused) {
    Bytes frame = compress(with_default_level(CompressionType::Lz4), bytes_of("some text"));
    frame[4] = static_cast<std::uint8_t>(frame[4] & ~0x20);
    EXPECT_FALSE(decompress(CompressionType::Lz4, frame).ok());
}

// Nor can it read what was packed with a dictionary in mind.
TEST(Compression, FramesOfLz4WithADictionaryAreRefused) {
    LZ4F_preferences_t preferences{};
    preferences.frameInfo.blockMode = LZ4F_blockIndependent;
    const Bytes plain = mixed_bytes(1000);
    for (const bool refused : {false, true}) {
        preferences.frameInfo.dictID = refused ? 7 : 0;
        Bytes frame(LZ4F_compressFrameBound(plain.size(), &preferences));
        frame.resize(LZ4F_compressFrame(frame.data(), frame.size(), plain.data(), plain.size(),
                                        &preferences));
        EXPECT_EQ(decompress(CompressionType::Lz4, frame).ok(), !refused);
    }
}

// A content size and both kinds of checksums are fine.
TEST(Compression, EveryFieldOfAnLz4FrameIsUnderstood) {
    LZ4F_preferences_t preferences{};
    preferences.frameInfo.blockMode = LZ4F_blockIndependent;
    preferences.frameInfo.contentChecksumFlag = LZ4F_contentChecksumEnabled;
    preferences.frameInfo.blockChecksumFlag = LZ4F_blockChecksumEnabled;
    const Bytes plain = mixed_bytes(200'000);
    preferences.frameInfo.contentSize = plain.size();
    Bytes frame(LZ4F_compressFrameBound(plain.size(), &preferences));
    frame.resize(
        LZ4F_compressFrame(frame.data(), frame.size(), plain.data(), plain.size(), &preferences));
    EXPECT_EQ(*decompress(CompressionType::Lz4, frame), plain);
    frame.back() ^= 1;
    EXPECT_FALSE(decompress(CompressionType::Lz4, frame).ok());
}

Bytes joined(std::initializer_list<BytesView> parts) {
    Bytes all;
    for (const BytesView part : parts) all.insert(all.end(), part.begin(), part.end());
    return all;
}

// What Apache Kafka 4.3.0 said to each of them, as the records of a Produce request.
TEST(Compression, ShapesOfStreamsAreReadAsKafkaReadsThem) {
    const Bytes plain = mixed_bytes(500);
    const BytesView one = BytesView(plain).first(100);
    const BytesView two = BytesView(plain).subspan(100);
    const Bytes junk = {'j', 'u', 'n', 'k'};
    const Bytes none;
    const Bytes skippable = {0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 'a', 'b', 'c'};
    const auto packed = [](CompressionType type, BytesView bytes) {
        return compress(with_default_level(type), bytes);
    };
    using enum CompressionType;
    const Bytes gzip = packed(Gzip, plain);
    const Bytes lz4 = packed(Lz4, plain);
    const Bytes zstd = packed(Zstd, plain);
    const Bytes snappy = packed(Snappy, plain);
    const Bytes gzip_parts[] = {packed(Gzip, one), packed(Gzip, none), packed(Gzip, two)};
    const Bytes zstd_parts[] = {packed(Zstd, one), packed(Zstd, none), packed(Zstd, two)};
    const Bytes lz4_parts[] = {packed(Lz4, one), packed(Lz4, two)};
    Bytes bad_gzip_sum = gzip;
    bad_gzip_sum[gzip.size() - 6] ^= 1;
    const Bytes negative_length = {0xff, 0xff, 0xff, 0xfb};
    const Bytes zero_length(4);
    const struct {
        const char* what;
        CompressionType type;
        Bytes bytes;
        bool read;
    } shapes[] = {
        {"members", Gzip, joined({gzip_parts[0], gzip_parts[2]}), true},
        {"an empty member", Gzip, joined({gzip_parts[0], gzip_parts[1], gzip_parts[2]}), true},
        {"junk behind it", Gzip, joined({gzip, junk}), true},
        {"a wrong checksum", Gzip, bad_gzip_sum, false},
        {"without its header", Gzip, Bytes(gzip.begin() + 10, gzip.end()), false},
        {"junk behind it", Lz4, joined({lz4, junk}), true},
        {"a skippable frame", Lz4, joined({skippable, lz4}), false},
        {"frames", Zstd, joined({zstd_parts[0], zstd_parts[2]}), true},
        {"an empty frame", Zstd, joined({zstd_parts[0], zstd_parts[1], zstd_parts[2]}), true},
        {"a skippable frame", Zstd, joined({skippable, zstd}), true},
        {"a skippable frame at the end", Zstd, joined({zstd, skippable}), true},
        {"junk behind it", Zstd, joined({zstd, junk}), false},
        {"a length of zero", Snappy, joined({snappy, zero_length}), false},
        {"a negative length", Snappy, joined({snappy, negative_length}), false},
    };
    for (const auto& shape : shapes) {
        const auto back = decompress(shape.type, shape.bytes);
        EXPECT_EQ(back.ok() && *back == plain, shape.read)
            << name_of(shape.type) << ", " << shape.what;
    }
    // It ends with the first frame: there are too few records then.
    EXPECT_EQ(decompress(Lz4, joined({lz4_parts[0], lz4_parts[1]}))->size(), one.size());
    for (const auto& [log, read] : {std::pair{20, true}, {27, true}, {28, false}, {31, false}}) {
        Bytes frame = {0x28, 0xb5, 0x2f, 0xfd, 0, static_cast<std::uint8_t>((log - 10) << 3)};
        const std::size_t block_header = (plain.size() << 3) | 1;
        for (int shift = 0; shift < 24; shift += 8) {
            frame.push_back(static_cast<std::uint8_t>(block_header >> shift));
        }
        const auto back = decompress(Zstd, joined({frame, plain}));
        EXPECT_EQ(back.ok() && *back == plain, read) << "a window of 2^" << log;
    }
}

TEST(Compression, ABombIsUnpackedOnlyAsFarAsItIsRead) {
    const Bytes zeros(16 << 20);
    for (const CompressionType type :
         {CompressionType::Gzip, CompressionType::Lz4, CompressionType::Zstd}) {
        const Bytes bomb = compress(with_default_level(type), zeros);
        const auto decompressor = make_decompressor(type, bomb);
        const Result<BytesView> first = decompressor->next();
        ASSERT_TRUE(first.ok());
        EXPECT_LE(first->size(), kDecompressChunkBytes) << name_of(type);
    }
}

}  // namespace
}  // namespace kafka
