// Facts about a message's bytes that more than one emitter needs.
#pragma once

#include <cstddef>
#include <string>

#include "protocol/compiler/model.h"

namespace schema {

// The fewest bytes that one element of `field`, an array, can take in any of its versions.
std::size_t min_element_size(const Field& field, const Message& message);

// A C++ expression for whether `version`, known to be within `within`, is flexible.
std::string flexible_expression(const Message& message, const VersionRange& within);

}  // namespace schema
