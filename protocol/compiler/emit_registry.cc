// The tables behind protocol/registry/message_registry.h.
#include <algorithm>

#include "protocol/compiler/emit.h"
#include "protocol/compiler/names.h"
#include "protocol/compiler/text.h"

namespace schema {
namespace {

const char* role_name(Role role) {
    switch (role) {
        case Role::Request:
            return "request";
        case Role::Response:
            return "response";
        case Role::Key:
            return "key";
        case Role::Value:
            return "value";
        case Role::Plain:
            return "plain";
    }
    return "";
}

std::string kafka_type(const Type& type) {
    const std::string element = type.kind == Kind::Struct ? "struct" : primitive_name(type.kind);
    return type.array ? "[]" + element : element;
}

template <class Emit>
void for_each_message(const Schema& schema, Emit emit) {
    for (const File& file : schema.files) {
        for (const auto& definition : file.definitions) {
            for (const auto& message : definition->messages) emit(*definition, *message);
        }
    }
}

// A shared struct may be declared for more versions than the field that uses it has: `within`.
void emit_fields(const Message& message, const Struct& body, const VersionRange& within,
                 const std::string& prefix, Text& out) {
    for (const Field& field : body.fields) {
        const std::string path = prefix + field.name;
        const VersionRange versions{std::max(field.versions.first, within.first),
                                    std::min(field.versions.last, within.last)};
        if (versions.first > versions.last) continue;
        const VersionRange none{-1, -1};
        const VersionRange nullable = field.nullable.value_or(none);
        out.line("{\"", message.name, "\", \"", path, "\", \"", kafka_type(field.type), "\", ",
                 std::to_string(versions.first), ", ", std::to_string(versions.last), ", ",
                 std::to_string(nullable.first), ", ", std::to_string(nullable.last), ", ",
                 std::to_string(field.tag.value_or(-1)), ", \"", effective_default(field), "\", ",
                 field.ignorable ? "true" : "false", ", ", field.never_flexible ? "true" : "false",
                 "},");
        if (field.type.body) emit_fields(message, *field.type.body, versions, path + ".", out);
    }
}

void emit_message(const Definition& definition, const Message& message, Text& out) {
    std::string listeners;
    if (message.role == Role::Request) {
        for (const auto& name : definition.listeners) {
            listeners += (listeners.empty() ? "" : ",") + name;
        }
    }
    out.line("{\"", message.name, "\", \"", role_name(message.role), "\", ",
             std::to_string(definition.key.value_or(-1)), ", ",
             std::to_string(message.versions.first), ", ", std::to_string(message.versions.last),
             ", ", std::to_string(message.flexible_from.value_or(-1)), ", \"", listeners, "\", ",
             definition.latest_version_unstable ? "true" : "false", "},");
}

void begin_table(Text& out, const char* type, const char* name) {
    out.blank();
    out.line("constexpr ", type, " ", name, "[] = {");
    out.indent();
}

void end_table(Text& out) {
    out.outdent();
    out.line("};");
}

}  // namespace

std::string emit_registry(const Schema& schema) {
    Text out;
    out.line("#include \"protocol/registry/message_registry.h\"");
    out.blank();
    for (const File& file : schema.files) {
        out.line("#include \"protocol/gen/", file.stem, ".h\"");
    }
    out.blank();
    out.line("namespace kafka {");
    out.line("namespace {");
    out.blank();
    out.line("template <class Message>");
    out.line("void round_trip(Decoder& decoder, Encoder& encoder, std::int16_t version) {");
    out.indent();
    out.line("Message message;");
    out.line("decode(decoder, message, version);");
    out.line("if (!decoder.failed()) encode(encoder, message, version);");
    out.outdent();
    out.line("}");
    begin_table(out, "MessageType", "kTypes");
    for_each_message(schema, [&](const Definition&, const Message& message) {
        out.line("{", message.name, "::kName, ", message.name, "::kMinVersion, ", message.name,
                 "::kMaxVersion, round_trip<", message.name, ">},");
    });
    end_table(out);
    out.blank();
    out.line("}  // namespace");
    out.blank();
    out.line("std::span<const MessageType> message_types() { return kTypes; }");
    out.blank();
    out.line("}  // namespace kafka");
    return out.take();
}

std::string emit_descriptions(const Schema& schema) {
    Text out;
    out.line("#include \"protocol/registry/message_registry.h\"");
    out.blank();
    out.line("namespace kafka {");
    out.line("namespace {");
    begin_table(out, "FieldDescription", "kFields");
    for_each_message(schema, [&](const Definition&, const Message& message) {
        emit_fields(message, message.body, message.versions, "", out);
    });
    end_table(out);
    begin_table(out, "MessageDescription", "kMessages");
    for_each_message(schema, [&](const Definition& definition, const Message& message) {
        emit_message(definition, message, out);
    });
    end_table(out);
    out.blank();
    out.line("}  // namespace");
    out.blank();
    out.line("std::span<const FieldDescription> field_descriptions() { return kFields; }");
    out.line("std::span<const MessageDescription> message_descriptions() { return kMessages; }");
    out.blank();
    out.line("}  // namespace kafka");
    return out.take();
}

}  // namespace schema
