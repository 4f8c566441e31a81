// An image as the records that make it: what a snapshot of the metadata log holds. Pure.
#pragma once

#include "cluster/image.h"
#include "cluster/records.h"

namespace kafka::cluster {

// Replayed on an empty image they give one equal to `image`.
MetadataRecords records_of(const Image& image);

}  // namespace kafka::cluster
