// The two halves of a codec, one struct at a time. `path` is the struct's C++ name, `versions`
// those in which it can occur.
#pragma once

#include <string>

#include "protocol/compiler/model.h"
#include "protocol/compiler/text.h"

namespace schema {

void emit_write(const Message& message, const Struct& body, const std::string& path, Text& out);
void emit_read(const Message& message, const Struct& body, const std::string& path, Text& out);

}  // namespace schema
