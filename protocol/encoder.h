// Writes values in Kafka's wire format to one growing buffer. Lives on one thread; a connection may
// keep one and clear() it between answers.
//
// Records that lie in a file are not read: the encoder notes a splice, and whoever sends the buffer
// sends buffer[0, splice.at), then the slice of the file, then the rest. See records.h.
//
// What the format cannot carry (null in a field that is not nullable, a string longer than 32,767
// bytes, a value in a field that the version lacks) sets failed(), and the buffer must not be sent.
#pragma once

#include <bit>
#include <concepts>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/check.h"
#include "base/uuid.h"
#include "protocol/records.h"

namespace kafka {

struct Splice {
    std::size_t at;  // position in the buffer before which the records belong
    Records records;
};

class Encoder {
  public:
    Encoder() = default;
    explicit Encoder(std::size_t capacity) { grow(capacity); }
    Encoder(Encoder&& other) noexcept { swap(other); }
    Encoder& operator=(Encoder&& other) noexcept {
        swap(other);
        return *this;
    }

    // What was written so far, without the splices.
    BytesView bytes() const { return {buffer_.get(), size_}; }
    std::size_t size() const { return size_; }
    const std::vector<Splice>& splices() const { return splices_; }
    // What will be sent: the buffer and all splices.
    std::size_t wire_size() const;

    bool failed() const { return failure_ != nullptr; }
    // Why, in a static string; null when nothing failed.
    const char* failure() const { return failure_; }
    void fail(const char* why) {
        if (!failure_) failure_ = why;
    }

    // Starts again with an empty buffer, and keeps its memory.
    void clear() {
        size_ = 0;
        failure_ = nullptr;
        splices_.clear();
        error_codes_.clear();
    }

    template <std::integral T>
    void integer(T value) {
        store_be(extend(sizeof(T)), value);
    }
    // Overwrites an integer written earlier, such as the size before a frame.
    template <std::integral T>
    void patch(std::size_t at, T value) {
        CHECK(at + sizeof(T) <= size_, "patch() past what was written");
        store_be(buffer_.get() + at, value);
    }
    // An ErrorCode; those that are not NONE are noted, for whoever counts them.
    void error_code(std::int16_t code) {
        integer(code);
        if (code != 0) error_codes_.push_back(code);
    }
    // Error codes written since the last clear() or forget_error_codes().
    const std::vector<std::int16_t>& error_codes() const { return error_codes_; }
    void forget_error_codes() { error_codes_.clear(); }
    void boolean(bool value) { *extend(1) = value ? 1 : 0; }
    void float64(double value) { integer(std::bit_cast<std::uint64_t>(value)); }
    void uuid(const Uuid& value) { raw(value.bytes); }
    void unsigned_varint(std::uint32_t value) {
        while (value >= 0x80) {
            *extend(1) = static_cast<std::uint8_t>(value | 0x80);
            value >>= 7;
        }
        *extend(1) = static_cast<std::uint8_t>(value);
    }
    // Bytes as they are, without a length.
    void raw(BytesView bytes) {
        if (!bytes.empty()) std::memcpy(extend(bytes.size()), bytes.data(), bytes.size());
    }

    // Values with a length before them; "flexible" selects the compact form.
    void string(std::string_view value, bool flexible) {
        if (value.size() > kMaxString) fail("a string is longer than 32767 bytes");
        if (flexible) {
            unsigned_varint(static_cast<std::uint32_t>(value.size() + 1));
        } else {
            integer(static_cast<std::int16_t>(value.size()));
        }
        raw({reinterpret_cast<const std::uint8_t*>(value.data()), value.size()});
    }
    void bytes(BytesView value, bool flexible) {
        length(value.size(), flexible);
        raw(value);
    }
    void records(const Records& value, bool flexible) {
        length(value.size(), flexible);
        if (value.in_file()) {
            if (!value.empty()) splices_.push_back({size_, value});
        } else {
            raw(value.bytes);
        }
    }
    // Of arrays, bytes and records.
    void length(std::size_t count, bool flexible) {
        if (count >= kMaxLength) fail("a length does not fit 31 bits");
        if (flexible) {
            unsigned_varint(static_cast<std::uint32_t>(count + 1));
        } else {
            integer(static_cast<std::int32_t>(count));
        }
    }
    void null_string(bool flexible) { flexible ? unsigned_varint(0) : integer<std::int16_t>(-1); }
    void null_length(bool flexible) { flexible ? unsigned_varint(0) : integer<std::int32_t>(-1); }

    // The tagged fields of one struct, in ascending order of tag:
    //   auto tags = e.begin_tags(); { auto tag = e.begin_tag(tags, 3); …; e.end_tag(tag); } …
    // Counts and sizes are filled in behind, as almost all of them fit the one byte set aside.
    struct Tags {
        std::size_t count_at;
    };
    struct Tag {
        std::size_t size_at;
    };
    Tags begin_tags() {
        const Tags tags{size_};
        *extend(1) = 0;
        return tags;
    }
    Tag begin_tag(Tags tags, std::uint32_t number);
    void end_tag(Tag tag);

  private:
    struct Free {
        void operator()(std::uint8_t* memory) const { std::free(memory); }
    };
    static constexpr std::size_t kMaxString = 0x7fff;
    static constexpr std::size_t kMaxLength = 0x7fffffff;

    std::uint8_t* extend(std::size_t count) {
        if (capacity_ - size_ < count) [[unlikely]]
            grow(count);
        std::uint8_t* at = buffer_.get() + size_;
        size_ += count;
        return at;
    }
    void grow(std::size_t count);
    void swap(Encoder& other) noexcept;

    std::unique_ptr<std::uint8_t[], Free> buffer_;
    std::size_t size_ = 0;
    std::size_t capacity_ = 0;
    std::vector<Splice> splices_;
    std::vector<std::int16_t> error_codes_;
    const char* failure_ = nullptr;
};

}  // namespace kafka
