// Writes a produced batch anew in the codec that its topic asks for (compression.type). Used by
// batch_validator only.
#pragma once

#include "storage/batch_validator.h"

namespace kafka::storage {

// `batch` has passed the checks of its header; its records are checked here, as they are read.
BatchValidation rewrite_batch(const RecordBatchView& batch, const BatchRules& rules,
                              TimestampMs now);

}  // namespace kafka::storage
