// Lines to model: the grammar of protocol/compiler/README.md. What one line can show to be wrong is
// found here; what needs the whole schema (types, defaults, tags) is found by resolve().
#pragma once

#include <string>
#include <vector>

#include "protocol/compiler/model.h"
#include "protocol/compiler/source.h"

namespace schema {

// Adds what `lines`, all from the file `path`, say.
void parse(const std::string& path, const std::vector<Line>& lines, Schema& schema);

}  // namespace schema
