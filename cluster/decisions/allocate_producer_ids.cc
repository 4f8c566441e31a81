// A broker needs producer ids: it gets a block of them, so that it asks seldom and none is given
// twice whatever crashes.
#include "cluster/decisions.h"

namespace kafka::cluster {

Decision<ProducerIdBlock> allocate_producer_ids(const Image& image, BrokerId broker,
                                                BrokerEpoch broker_epoch) {
    constexpr std::int32_t kBlock = 1000;
    const ProducerId first = image.producer_ids.next;
    ProducerIdsRecord record;
    record.broker_id = broker;
    record.broker_epoch = broker_epoch;
    record.next_producer_id = first + kBlock;
    return {{record}, {first, kBlock}};
}

}  // namespace kafka::cluster
