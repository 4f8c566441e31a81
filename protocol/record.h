// One record of a batch, as its bytes stand in the (decompressed) batch: nothing is copied, so a
// RecordView is valid as long as the bytes that it was read from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.h"

namespace kafka {

struct HeaderView {
    std::string_view key;
    std::optional<BytesView> value;
};

class RecordView {
  public:
    std::int32_t offset_delta = 0;
    std::int64_t timestamp_delta_ms = 0;
    std::optional<BytesView> key;
    std::optional<BytesView> value;
    std::int32_t header_count = 0;

    // Calls visit(HeaderView) for each header, in order.
    template <class Visitor>
    void for_each_header(Visitor visit) const {
        BytesView rest = header_bytes;
        HeaderView header;
        while (take_header(rest, header)) visit(header);
    }

    BytesView header_bytes;  // checked when the record was read
    // Key, value and headers as they are encoded: what does not depend on the record's place.
    BytesView content;

  private:
    static bool take_header(BytesView& rest, HeaderView& header);
};

// Reads the record at the start of `bytes` and returns how many bytes it took, or 0 when they are
// no record: cut short, a length that is not what it contains, a negative count.
std::size_t read_record(BytesView bytes, RecordView& record);

}  // namespace kafka
