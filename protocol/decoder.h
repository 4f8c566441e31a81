// Reads values in Kafka's wire format from a frame that somebody else owns. Lives on one thread.
//
// The decoder is sticky: the first thing that is wrong sets failed(), after which every read gives
// zero or nothing, so that a caller checks once, at the end. It never reads past the end, and what
// a frame can make it allocate is bounded: see array(). It accepts and refuses what Apache Kafka's
// own decoder does, except where a comment says "Unlike Kafka".
#pragma once

#include <bit>
#include <concepts>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/uuid.h"
#include "protocol/records.h"

namespace kafka {

class Decoder {
  public:
    // Decoded `records` fields will view this memory, and the broker will write to it.
    explicit Decoder(MutableBytes frame) : Decoder(BytesView(frame)) { writable_ = frame; }
    explicit Decoder(Bytes& frame) : Decoder(MutableBytes(frame)) {}
    // For memory that must not change; decoding a `records` field fails.
    explicit Decoder(BytesView frame)
        : begin_(frame.data()),
          at_(begin_),
          end_(begin_ + frame.size()),
          budget_(kBudgetFloor + kBudgetFactor * frame.size()) {}
    explicit Decoder(const Bytes& frame) : Decoder(BytesView(frame)) {}

    bool failed() const { return failed_; }
    void fail() {
        failed_ = true;
        at_ = end_;
    }
    std::size_t remaining() const { return static_cast<std::size_t>(end_ - at_); }
    // How many bytes were read.
    std::size_t position() const { return static_cast<std::size_t>(at_ - begin_); }

    template <std::integral T>
    T integer() {
        if (remaining() < sizeof(T)) [[unlikely]] {
            fail();
            return 0;
        }
        const T value = load_be<T>(at_);
        at_ += sizeof(T);
        return value;
    }
    bool boolean() { return integer<std::uint8_t>() != 0; }
    double float64() { return std::bit_cast<double>(integer<std::uint64_t>()); }
    Uuid uuid() {
        Uuid value;
        const BytesView from = raw(value.bytes.size());
        if (!from.empty()) std::memcpy(value.bytes.data(), from.data(), from.size());
        return value;
    }
    // Up to five bytes; of the fifth, Kafka drops the bits above 32.
    std::uint32_t unsigned_varint() {
        const auto first = integer<std::uint8_t>();
        return first < 0x80 ? first : long_varint(first);
    }
    // `count` bytes as they are; empty when there are not so many.
    BytesView raw(std::size_t count) {
        if (remaining() < count) [[unlikely]] {
            fail();
            return {};
        }
        const BytesView bytes(at_, count);
        at_ += count;
        return bytes;
    }

    // Values with a length before them; "flexible" selects the compact form. The first of each pair
    // fails on null. Strings are bytes: nothing asks whether they are UTF-8.
    void string(std::string& value, bool flexible) {
        const auto length = string_length(flexible);
        length < 0 ? fail() : assign(value, length);
    }
    void string(std::optional<std::string>& value, bool flexible) {
        const auto length = string_length(flexible);
        length < 0 ? value.reset() : assign(value.emplace(), length);
    }
    void bytes(Bytes& value, bool flexible) {
        const auto length = array_length(flexible);
        length < 0 ? fail() : assign(value, length);
    }
    void bytes(std::optional<Bytes>& value, bool flexible) {
        const auto length = array_length(flexible);
        length < 0 ? value.reset() : assign(value.emplace(), length);
    }
    void records(Records& value, bool flexible) {
        const auto length = array_length(flexible);
        length < 0 ? fail() : assign(value, length);
    }
    void records(std::optional<Records>& value, bool flexible) {
        const auto length = array_length(flexible);
        length < 0 ? value.reset() : assign(value.emplace(), length);
    }

    // A new struct in `out`. Not by emplace(): in the struct that nests T, T's initializers are not
    // complete yet, and clang holds on to its answer that T cannot be made from nothing.
    template <class T>
    T& present(std::optional<T>& out) {
        out = T{};
        return *out;
    }

    // The number of elements that follow, for which `out` gets room; the caller decodes each with
    // emplace_back() and stops when failed(). `min_size` is the fewest bytes an element can take:
    // a count that cannot fit the bytes left fails before anything is reserved.
    //
    // Unlike Kafka: all arrays of a frame together may not take more than eight times the frame's
    // size plus 4 MiB, since elements of a few bytes become structs of a hundred.
    template <class T>
    std::size_t array(std::vector<T>& out, bool flexible, std::size_t min_size) {
        return reserve(out, array_length(flexible), min_size);
    }
    template <class T>
    std::size_t array(std::optional<std::vector<T>>& out, bool flexible, std::size_t min_size) {
        const auto length = array_length(flexible);
        out.reset();
        return failed_ || length < 0 ? 0 : reserve(out.emplace(), length, min_size);
    }

    // The tagged fields of a struct that has none of its own.
    void skip_tagged() {
        for (std::uint32_t left = tag_count(); left > 0 && !failed_; --left) {
            unsigned_varint();
            raw(unsigned_varint());
        }
    }
    // Each tagged field takes two bytes at least. A count above 31 bits is negative, that is none,
    // to Kafka.
    std::uint32_t tag_count() {
        const std::uint32_t count = unsigned_varint();
        if (count <= remaining() / 2) return count;
        if (count <= 0x7fffffff) fail();
        return 0;
    }

  private:
    static constexpr std::size_t kBudgetFactor = 8;
    static constexpr std::size_t kBudgetFloor = 4 << 20;
    static constexpr std::int32_t kMaxString = 0x7fff;

    // Negative for null, as any negative length is to Kafka.
    std::int32_t array_length(bool flexible) {
        if (flexible) return static_cast<std::int32_t>(unsigned_varint() - 1);
        return integer<std::int32_t>();
    }
    std::int32_t string_length(bool flexible) {
        if (!flexible) return integer<std::int16_t>();
        const auto length = static_cast<std::int32_t>(unsigned_varint() - 1);
        if (length > kMaxString) fail();
        return length;
    }

    template <class T>
    std::size_t reserve(std::vector<T>& out, std::int32_t length, std::size_t min_size) {
        const auto count = static_cast<std::size_t>(length);
        if (length < 0 || count > remaining() / min_size || count * sizeof(T) > budget_) {
            fail();
            return 0;
        }
        budget_ -= count * sizeof(T);
        out.reserve(count);
        return count;
    }

    void assign(std::string& value, std::int32_t length);
    void assign(Bytes& value, std::int32_t length);
    void assign(Records& value, std::int32_t length);
    std::uint32_t long_varint(std::uint32_t low_bits);

    const std::uint8_t* begin_;
    const std::uint8_t* at_;
    const std::uint8_t* end_;
    MutableBytes writable_{};
    std::size_t budget_;
    bool failed_ = false;
};

}  // namespace kafka
