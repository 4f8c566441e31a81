// The write() functions of a message's structs.
#include <algorithm>

#include "protocol/compiler/emit_codec.h"
#include "protocol/compiler/layout.h"
#include "protocol/compiler/names.h"

namespace schema {
namespace {

// A C++ condition for `field` not having its default.
std::string is_set(const Field& field) {
    const std::string value = effective_default(field);
    const std::string member = "x." + field.name;
    if (value == "null") return member + ".has_value()";
    const bool sized = field.type.array || field.type.kind == Kind::String ||
                       field.type.kind == Kind::Bytes || field.type.kind == Kind::Records;
    const bool empty_default = field.type.array || value.empty();
    if (field.nullable && sized && empty_default) {
        return "!(" + member + " && " + member + "->empty())";
    }
    if (sized && empty_default) return "!" + member + ".empty()";
    if (field.type.kind == Kind::Struct) {
        const std::string value_of = (field.nullable ? "*" : "") + member;
        return member + " != std::remove_cvref_t<decltype(" + value_of + ")>{}";
    }
    if (field.type.kind == Kind::String) return member + " != \"" + value + "\"";
    if (field.type.kind == Kind::Uuid) return "!" + member + ".is_zero()";
    if (field.type.kind == Kind::Bool) return value == "true" ? "!" + member : member;
    if (field.type.name == "ErrorCode") return member + " != ErrorCode::NONE";
    if (field.type.alias) return member + ".value != " + value;
    return member + " != " + value;
}

class StructWriter {
  public:
    StructWriter(const Message& message, const Struct& body, const std::string& path, Text& out)
        : message_(message), body_(body), path_(path), versions_(body.versions), out_(out) {}

    void run() {
        out_.line("void write(Encoder& e, [[maybe_unused]] const ", path_,
                  "& x, [[maybe_unused]] std::int16_t version) {");
        out_.indent();
        out_.line("[[maybe_unused]] const bool flexible = ",
                  flexible_expression(message_, versions_), ";");
        for (const Field& field : body_.fields) {
            if (!field.tag) in_its_versions(field);
        }
        tagged_fields();
        out_.outdent();
        out_.line("}");
        out_.blank();
    }

  private:
    // Writes the field where the version has it, and refuses a value where it is lost and may not
    // be.
    void in_its_versions(const Field& field) {
        const std::string condition = version_condition(field.versions, versions_);
        if (!condition.empty()) {
            out_.line("if (", condition, ") {");
            out_.indent();
        }
        field.tag ? tagged(field) : value(field);
        if (condition.empty()) return;
        out_.outdent();
        if (!field.ignorable) {
            out_.line("} else if (", is_set(field), ") {");
            out_.indent();
            out_.line("e.fail(\"", path_, ".", field.name, " is set, but not in this version\");");
            out_.outdent();
        }
        out_.line("}");
    }

    void tagged_fields() {
        if (flexible_expression(message_, versions_) == "false") return;
        std::vector<const Field*> fields;
        for (const Field& field : body_.fields) {
            if (field.tag) fields.push_back(&field);
        }
        std::ranges::sort(fields, {}, [](const Field* field) { return *field->tag; });
        if (fields.empty()) return out_.line("if (flexible) e.unsigned_varint(0);");
        for (const Field* field : fields) refuse_before_flexible(*field);
        out_.line("if (!flexible) return;");
        out_.line("const auto tags = e.begin_tags();");
        for (const Field* field : fields) {
            const VersionRange flexible{
                std::max(versions_.first, message_.flexible_from.value_or(0)), versions_.last};
            const VersionRange outer = versions_;
            versions_ = flexible;
            in_its_versions(*field);
            versions_ = outer;
        }
    }

    void refuse_before_flexible(const Field& field) {
        if (field.ignorable || flexible_expression(message_, versions_) == "true") return;
        out_.line("if (!flexible && ", is_set(field), ") {");
        out_.indent();
        out_.line("e.fail(\"", path_, ".", field.name, " is set, but not in this version\");");
        out_.outdent();
        out_.line("}");
    }

    void tagged(const Field& field) {
        out_.line("if (", is_set(field), ") {");
        out_.indent();
        out_.line("const auto tag = e.begin_tag(tags, ", std::to_string(*field.tag), ");");
        value(field);
        out_.line("e.end_tag(tag);");
        out_.outdent();
        out_.line("}");
    }

    void value(const Field& field) {
        const std::string member = "x." + field.name;
        if (!field.nullable) return present(field, member);
        out_.line("if (", member, ") {");
        out_.indent();
        const bool marked = field.type.kind == Kind::Struct && !field.type.array;
        if (marked) out_.line("e.integer<std::int8_t>(1);");
        present(field, "(*" + member + ")");
        out_.outdent();
        out_.line("} else {");
        out_.indent();
        const std::string condition = version_condition(*field.nullable, field.versions);
        if (!condition.empty()) {
            out_.line("if (!(", condition, ")) e.fail(\"", path_, ".", field.name,
                      " is null, but not nullable in this version\");");
        }
        const bool string = field.type.kind == Kind::String && !field.type.array;
        const char* null = string ? "e.null_string(" : "e.null_length(";
        if (marked) {
            // In a tagged field Kafka writes an unsigned varint where it writes a byte elsewhere.
            out_.line("e.integer<std::int8_t>(", field.tag ? "0" : "-1", ");");
        } else {
            out_.line(null, compact(field), ");");
        }
        out_.outdent();
        out_.line("}");
    }

    void present(const Field& field, const std::string& member) {
        if (!field.type.array) return element(field, member);
        out_.line("e.length(", member, ".size(), ", compact(field), ");");
        out_.line("for (const auto& it : ", member, ") {");
        out_.indent();
        element(field, "it");
        out_.outdent();
        out_.line("}");
    }

    void element(const Field& field, const std::string& name) {
        const Type& type = field.type;
        switch (type.kind) {
            case Kind::Bool:
                return out_.line("e.boolean(", name, ");");
            case Kind::Float64:
                return out_.line("e.float64(", name, ");");
            case Kind::Uuid:
                return out_.line("e.uuid(", name, ");");
            case Kind::String:
                return out_.line("e.string(", name, ", ", compact(field), ");");
            case Kind::Bytes:
                return out_.line("e.bytes(", name, ", ", compact(field), ");");
            case Kind::Records:
                return out_.line("e.records(", name, ", ", compact(field), ");");
            case Kind::Struct:
                return out_.line("write(e, ", name, ", version);");
            case Kind::Int8:
            case Kind::Int16:
            case Kind::Int32:
            case Kind::Int64:
            case Kind::Uint16:
            case Kind::Uint32:
                break;
        }
        if (type.name == "ErrorCode") {
            return out_.line("e.error_code(static_cast<std::int16_t>(", name, "));");
        }
        out_.line("e.integer(", name, type.alias ? ".value);" : ");");
    }

    const char* compact(const Field& field) const {
        return field.never_flexible ? "false" : "flexible";
    }

    const Message& message_;
    const Struct& body_;
    const std::string& path_;
    VersionRange versions_;
    Text& out_;
};

}  // namespace

void emit_write(const Message& message, const Struct& body, const std::string& path, Text& out) {
    StructWriter(message, body, path, out).run();
}

}  // namespace schema
