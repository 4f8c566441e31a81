#include "protocol/compiler/layout.h"

#include <algorithm>

namespace schema {
namespace {

std::size_t min_size(const Struct& body, int version, bool flexible);

std::size_t min_size(const Type& type, int version, bool flexible) {
    switch (type.kind) {
        case Kind::Bool:
        case Kind::Int8:
            return 1;
        case Kind::Int16:
        case Kind::Uint16:
            return 2;
        case Kind::Int32:
        case Kind::Uint32:
            return 4;
        case Kind::Int64:
        case Kind::Float64:
            return 8;
        case Kind::Uuid:
            return 16;
        case Kind::String:
            return flexible ? 1 : 2;
        case Kind::Bytes:
        case Kind::Records:
            return flexible ? 1 : 4;
        case Kind::Struct:
            return min_size(*type.body, version, flexible);
    }
    return 1;
}

std::size_t min_size(const Struct& body, int version, bool flexible) {
    std::size_t size = flexible ? 1 : 0;  // the count of tagged fields
    for (const Field& field : body.fields) {
        if (!field.versions.contains(version) || field.tag) continue;
        const bool compact = flexible && !field.never_flexible;
        if (field.type.array) {
            size += compact ? 1 : 4;
        } else if (field.type.kind == Kind::Struct && field.nullable) {
            size += 1;
        } else {
            size += min_size(field.type, version, compact);
        }
    }
    return size;
}

}  // namespace

std::size_t min_element_size(const Field& field, const Message& message) {
    std::size_t smallest = SIZE_MAX;
    for (int version = field.versions.first; version <= field.versions.last; ++version) {
        const bool flexible = message.flexible_from && version >= *message.flexible_from;
        smallest = std::min(smallest, min_size(field.type, version, flexible));
    }
    return std::max<std::size_t>(smallest, 1);
}

std::string flexible_expression(const Message& message, const VersionRange& within) {
    if (!message.flexible_from || *message.flexible_from > within.last) return "false";
    if (*message.flexible_from <= within.first) return "true";
    return "version >= " + std::to_string(*message.flexible_from);
}

}  // namespace schema
