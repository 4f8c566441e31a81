// The read() functions of a message's structs.
#include <algorithm>

#include "protocol/compiler/emit_codec.h"
#include "protocol/compiler/layout.h"
#include "protocol/compiler/names.h"

namespace schema {
namespace {

class StructReader {
  public:
    StructReader(const Message& message, const Struct& body, const std::string& path, Text& out)
        : message_(message), body_(body), path_(path), versions_(body.versions), out_(out) {}

    void run() {
        out_.line("void read(Decoder& d, [[maybe_unused]] ", path_,
                  "& x, [[maybe_unused]] std::int16_t version) {");
        out_.indent();
        out_.line("[[maybe_unused]] const bool flexible = ",
                  flexible_expression(message_, versions_), ";");
        for (const Field& field : body_.fields) {
            if (field.tag) continue;
            const std::string condition = version_condition(field.versions, versions_);
            open_if(condition);
            value(field);
            close_if(condition);
        }
        tagged_fields();
        out_.outdent();
        out_.line("}");
        out_.blank();
    }

  private:
    void open_if(const std::string& condition) {
        if (condition.empty()) return;
        out_.line("if (", condition, ") {");
        out_.indent();
    }
    void close_if(const std::string& condition) {
        if (condition.empty()) return;
        out_.outdent();
        out_.line("}");
    }

    void tagged_fields() {
        if (flexible_expression(message_, versions_) == "false") return;
        const bool any =
            std::ranges::any_of(body_.fields, [](const Field& f) { return f.tag.has_value(); });
        if (!any) return out_.line("if (flexible) d.skip_tagged();");
        out_.line("if (!flexible) return;");
        out_.line("for (auto tags = d.tag_count(); tags > 0 && !d.failed(); --tags) {");
        out_.indent();
        out_.line("const std::uint32_t tag = d.unsigned_varint();");
        out_.line("const std::uint32_t size = d.unsigned_varint();");
        for (const Field& field : body_.fields) {
            if (field.tag) tagged(field);
        }
        out_.line("d.raw(size);");
        out_.outdent();
        out_.line("}");
    }

    // As Kafka does: the size of a known tag is not held against its field, and a known tag in a
    // version that lacks it is refused, not skipped.
    void tagged(const Field& field) {
        const VersionRange flexible{std::max(versions_.first, *message_.flexible_from),
                                    versions_.last};
        const std::string condition = version_condition(field.versions, flexible);
        out_.line("if (tag == ", std::to_string(*field.tag), ") {");
        out_.indent();
        if (!condition.empty()) out_.line("if (!(", condition, ")) return d.fail();");
        value(field);
        out_.line("continue;");
        out_.outdent();
        out_.line("}");
    }

    void value(const Field& field) {
        const std::string member = "x." + field.name;
        if (!field.nullable) return present(field, member);
        if (field.type.kind == Kind::Struct && !field.type.array) {
            out_.line("x.", field.name, ".reset();");
            // In a tagged field Kafka writes an unsigned varint where it writes a byte elsewhere.
            out_.line("if (d.integer<std::int8_t>() ", field.tag ? "> 0" : ">= 0",
                      ") read(d, d.present(x.", field.name, "), version);");
            return;
        }
        const std::string condition = version_condition(*field.nullable, field.versions);
        if (condition.empty()) return present(field, member);
        out_.line("if (", condition, ") {");
        out_.indent();
        present(field, member);
        out_.outdent();
        out_.line("} else {");
        out_.indent();
        out_.line("auto& present = x.", field.name, ".emplace();");
        present_alone(field, "present");
        out_.outdent();
        out_.line("}");
    }

    // Decoder's overloads for optionals take null, the others refuse it.
    void present(const Field& field, const std::string& member) {
        if (field.type.array) {
            array(field, member, member + (field.nullable ? "->" : "."));
        } else {
            scalar(field, member);
        }
    }
    void present_alone(const Field& field, const std::string& name) {
        field.type.array ? array(field, name, name + ".") : scalar(field, name);
    }

    void array(const Field& field, const std::string& name, const std::string& access) {
        out_.line("for (auto left = d.array(", name, ", ", compact(field), ", ",
                  std::to_string(min_element_size(field, message_)),
                  "); left > 0 && !d.failed(); --left) {");
        out_.indent();
        const Type& type = field.type;
        if (type.kind == Kind::Struct) {
            out_.line("read(d, ", access, "emplace_back(), version);");
        } else if (type.kind == Kind::String) {
            out_.line("d.string(", access, "emplace_back(), ", compact(field), ");");
        } else if (type.kind == Kind::Bytes) {
            out_.line("d.bytes(", access, "emplace_back(), ", compact(field), ");");
        } else {
            out_.line(access, "push_back(", expression(type), ");");
        }
        out_.outdent();
        out_.line("}");
    }

    void scalar(const Field& field, const std::string& name) {
        switch (field.type.kind) {
            case Kind::String:
                return out_.line("d.string(", name, ", ", compact(field), ");");
            case Kind::Bytes:
                return out_.line("d.bytes(", name, ", ", compact(field), ");");
            case Kind::Records:
                return out_.line("d.records(", name, ", ", compact(field), ");");
            case Kind::Struct:
                return out_.line("read(d, ", name, ", version);");
            case Kind::Bool:
            case Kind::Int8:
            case Kind::Int16:
            case Kind::Int32:
            case Kind::Int64:
            case Kind::Uint16:
            case Kind::Uint32:
            case Kind::Float64:
            case Kind::Uuid:
                break;
        }
        out_.line(name, " = ", expression(field.type), ";");
    }

    std::string expression(const Type& type) const {
        if (type.kind == Kind::Bool) return "d.boolean()";
        if (type.kind == Kind::Float64) return "d.float64()";
        if (type.kind == Kind::Uuid) return "d.uuid()";
        if (type.name == "ErrorCode") return "ErrorCode{d.integer<std::int16_t>()}";
        const std::string integer = std::string("d.integer<") + cpp_primitive(type.kind) + ">()";
        return type.alias ? type.name + "{" + integer + "}" : integer;
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

void emit_read(const Message& message, const Struct& body, const std::string& path, Text& out) {
    StructReader(message, body, path, out).run();
}

}  // namespace schema
