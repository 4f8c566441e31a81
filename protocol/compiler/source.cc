#include "protocol/compiler/source.h"

#include <charconv>
#include <fstream>
#include <sstream>

namespace schema {
namespace {

std::string trimmed(std::string text) {
    while (!text.empty() && (text.back() == ' ' || text.back() == '\r')) text.pop_back();
    const auto start = text.find_first_not_of(' ');
    return start == std::string::npos ? "" : text.substr(start);
}

std::string joined(const std::string& first, const std::string& second) {
    return first.empty() || second.empty() ? first + second : first + ' ' + second;
}

std::string quoted_word(const std::string& text, std::size_t start, const Place& place) {
    const auto end = text.find('"', start + 1);
    if (end == std::string::npos) throw SchemaError(place, "a quoted string has no end");
    return text.substr(start, end - start);
}

Line split_words(const std::string& text, Place place) {
    Line line{.place = std::move(place), .indent = 0, .words = {}, .comment = {}};
    const auto start = text.find_first_not_of(' ');
    line.indent = static_cast<int>(start == std::string::npos ? 0 : start);
    std::size_t at = 0;
    while (at < text.size()) {
        const char c = text[at];
        if (c == '\t') throw SchemaError(line.place, "a tab; indent and separate with spaces");
        if (c == ' ' || c == '\r') {
            ++at;
        } else if (c == '#') {
            line.comment = trimmed(text.substr(at + 1));
            break;
        } else if (c == '"') {
            line.words.push_back(quoted_word(text, at, line.place));
            at += line.words.back().size() + 1;
        } else {
            const auto end = std::min(text.find_first_of(" \t\r#", at), text.size());
            line.words.push_back(text.substr(at, end - at));
            at = end;
        }
    }
    return line;
}

}  // namespace

std::vector<Line> split_lines(const std::string& text, const std::string& path) {
    std::vector<Line> lines;
    std::istringstream in(text);
    std::string raw;
    std::string above;
    for (int number = 1; std::getline(in, raw); ++number) {
        Line line = split_words(raw, Place{path, number});
        if (!line.words.empty()) {
            line.comment = joined(above, line.comment);
            lines.push_back(std::move(line));
            above.clear();
        } else {
            above = line.comment.empty() ? "" : joined(above, line.comment);
        }
    }
    return lines;
}

int parse_number(const std::string& word, const Place& place) {
    int value = 0;
    const char* end = word.data() + word.size();
    const auto [at, error] = std::from_chars(word.data(), end, value);
    if (error != std::errc() || at != end) {
        throw SchemaError(place, "\"" + word + "\" is not a number");
    }
    return value;
}

std::vector<Line> read_lines(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) throw SchemaError(Place{path, 0}, "cannot be read");
    std::ostringstream text;
    text << in.rdbuf();
    return split_lines(text.str(), path);
}

}  // namespace schema
