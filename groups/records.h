// The records of `__consumer_offsets` as types: a key, and a value or a tombstone. Formats and
// versions are Apache Kafka's, so that its tools read our log and we read its. Pure functions.
#pragma once

#include <optional>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "coordinator/log_record.h"
#include "protocol/error.h"
#include "protocol/gen/consumer_group_records.h"
#include "protocol/gen/group_records.h"

namespace kafka::groups {

template <class K, class V>
struct KeyedRecord {
    using Key = K;
    using Value = V;

    K key;
    std::optional<V> value;  // nothing: a tombstone

    bool operator==(const KeyedRecord&) const = default;
};

// Everything that a classic group must not forget; one for each group.
using GroupMetadataRecord = KeyedRecord<GroupMetadataKey, GroupMetadataValue>;
// One for each partition that a group has committed.
using OffsetCommitRecord = KeyedRecord<OffsetCommitKey, OffsetCommitValue>;

// --- consumer groups (KIP-848)

// The group exists, and its epoch.
using ConsumerGroupRecord = KeyedRecord<ConsumerGroupMetadataKey, ConsumerGroupMetadataValue>;
// What a member has said about itself.
using MemberRecord = KeyedRecord<ConsumerGroupMemberMetadataKey, ConsumerGroupMemberMetadataValue>;
// The target assignment is complete for this epoch.
using TargetEpochRecord = KeyedRecord<ConsumerGroupTargetAssignmentMetadataKey,
                                      ConsumerGroupTargetAssignmentMetadataValue>;
// What a member shall have in the end.
using TargetRecord =
    KeyedRecord<ConsumerGroupTargetAssignmentMemberKey, ConsumerGroupTargetAssignmentMemberValue>;
// What a member has now, and must still give up.
using CurrentRecord =
    KeyedRecord<ConsumerGroupCurrentMemberAssignmentKey, ConsumerGroupCurrentMemberAssignmentValue>;
// The topics that a subscribed regular expression stands for.
using RegexRecord =
    KeyedRecord<ConsumerGroupRegularExpressionKey, ConsumerGroupRegularExpressionValue>;
// Of older brokers; only its tombstone is written.
using PartitionMetadataRecord =
    KeyedRecord<ConsumerGroupPartitionMetadataKey, ConsumerGroupPartitionMetadataValue>;

using Record = std::variant<GroupMetadataRecord, OffsetCommitRecord, ConsumerGroupRecord,
                            MemberRecord, TargetEpochRecord, TargetRecord, CurrentRecord,
                            RegexRecord, PartitionMetadataRecord>;
using Records = std::vector<Record>;

using RecordBytes = coordinator::LogRecord;

RecordBytes encode(const Record& record);

// Nothing for a type of record that this broker does not know: it is skipped, as Kafka skips it.
// CORRUPT_MESSAGE when the bytes are not what their type and version say.
Result<std::optional<Record>> decode(BytesView key, std::optional<BytesView> value);

}  // namespace kafka::groups
