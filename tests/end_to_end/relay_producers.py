"""Producers that outlive their broker: what they began with one goes on with the next."""

from transactional_load import patiently

from client import TRANSACTIONAL, Batch, BrokerError, check

OUT_OF_ORDER_SEQUENCE_NUMBER = 45


class Idempotent:
    """Writes one partition; remembers its last batch and where it went."""

    def __init__(self, client, topic, partition):
        self.topic, self.partition = topic, partition
        self.producer, self.epoch = patiently(client.producer_id)
        self.sequence = 0
        self.last = None

    def write(self, client, records, **fields):
        batch = self._batch(records, self.sequence, **fields)
        offset = client.produce(self.topic, batch, self.partition)
        self.last = batch, offset
        self.sequence += len(records)

    def _batch(self, records, sequence, **fields):
        return Batch(*records, producer_id=self.producer, producer_epoch=self.epoch,
                     base_sequence=sequence, **fields)

    def trouble_with_sequences(self, client):
        """What a broker does not know of this producer; None when it knows all."""
        batch, offset = self.last
        again = client.produce(self.topic, batch, self.partition)
        if again != offset:
            return f"the batch at {offset} was taken a second time, at {again}"
        try:
            ahead = self._batch([(b"k", b"ahead")], self.sequence + 1, timestamp=batch.timestamp)
            client.produce(self.topic, ahead, self.partition)
        except BrokerError as error:
            if error.code == OUT_OF_ORDER_SEQUENCE_NUMBER:
                return None
            raise
        return f"a gap was not seen behind sequence {self.sequence}"


class Transactional:
    """`v2`: transactions as clients of Kafka 4 have them; else with announced partitions."""

    def __init__(self, client, name, v2):
        self.name, self.v2 = name, v2
        self.partitions = set()  # of the open transaction
        client.call("FindCoordinator", 4, {"keyType": 1, "coordinatorKeys": [name]})
        answer = patiently(lambda: self._checked(client, "InitProducerId", 5, {
            "transactionalId": name, "transactionTimeoutMs": 800000}))
        self._go_on_as(answer)

    def is_open(self):
        return bool(self.partitions)

    @staticmethod
    def _checked(client, api, version, values):
        answer = client.call(api, version, values)
        check(api, answer["errorCode"])
        return answer

    def _go_on_as(self, answer):
        self.producer, self.epoch = answer["producerId"], answer["producerEpoch"]
        self.sequences = {}

    def _own(self, **more):
        return {"transactionalId": self.name, "producerId": self.producer,
                "producerEpoch": self.epoch, **more}

    def write(self, client, topic, partition, records, **fields):
        if not self.v2 and (topic, partition) not in self.partitions:
            patiently(lambda: self._add_partition(client, topic, partition))
        sequence = self.sequences.get((topic, partition), 0)
        batch = Batch(*records, attributes=TRANSACTIONAL, producer_id=self.producer,
                      producer_epoch=self.epoch, base_sequence=sequence, **fields)
        request = {"transactionalId": self.name,
                   **client.produce_request(topic, partition, batch)}
        patiently(lambda: client.produced(
            client.call("Produce", 12 if self.v2 else 11, request)))
        self.partitions.add((topic, partition))
        self.sequences[topic, partition] = sequence + len(records)

    def _add_partition(self, client, topic, partition):
        answer = client.call("AddPartitionsToTxn", 3, {
            "v3AndBelowTransactionalId": self.name, "v3AndBelowProducerId": self.producer,
            "v3AndBelowProducerEpoch": self.epoch,
            "v3AndBelowTopics": [{"name": topic, "partitions": [partition]}]})
        check("adding a partition", answer["resultsByTopicV3AndBelow"][0]["resultsByPartition"][0][
            "partitionErrorCode"])

    def commit_offset(self, client, group, topic, partition, offset):
        """In the open transaction."""
        if not self.v2:
            patiently(lambda: self._checked(client, "AddOffsetsToTxn", 3,
                                            self._own(groupId=group)))
        client.call("FindCoordinator", 4, {"keyType": 0, "coordinatorKeys": [group]})

        def commit():
            answer = client.call("TxnOffsetCommit", 5 if self.v2 else 4, self._own(
                groupId=group, generationId=-1, memberId="", groupInstanceId=None,
                topics=[{"name": topic, "partitions": [{
                    "partitionIndex": partition, "committedOffset": offset,
                    "committedLeaderEpoch": 0, "committedMetadata": self.name}]}]))
            check("committing an offset", answer["topics"][0]["partitions"][0]["errorCode"])
        patiently(commit)

    def end(self, client, commits):
        answer = patiently(lambda: self._checked(client, "EndTxn", 5 if self.v2 else 4,
                                                 self._own(committed=commits)))
        self.partitions = set()
        if self.v2:
            self._go_on_as(answer)
