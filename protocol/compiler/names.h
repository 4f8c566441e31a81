// How schema names are spelled in C++.
#pragma once

#include <string>

#include "protocol/compiler/model.h"

namespace schema {

// std::int32_t, bool, std::string, kafka::Uuid, …
const char* cpp_primitive(Kind kind);

}  // namespace schema
