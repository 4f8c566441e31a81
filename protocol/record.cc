#include "protocol/record.h"

#include "base/varint.h"

namespace kafka {
namespace {

// Reads fields one after another; after the first that does not fit every further one fails too.
class FieldReader {
  public:
    explicit FieldReader(BytesView bytes) : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

    bool failed() const { return at_ == nullptr; }
    BytesView rest() const { return {at_, end_}; }
    bool at_end() const { return at_ == end_; }

    void skip_byte() { at_ = failed() || at_end() ? nullptr : at_ + 1; }
    std::int32_t varint() {
        std::int32_t value = 0;
        if (!failed()) at_ = read_varint(at_, end_, &value);
        return value;
    }
    std::int64_t varlong() {
        std::int64_t value = 0;
        if (!failed()) at_ = read_varlong(at_, end_, &value);
        return value;
    }
    // Bytes after their length; nothing when the length is negative, which is how null is written.
    std::optional<BytesView> nullable_bytes() {
        const std::int32_t length = varint();
        if (failed() || length < 0) return std::nullopt;
        if (length > end_ - at_) {
            at_ = nullptr;
            return std::nullopt;
        }
        const BytesView bytes(at_, static_cast<std::size_t>(length));
        at_ += length;
        return bytes;
    }
    bool header(HeaderView& header) {
        const std::optional<BytesView> key = nullable_bytes();
        header.value = nullable_bytes();
        if (failed() || !key) return false;
        header.key = {reinterpret_cast<const char*>(key->data()), key->size()};
        return true;
    }

  private:
    const std::uint8_t* at_;  // null once failed
    const std::uint8_t* end_;
};

}  // namespace

bool RecordView::take_header(BytesView& rest, HeaderView& header) {
    FieldReader fields(rest);
    if (fields.at_end() || !fields.header(header)) return false;
    rest = fields.rest();
    return true;
}

std::size_t read_record(BytesView bytes, RecordView& record) {
    std::int32_t length = 0;
    const std::uint8_t* end = bytes.data() + bytes.size();
    const std::uint8_t* body = read_varint(bytes.data(), end, &length);
    if (body == nullptr || length < 0 || length > end - body) return 0;

    FieldReader fields({body, static_cast<std::size_t>(length)});
    fields.skip_byte();  // attributes: none is in use
    record.timestamp_delta_ms = fields.varlong();
    record.offset_delta = fields.varint();
    if (fields.failed()) return 0;
    record.content = fields.rest();
    record.key = fields.nullable_bytes();
    record.value = fields.nullable_bytes();
    record.header_count = fields.varint();
    if (fields.failed() || record.header_count < 0) return 0;

    record.header_bytes = fields.rest();
    HeaderView header;
    for (std::int32_t i = 0; i < record.header_count; ++i) {
        if (!fields.header(header)) return 0;
    }
    if (!fields.at_end()) return 0;
    return static_cast<std::size_t>(body - bytes.data()) + static_cast<std::size_t>(length);
}

}  // namespace kafka
