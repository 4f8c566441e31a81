// Replay: the only code that changes an image. Runs on new decisions and when the log is loaded, so
// both give the same state. A record that contradicts the image is a broken log and aborts: going
// on would serve a state that was never decided.
#pragma once

#include "cluster/image.h"
#include "cluster/records.h"

namespace kafka::cluster {

void replay(Image& image, const RegisterBrokerRecord& record);
void replay(Image& image, const UnregisterBrokerRecord& record);
void replay(Image& image, const FenceBrokerRecord& record);
void replay(Image& image, const UnfenceBrokerRecord& record);
void replay(Image& image, const BrokerRegistrationChangeRecord& record);
void replay(Image& image, const RegisterControllerRecord& record);

void replay(Image& image, const TopicRecord& record);
void replay(Image& image, const PartitionRecord& record);
void replay(Image& image, const PartitionChangeRecord& record);
void replay(Image& image, const RemoveTopicRecord& record);
void replay(Image& image, const ClearElrRecord& record);

void replay(Image& image, const ConfigRecord& record);
void replay(Image& image, const FeatureLevelRecord& record);
void replay(Image& image, const ProducerIdsRecord& record);
void replay(Image& image, const ClientQuotaRecord& record);

void replay(Image& image, const UserScramCredentialRecord& record);
void replay(Image& image, const RemoveUserScramCredentialRecord& record);
void replay(Image& image, const AccessControlEntryRecord& record);
void replay(Image& image, const RemoveAccessControlEntryRecord& record);
void replay(Image& image, const DelegationTokenRecord& record);
void replay(Image& image, const RemoveDelegationTokenRecord& record);

// Of no consequence for the image. A transaction's records reach replay only when it has ended.
inline void replay(Image&, const NoOpRecord&) {}
inline void replay(Image&, const ZkMigrationStateRecord&) {}
inline void replay(Image&, const BeginTransactionRecord&) {}
inline void replay(Image&, const EndTransactionRecord&) {}
inline void replay(Image&, const AbortTransactionRecord&) {}

void replay(Image& image, const MetadataRecord& record);
void replay(Image& image, const MetadataRecords& records);

}  // namespace kafka::cluster
