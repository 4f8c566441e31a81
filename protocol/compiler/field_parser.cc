#include "protocol/compiler/field_parser.h"

#include <charconv>

namespace schema {
namespace {

// "4", "2-4" or "3+"; nothing when the word is no range at all.
std::optional<VersionRange> as_range(const std::string& word) {
    int first = 0;
    const char* end = word.data() + word.size();
    auto [at, error] = std::from_chars(word.data(), end, first);
    if (error != std::errc() || first < 0) return std::nullopt;
    if (at == end) return VersionRange{first, first};
    if (*at == '+' && at + 1 == end) return VersionRange{first, VersionRange::kOpen};
    int last = 0;
    if (*at != '-') return std::nullopt;
    auto [stop, failed] = std::from_chars(at + 1, end, last);
    if (failed != std::errc() || stop != end) return std::nullopt;
    return VersionRange{first, last};
}

VersionRange parse_range(const std::string& word, const Place& place) {
    const auto range = as_range(word);
    if (!range) throw SchemaError(place, "\"" + word + "\" is no version range (4, 2-4 or 3+)");
    if (range->first > range->last) throw SchemaError(place, "version range " + word + " is empty");
    return *range;
}

bool is_snake_case(const std::string& name) {
    if (name.empty() || name[0] < 'a' || name[0] > 'z') return false;
    return name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string::npos;
}

// "[Topic]?7+": an array, nullable since version 7.
void parse_type(std::string word, Field& field) {
    const auto mark = word.find('?');
    if (mark != std::string::npos) {
        const std::string range = word.substr(mark + 1);
        field.nullable = range.empty() ? VersionRange{} : parse_range(range, field.place);
        word.resize(mark);
    }
    if (word.size() > 2 && word.front() == '[' && word.back() == ']') {
        field.type.array = true;
        word = word.substr(1, word.size() - 2);
    }
    if (word.empty() || word.find_first_of("[]?") != std::string::npos) {
        throw SchemaError(field.place, "the type of " + field.name + " is not well formed");
    }
    field.type.name = word;
}

void parse_default(const std::string& word, Field& field) {
    field.default_text = word.front() == '"' ? word.substr(1) : word;
    if (word == "\"null") throw SchemaError(field.place, "write null without quotes");
}

// Clips what the schema says to the versions that there are, so that "3+" and "3-4" are the same.
VersionRange clipped(const VersionRange& range, const VersionRange& to) {
    return {std::max(range.first, to.first), std::min(range.last, to.last)};
}

Field parse_field(const Line& line, const VersionRange& versions) {
    Field field;
    field.place = line.place;
    field.name = line.words[0];
    field.versions = versions;
    field.comment = line.comment;
    if (!is_snake_case(field.name)) {
        throw SchemaError(line.place, "field name \"" + field.name + "\" is not in snake_case");
    }
    Words words(line);
    parse_type(words.next("a type"), field);
    while (!words.done()) {
        const std::string& word = words.next("a word");
        if (word == "=") {
            parse_default(words.next("a default after ="), field);
        } else if (word == "tag") {
            field.tag = words.number("a tag");
        } else if (word == "ignorable") {
            field.ignorable = true;
        } else if (word == "never-flexible") {
            field.never_flexible = true;
        } else {
            const VersionRange range = parse_range(word, line.place);
            field.versions = clipped(range, versions);
            if (field.versions.first > field.versions.last) {
                throw SchemaError(line.place, field.name + " is in none of the versions");
            }
        }
    }
    return field;
}

Struct& add_nested(Struct& body, const std::string& name, const Place& place,
                   const VersionRange& versions) {
    auto nested = std::make_unique<Struct>();
    nested->place = place;
    nested->name = name;
    nested->versions = versions;
    body.nested.push_back(std::move(nested));
    return *body.nested.back();
}

}  // namespace

const std::string& Words::next(const char* what) {
    if (done()) throw SchemaError(line_.place, std::string(what) + " is missing");
    return line_.words[at_++];
}

VersionRange Words::range() { return parse_range(next("a version range"), line_.place); }

FlexibleWord Words::flexible() {
    const std::string& word = next("a version or \"never\"");
    if (word == "never") return {};
    const VersionRange from = parse_range(word, line_.place);
    if (from.last != VersionRange::kOpen) {
        throw SchemaError(line_.place, "flexible takes a first version (4+) or \"never\"");
    }
    return {from.first};
}

std::size_t parse_fields(const std::vector<Line>& lines, std::size_t at, int indent, Struct& body) {
    if (at == lines.size() || lines[at].indent <= indent) return at;
    const int level = lines[at].indent;
    while (at < lines.size() && lines[at].indent > indent) {
        const Line& line = lines[at++];
        if (line.indent != level) {
            throw SchemaError(line.place, "indented unlike the fields around it");
        }
        const bool has_children = at < lines.size() && lines[at].indent > level;
        if (line.words[0] == "struct") {
            if (line.words.size() != 2) throw SchemaError(line.place, "expected: struct Name");
            Struct& shared = add_nested(body, line.words[1], line.place, body.versions);
            at = parse_fields(lines, at, level, shared);
            continue;
        }
        body.fields.push_back(parse_field(line, body.versions));
        if (!has_children) continue;
        const Field& field = body.fields.back();
        Struct& nested = add_nested(body, field.type.name, line.place, field.versions);
        at = parse_fields(lines, at, level, nested);
    }
    return at;
}

}  // namespace schema
