// A schema file as lines of tokens. Knows indentation, comments and words; nothing of their
// meaning.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "protocol/compiler/model.h"

namespace schema {

// What is wrong with a schema, as `file:line: message`.
class SchemaError : public std::runtime_error {
  public:
    SchemaError(const Place& place, const std::string& message)
        : std::runtime_error(place.file + ":" + std::to_string(place.line) + ": " + message) {}
};

// A line with something on it. A word is a run of characters without blanks, or a quoted string,
// which keeps its opening quote so that "null" and null differ.
struct Line {
    Place place;
    int indent = 0;
    std::vector<std::string> words;
    std::string comment;
};

// The lines that have words.
std::vector<Line> read_lines(const std::string& path);
std::vector<Line> split_lines(const std::string& text, const std::string& path);

int parse_number(const std::string& word, const Place& place);

}  // namespace schema
