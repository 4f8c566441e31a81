// The small files of a log directory, one parser after the other: whatever they accept they write
// down the same.
#include "storage/checkpoints.h"
#include "storage/leader_epoch_cache.h"
#include "storage/meta_properties.h"
#include "storage/partition_metadata.h"
#include "storage/producer_state.h"
#include "storage/text_file.h"
#include "tests/fuzz/fuzz_input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace kafka;
    using namespace kafka::storage;
    FuzzInput input(data, size);
    const std::uint8_t which = input.byte() % 5;
    const std::string_view text = as_text(input.rest());
    if (which == 0) {
        if (const auto checkpoint = offset_checkpoint_from_text(text)) {
            const auto again = offset_checkpoint_from_text(to_text(*checkpoint));
            CHECK(again.ok() && *again == *checkpoint, "a checkpoint does not read itself");
        }
    } else if (which == 1) {
        if (const auto epochs = LeaderEpochCache::from_text(text)) {
            const auto again = LeaderEpochCache::from_text(epochs->to_text());
            CHECK(again.ok() && again->entries() == epochs->entries(), "epochs differ");
        }
    } else if (which == 2) {
        if (const auto meta = MetaProperties::from_text(text)) {
            const auto again = MetaProperties::from_text(meta->to_text());
            CHECK(again.ok() && *again == *meta, "meta.properties does not read itself");
        }
    } else if (which == 3) {
        if (const auto id = topic_id_from_text(text)) {
            const auto again = topic_id_from_text(partition_metadata_text(*id));
            CHECK(again.ok() && *again == *id, "partition.metadata does not read itself");
        }
    } else {
        ProducerState state;
        constexpr std::int64_t kNever = std::int64_t{1} << 62;
        if (state.load_snapshot(input.rest(), TimestampMs{0}, kNever)) {
            ProducerState again;
            CHECK(again.load_snapshot(state.to_snapshot(), TimestampMs{0}, kNever).ok(), "again");
        }
    }
    return 0;
}
