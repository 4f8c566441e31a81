// The value of a `records` field: record batches, which the codec carries and never looks into.
//
// A decoded one views the request's frame without copying, and is writable because the broker sets
// base offsets and leader epochs in place; it lives as long as the frame. One to be encoded is such
// memory (keep_alive may own it) or a slice of an open file, which the connection sends with
// sendfile; keep_alive then holds the file open until the answer has left.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/bytes.h"

namespace kafka {

struct FileSlice {
    int fd = -1;
    std::int64_t position = 0;
    std::int64_t size = 0;

    bool operator==(const FileSlice&) const = default;
};

struct Records {
    MutableBytes bytes{};
    FileSlice file{};  // instead of `bytes` when file.fd >= 0
    std::shared_ptr<const void> keep_alive{};

    bool in_file() const { return file.fd >= 0; }
    std::size_t size() const {
        return in_file() ? static_cast<std::size_t>(file.size) : bytes.size();
    }
    bool empty() const { return size() == 0; }

    // The same bytes in memory, or the same slice of the same file.
    bool operator==(const Records& other) const {
        return file == other.file && std::ranges::equal(bytes, other.bytes);
    }
};

}  // namespace kafka
