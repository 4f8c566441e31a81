// Structs: one header for each schema file.
#include <algorithm>
#include <set>

#include "protocol/compiler/emit.h"
#include "protocol/compiler/names.h"
#include "protocol/compiler/text.h"

namespace schema {
namespace {

void collect_includes(const Struct& body, std::set<std::string>& includes) {
    for (const Field& field : body.fields) {
        if (field.type.alias) includes.insert("\"protocol/gen/types.h\"");
        if (field.type.name == "ErrorCode") includes.insert("\"protocol/gen/error_code.h\"");
        if (field.type.array) includes.insert("<vector>");
        if (field.nullable) includes.insert("<optional>");
        switch (field.type.kind) {
            case Kind::Uuid:
                includes.insert("\"base/uuid.h\"");
                break;
            case Kind::Bytes:
                includes.insert("\"base/bytes.h\"");
                break;
            case Kind::Records:
                includes.insert("\"protocol/records.h\"");
                break;
            case Kind::String:
                includes.insert("<string>");
                break;
            case Kind::Bool:
            case Kind::Int8:
            case Kind::Int16:
            case Kind::Int32:
            case Kind::Int64:
            case Kind::Uint16:
            case Kind::Uint32:
            case Kind::Float64:
            case Kind::Struct:
                break;
        }
    }
    for (const auto& nested : body.nested) collect_includes(*nested, includes);
}

void emit_includes(const File& file, Text& out) {
    std::set<std::string> includes{"<cstdint>", "<string_view>"};
    for (const auto& definition : file.definitions) {
        for (const auto& message : definition->messages) collect_includes(message->body, includes);
    }
    for (const auto& include : includes) {
        if (include[0] == '"') out.line("#include ", include);
    }
    out.blank();
    for (const auto& include : includes) {
        if (include[0] == '<') out.line("#include ", include);
    }
}

std::string versions_note(const Field& field, const VersionRange& within) {
    if (field.versions == within) return "";
    const std::string first = std::to_string(field.versions.first);
    if (field.versions.last == within.last) return "v" + first + "+";
    return field.versions.first == field.versions.last
               ? "v" + first
               : "v" + first + "-" + std::to_string(field.versions.last);
}

void emit_struct(const Struct& body, Text& out);

void emit_members(const Struct& body, Text& out) {
    for (const auto& nested : body.nested) {
        out.line("struct ", nested->name, " {");
        out.indent();
        emit_struct(*nested, out);
        out.outdent();
        out.line("};");
    }
    for (const Field& field : body.fields) {
        std::string note = versions_note(field, body.versions);
        if (!note.empty() && !field.comment.empty()) note += ": ";
        note += field.comment;
        if (!note.empty()) out.line("// ", note);
        out.line(cpp_type(field), " ", field.name, cpp_initializer(field), ";");
    }
}

void emit_struct(const Struct& body, Text& out) {
    emit_members(body, out);
    out.blank();
    out.line("bool operator==(const ", body.name, "&) const = default;");
}

bool has_records(const Struct& body) {
    for (const Field& field : body.fields) {
        if (field.type.kind == Kind::Records) return true;
    }
    return std::ranges::any_of(body.nested,
                               [](const auto& nested) { return has_records(*nested); });
}

void emit_constants(const Definition& definition, const Message& message, Text& out) {
    const int last = message.versions.last;
    const int stable = definition.latest_version_unstable ? last - 1 : last;
    out.line("static constexpr std::string_view kName = \"", message.name, "\";");
    if (definition.key) {
        const bool api = definition.kind == DefinitionKind::Api;
        out.line("static constexpr std::int16_t ", api ? "kApiKey" : "kRecordType", " = ",
                 std::to_string(*definition.key), ";");
    }
    out.line("static constexpr std::int16_t kMinVersion = ", std::to_string(message.versions.first),
             ";");
    out.line("static constexpr std::int16_t kMaxVersion = ", std::to_string(last), ";");
    if (definition.kind == DefinitionKind::Api) {
        out.line("static constexpr std::int16_t kMaxStableVersion = ", std::to_string(stable), ";");
    }
    const int flexible = message.flexible_from.value_or(VersionRange::kOpen);
    out.line("static constexpr std::int16_t kFirstFlexibleVersion = ", std::to_string(flexible),
             ";");
    out.line("// Whether a decoded one has `records`, which view the frame that it came in.");
    out.line("static constexpr bool kViewsFrame = ",
             has_records(message.body) ? "true;" : "false;");
}

void emit_message(const Definition& definition, const Message& message, Text& out) {
    out.blank();
    out.line("struct ", message.name, " {");
    out.indent();
    if (message.role == Role::Request) out.line("using Response = ", definition.name, "Response;");
    emit_constants(definition, message, out);
    out.blank();
    emit_struct(message.body, out);
    out.outdent();
    out.line("};");
    out.blank();
    out.line("// `version` is one of kMinVersion to kMaxVersion; decode() wants a fresh object.");
    out.line("void encode(Encoder& encoder, const ", message.name,
             "& message, std::int16_t version);");
    out.line("void decode(Decoder& decoder, ", message.name, "& message, std::int16_t version);");
}

}  // namespace

std::string emit_header(const File& file) {
    Text out;
    out.line("// Generated from protocol/messages/", file.path.substr(file.path.rfind('/') + 1),
             ".");
    out.line("#pragma once");
    out.blank();
    emit_includes(file, out);
    out.blank();
    out.line("namespace kafka {");
    out.blank();
    out.line("class Encoder;");
    out.line("class Decoder;");
    for (const auto& definition : file.definitions) {
        if (definition->kind == DefinitionKind::Api) {
            out.line("struct ", definition->name, "Response;");
        }
    }
    for (const auto& definition : file.definitions) {
        for (const auto& message : definition->messages) emit_message(*definition, *message, out);
    }
    out.blank();
    out.line("}  // namespace kafka");
    return out.take();
}

}  // namespace schema
