// Golden files of tests/data: whole, or as tab-separated lines ('#' starts a comment).
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace kafka::test {

inline Bytes read_test_file(const std::string& name) {
    std::ifstream file(std::string(TEST_DATA_DIR) + "/" + name, std::ios::binary);
    EXPECT_TRUE(file.good()) << name;
    return Bytes(std::istreambuf_iterator<char>(file), {});
}

inline std::vector<std::vector<std::string>> read_test_table(const std::string& name) {
    std::ifstream file(std::string(TEST_DATA_DIR) + "/" + name);
    EXPECT_TRUE(file.good()) << name;
    std::vector<std::vector<std::string>> rows;
    for (std::string line; std::getline(file, line);) {
        if (line.empty() || line.starts_with('#')) continue;
        std::vector<std::string>& row = rows.emplace_back(1);
        for (const char c : line) {
            if (c == '\t') {
                row.emplace_back();
            } else {
                row.back() += c;
            }
        }
    }
    return rows;
}

inline Bytes from_hex(std::string_view hex) {
    Bytes bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
        bytes.push_back(
            static_cast<std::uint8_t>(std::stoul(std::string(hex.substr(i, 2)), nullptr, 16)));
    }
    return bytes;
}

inline BytesView bytes_of(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

inline std::string text_of(BytesView bytes) { return {bytes.begin(), bytes.end()}; }

}  // namespace kafka::test
