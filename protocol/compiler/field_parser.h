// The parts of the grammar below a section: words, ranges, and indented fields.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "protocol/compiler/model.h"
#include "protocol/compiler/source.h"

namespace schema {

// "flexible 4+" or "flexible never".
struct FlexibleWord {
    std::optional<int> from;
};

// The words of a line after the first, taken one by one.
class Words {
  public:
    explicit Words(const Line& line, std::size_t first = 1) : line_(line), at_(first) {}

    bool done() const { return at_ == line_.words.size(); }
    const std::string& next(const char* what);
    int number(const char* what) { return parse_number(next(what), line_.place); }
    VersionRange range();
    FlexibleWord flexible();

  private:
    const Line& line_;
    std::size_t at_;
};

// Parses the fields that are indented deeper than `indent`, from line `at` on, into `body`. A field
// that names no range is in all versions of `body`. Returns the first line that is not one of them.
std::size_t parse_fields(const std::vector<Line>& lines, std::size_t at, int indent, Struct& body);

}  // namespace schema
