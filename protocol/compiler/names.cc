#include "protocol/compiler/names.h"

#include <array>
#include <utility>

namespace schema {
namespace {

struct Primitive {
    Kind kind;
    const char* name;
    const char* cpp;
};

constexpr std::array kPrimitives{
    Primitive{Kind::Bool, "bool", "bool"},
    Primitive{Kind::Int8, "int8", "std::int8_t"},
    Primitive{Kind::Int16, "int16", "std::int16_t"},
    Primitive{Kind::Int32, "int32", "std::int32_t"},
    Primitive{Kind::Int64, "int64", "std::int64_t"},
    Primitive{Kind::Uint16, "uint16", "std::uint16_t"},
    Primitive{Kind::Uint32, "uint32", "std::uint32_t"},
    Primitive{Kind::Float64, "float64", "double"},
    Primitive{Kind::Uuid, "uuid", "Uuid"},
    Primitive{Kind::String, "string", "std::string"},
    Primitive{Kind::Bytes, "bytes", "Bytes"},
    Primitive{Kind::Records, "records", "Records"},
};

}  // namespace

std::optional<Kind> primitive_kind(std::string_view name) {
    for (const Primitive& primitive : kPrimitives) {
        if (name == primitive.name) return primitive.kind;
    }
    return std::nullopt;
}

bool is_integer(Kind kind) { return Kind::Int8 <= kind && kind <= Kind::Uint32; }

const char* cpp_primitive(Kind kind) {
    for (const Primitive& primitive : kPrimitives) {
        if (kind == primitive.kind) return primitive.cpp;
    }
    return nullptr;
}

}  // namespace schema
