// The emitters: each turns the model into the text of one generated file. Nothing here looks at
// schema text again, and nothing writes to disk; main.cc does.
#pragma once

#include <string>
#include <vector>

#include "protocol/compiler/model.h"

namespace schema {

// types.h: the strong integer types.
std::string emit_types(const Schema& schema);

// error_code.h and error_code.cc.
std::string emit_error_header(const Schema& schema);
std::string emit_error_source(const Schema& schema);

// STEM.h and STEM.cc: the structs of one schema file, and their codecs.
std::string emit_header(const File& file);
std::string emit_source(const File& file);

// served_apis.h and served_apis.cc. Throws SchemaError when a handler file is not named after an
// API.
std::string emit_served_header();
std::string emit_served_source(const Schema& schema, const std::vector<std::string>& handlers);

// message_registry.cc and message_descriptions.cc, for tools and tests.
std::string emit_registry(const Schema& schema);
std::string emit_descriptions(const Schema& schema);

}  // namespace schema
