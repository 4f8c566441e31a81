// Codecs: one source file for each schema file. They are compiled together, as a unity build.
#include "protocol/compiler/emit.h"
#include "protocol/compiler/emit_codec.h"
#include "protocol/compiler/names.h"
#include "protocol/compiler/text.h"

namespace schema {
namespace {

// Nested structs first, so that each function is defined before it is called.
void emit_functions(const Message& message, const Struct& body, const std::string& path,
                    Text& out) {
    for (const auto& nested : body.nested) {
        emit_functions(message, *nested, path + "::" + nested->name, out);
    }
    emit_write(message, body, path, out);
    emit_read(message, body, path, out);
}

void emit_message(const Message& message, Text& out) {
    const std::string space = snake_case(message.name) + "_codec";
    out.line("namespace ", space, " {");
    out.line("namespace {");
    out.blank();
    emit_functions(message, message.body, message.name, out);
    out.line("}  // namespace");
    out.line("}  // namespace ", space);
    out.blank();
    out.line("void encode(Encoder& encoder, const ", message.name,
             "& message, std::int16_t version) {");
    out.indent();
    out.line(space, "::write(encoder, message, version);");
    out.outdent();
    out.line("}");
    out.line("void decode(Decoder& decoder, ", message.name, "& message, std::int16_t version) {");
    out.indent();
    out.line(space, "::read(decoder, message, version);");
    out.outdent();
    out.line("}");
    out.blank();
}

}  // namespace

std::string emit_source(const File& file) {
    Text out;
    out.line("#include \"protocol/gen/", file.stem, ".h\"");
    out.blank();
    out.line("#include \"protocol/decoder.h\"");
    out.line("#include \"protocol/encoder.h\"");
    out.blank();
    out.line("namespace kafka {");
    for (const auto& definition : file.definitions) {
        for (const auto& message : definition->messages) {
            out.blank();
            emit_message(*message, out);
        }
    }
    out.line("}  // namespace kafka");
    return out.take();
}

}  // namespace schema
