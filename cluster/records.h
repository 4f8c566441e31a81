// The records of the metadata log, and their form in it: frame version, record type and version as
// unsigned varints, then the body. Pure.
#pragma once

#include <variant>
#include <vector>

#include "base/bytes.h"
#include "protocol/error.h"
#include "protocol/gen/metadata_records.h"

namespace kafka::cluster {

using MetadataRecord = std::variant<
    RegisterBrokerRecord, UnregisterBrokerRecord, TopicRecord, PartitionRecord, ConfigRecord,
    PartitionChangeRecord, FenceBrokerRecord, UnfenceBrokerRecord, RemoveTopicRecord,
    DelegationTokenRecord, UserScramCredentialRecord, FeatureLevelRecord, ClientQuotaRecord,
    ProducerIdsRecord, BrokerRegistrationChangeRecord, AccessControlEntryRecord,
    RemoveAccessControlEntryRecord, NoOpRecord, ZkMigrationStateRecord,
    RemoveUserScramCredentialRecord, BeginTransactionRecord, EndTransactionRecord,
    AbortTransactionRecord, RemoveDelegationTokenRecord, RegisterControllerRecord, ClearElrRecord>;
using MetadataRecords = std::vector<MetadataRecord>;

// In the newest version of its type. INVALID_REQUEST when a client's string is too long for the
// format.
Result<Bytes> encode_record(const MetadataRecord& record);

// UNSUPPORTED_VERSION for a type or a version that we do not know, CORRUPT_MESSAGE for bytes that
// are not a record.
Result<MetadataRecord> decode_record(BytesView bytes);

}  // namespace kafka::cluster
