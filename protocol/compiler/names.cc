#include "protocol/compiler/names.h"

#include <array>
#include <cctype>
#include <cstdlib>
#include <set>
#include <utility>

namespace schema {
namespace {

struct Primitive {
    Kind kind;
    const char* name;
    const char* cpp;
    long long min;
    long long max;
};

constexpr std::array kPrimitives{
    Primitive{Kind::Bool, "bool", "bool", 0, 1},
    Primitive{Kind::Int8, "int8", "std::int8_t", INT8_MIN, INT8_MAX},
    Primitive{Kind::Int16, "int16", "std::int16_t", INT16_MIN, INT16_MAX},
    Primitive{Kind::Int32, "int32", "std::int32_t", INT32_MIN, INT32_MAX},
    Primitive{Kind::Int64, "int64", "std::int64_t", INT64_MIN, INT64_MAX},
    Primitive{Kind::Uint16, "uint16", "std::uint16_t", 0, UINT16_MAX},
    Primitive{Kind::Uint32, "uint32", "std::uint32_t", 0, UINT32_MAX},
    Primitive{Kind::Float64, "float64", "double", 0, 0},
    Primitive{Kind::Uuid, "uuid", "Uuid", 0, 0},
    Primitive{Kind::String, "string", "std::string", 0, 0},
    Primitive{Kind::Bytes, "bytes", "Bytes", 0, 0},
    Primitive{Kind::Records, "records", "Records", 0, 0},
};

const Primitive* find(Kind kind) {
    for (const Primitive& primitive : kPrimitives) {
        if (kind == primitive.kind) return &primitive;
    }
    return nullptr;
}

}  // namespace

std::optional<Kind> primitive_kind(std::string_view name) {
    for (const Primitive& primitive : kPrimitives) {
        if (name == primitive.name) return primitive.kind;
    }
    return std::nullopt;
}

bool is_integer(Kind kind) { return Kind::Int8 <= kind && kind <= Kind::Uint32; }

bool in_range(Kind integer, const std::string& text) {
    char* end = nullptr;
    errno = 0;
    const long long value = std::strtoll(text.c_str(), &end, 0);
    const Primitive* primitive = find(integer);
    return *end == '\0' && errno == 0 && primitive->min <= value && value <= primitive->max;
}

const char* primitive_name(Kind kind) { return find(kind)->name; }

const char* cpp_primitive(Kind kind) { return find(kind)->cpp; }

std::string cpp_element(const Type& type) {
    const bool named = type.alias || type.kind == Kind::Struct || type.name == "ErrorCode";
    return named ? type.name : cpp_primitive(type.kind);
}

std::string cpp_type(const Field& field) {
    std::string type = cpp_element(field.type);
    if (field.type.array) type = "std::vector<" + type + ">";
    if (field.nullable) type = "std::optional<" + type + ">";
    return type;
}

std::string effective_default(const Field& field) {
    if (field.default_text) return *field.default_text;
    if (field.nullable) return "null";
    if (field.type.array) return "[]";
    if (field.type.kind == Kind::Struct) return "{}";
    if (field.type.kind == Kind::Bool) return "false";
    return is_integer(field.type.kind) || field.type.kind == Kind::Float64 ? "0" : "";
}

std::string cpp_initializer(const Field& field) {
    const std::string value = effective_default(field);
    if (value == "null") return "{}";
    if (field.nullable) {
        if (field.type.kind == Kind::String && !field.type.array) return " = \"" + value + "\"";
        std::string inside = cpp_element(field.type);
        if (field.type.array) inside = "std::vector<" + inside + ">";
        return " = " + inside + "{}";
    }
    if (field.type.array) return "{}";
    if (field.type.alias) return value == "0" ? "{}" : "{" + value + "}";
    if (field.type.name == "ErrorCode") return " = ErrorCode::NONE";
    if (field.type.kind == Kind::Bool || is_integer(field.type.kind)) return " = " + value;
    if (field.type.kind == Kind::String && !value.empty()) return " = \"" + value + "\"";
    return field.type.kind == Kind::Float64 ? " = 0" : "{}";
}

bool is_cpp_keyword(const std::string& name) {
    static const std::set<std::string> kWords{
        "and",      "auto",      "bool",     "break",    "case",     "catch",   "char",
        "class",    "const",     "default",  "delete",   "do",       "double",  "else",
        "enum",     "explicit",  "export",   "extern",   "false",    "float",   "for",
        "friend",   "goto",      "if",       "inline",   "int",      "long",    "module",
        "mutable",  "namespace", "new",      "not",      "operator", "or",      "private",
        "public",   "register",  "return",   "short",    "signed",   "sizeof",  "static",
        "struct",   "switch",    "template", "this",     "throw",    "true",    "try",
        "typedef",  "typename",  "union",    "unsigned", "using",    "virtual", "void",
        "volatile", "while",     "xor",      "protected"};
    return kWords.contains(name);
}

std::string snake_case(const std::string& name) {
    std::string snake;
    for (std::size_t i = 0; i < name.size(); ++i) {
        const bool upper = std::isupper(static_cast<unsigned char>(name[i]));
        if (upper && i > 0) snake += '_';
        snake += static_cast<char>(std::tolower(static_cast<unsigned char>(name[i])));
    }
    return snake;
}

std::string version_condition(const VersionRange& range, const VersionRange& within) {
    const bool from = range.first > within.first;
    const bool to = range.last < within.last;
    const std::string first = std::to_string(range.first);
    const std::string last = std::to_string(range.last);
    if (from && to && range.first == range.last) return "version == " + first;
    if (from && to) return "version >= " + first + " && version <= " + last;
    if (from) return "version >= " + first;
    return to ? "version <= " + last : "";
}

}  // namespace schema
