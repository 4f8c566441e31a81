// Completes and checks a parsed schema: finds the type behind each name, and refuses what the
// grammar allows but no codec could mean. Throws SchemaError with the place of the mistake.
#pragma once

#include "protocol/compiler/model.h"

namespace schema {

void resolve(Schema& schema);

}  // namespace schema
