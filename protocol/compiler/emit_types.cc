#include "protocol/compiler/emit.h"
#include "protocol/compiler/names.h"
#include "protocol/compiler/text.h"

namespace schema {

std::string emit_types(const Schema& schema) {
    Text out;
    out.line("// Generated from protocol/messages/types.msg: integers with a meaning.");
    out.line("#pragma once");
    out.blank();
    out.line("#include \"base/strong_int.h\"");
    out.blank();
    out.line("#include <cstdint>");
    out.blank();
    out.line("namespace kafka {");
    for (const Alias& alias : schema.aliases) {
        out.blank();
        if (!alias.comment.empty()) out.line("// ", alias.comment);
        out.line("using ", alias.name, " = StrongInt<struct ", alias.name, "Tag, ",
                 cpp_primitive(*primitive_kind(alias.primitive)), ">;");
    }
    out.blank();
    out.line("}  // namespace kafka");
    return out.take();
}

}  // namespace schema
