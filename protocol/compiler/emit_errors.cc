#include "protocol/compiler/emit.h"
#include "protocol/compiler/text.h"

namespace schema {

std::string emit_error_header(const Schema& schema) {
    Text out;
    out.line("// Generated from protocol/messages/errors.msg: Kafka's error codes.");
    out.line("#pragma once");
    out.blank();
    out.line("#include <cstdint>");
    out.line("#include <string_view>");
    out.blank();
    out.line("namespace kafka {");
    out.blank();
    out.line("enum class ErrorCode : std::int16_t {");
    out.indent();
    for (const ErrorCode& error : schema.errors) {
        out.line(error.name, " = ", std::to_string(error.code), ",");
    }
    out.outdent();
    out.line("};");
    out.blank();
    out.line("// Kafka's name of the code, or \"UNKNOWN\" for a number that is none of them.");
    out.line("std::string_view error_name(ErrorCode code);");
    out.blank();
    out.line("// Whether a client may send the same request again and hope.");
    out.line("bool is_retriable(ErrorCode code);");
    out.blank();
    out.line("}  // namespace kafka");
    return out.take();
}

std::string emit_error_source(const Schema& schema) {
    Text out;
    out.line("#include \"protocol/gen/error_code.h\"");
    out.blank();
    out.line("namespace kafka {");
    out.blank();
    out.line("std::string_view error_name(ErrorCode code) {");
    out.indent();
    out.line("switch (code) {");
    out.indent();
    for (const ErrorCode& error : schema.errors) {
        out.line("case ErrorCode::", error.name, ": return \"", error.name, "\";");
    }
    out.outdent();
    out.line("}");
    out.line("return \"UNKNOWN\";");
    out.outdent();
    out.line("}");
    out.blank();
    out.line("bool is_retriable(ErrorCode code) {");
    out.indent();
    out.line("switch (code) {");
    out.indent();
    for (const ErrorCode& error : schema.errors) {
        if (error.retriable) out.line("case ErrorCode::", error.name, ":");
    }
    out.indent();
    out.line("return true;");
    out.outdent();
    for (const ErrorCode& error : schema.errors) {
        if (!error.retriable) out.line("case ErrorCode::", error.name, ":");
    }
    out.indent();
    out.line("return false;");
    out.outdent();
    out.outdent();
    out.line("}");
    out.line("return false;");
    out.outdent();
    out.line("}");
    out.blank();
    out.line("}  // namespace kafka");
    return out.take();
}

}  // namespace schema
