"""Consume, transform, produce in transactions: copiers that never give up.

A copier owns a partition of the input. Each round reads some records from where its group has
committed, writes them to the output and commits the offset in one transaction, or aborts it all.
Whatever goes wrong, it begins again from what the broker knows.
"""

import random
import socket
import threading
import time

from client import TRANSACTIONAL, Batch, BrokerError, Client, Closed, check, read_batches

NOT_READY = {14, 15, 16, 51, 88}
# Fenced by its timeout, or by what the last connection left behind: reason to begin anew.
MUST_BEGIN_ANEW = {47, 48, 49, 90, 120}
MOST_RECORDS = 20


def patiently(ask, seconds=30):
    """`ask` until the coordinator is ready."""
    enough = time.monotonic() + seconds
    while True:
        try:
            return ask()
        except BrokerError as error:
            if error.code not in NOT_READY or time.monotonic() > enough:
                raise
            time.sleep(0.01)


def find_coordinators(client, *keys):
    for key_type in (0, 1):
        answer = client.call("FindCoordinator", 4, {"keyType": key_type,
                                                    "coordinatorKeys": list(keys)})
        for found in answer["coordinators"]:
            check(f"the coordinator of {found['key']}", found["errorCode"])


class Copier(threading.Thread):
    """`v2`: transactions as clients of Kafka 4 have them; else with announced partitions."""

    def __init__(self, broker, partition, count, v2, seed):
        super().__init__(daemon=True)
        self.broker, self.partition, self.count, self.v2 = broker, partition, count, v2
        self.chance = random.Random(seed)
        self.name = f"copier-{partition}"
        self.client = None
        self.sequences = {}
        self.rounds = self.aborted = 0
        self.trouble = None

    def run(self):
        done = False
        while not done:
            try:
                with Client(self.broker.address, timeout=10) as self.client:
                    patiently(lambda: find_coordinators(self.client, self.name))
                    patiently(self._init)
                    done = self._copy()
            except (Closed, OSError, socket.timeout):
                time.sleep(0.01)
            except BrokerError as error:
                if error.code not in NOT_READY | MUST_BEGIN_ANEW:
                    self.trouble = error
                    return
            except Exception as error:  # reported by the test's own thread
                self.trouble = error
                return

    def _own(self, **more):
        return {"transactionalId": self.name, "producerId": self.producer,
                "producerEpoch": self.epoch, **more}

    def _init(self):
        answer = self.client.call("InitProducerId", 5, {
            "transactionalId": self.name, "transactionTimeoutMs": 60000})
        check("a producer id", answer["errorCode"])
        self._go_on_as(answer)

    def _go_on_as(self, answer):
        self.producer, self.epoch = answer["producerId"], answer["producerEpoch"]
        self.sequences = {}

    def _copy(self):
        """True when everything was copied."""
        while True:
            at = patiently(self._committed)
            if at >= self.count:
                return True
            values = self._read(at)[:self.chance.randint(1, MOST_RECORDS)]
            commits = self.chance.random() < 0.7
            self._write(values)
            self._commit_offset(at + len(values))
            self._end(commits)
            self.rounds += 1
            self.aborted += not commits

    def _committed(self):
        answer = self.client.call("OffsetFetch", 8, {"requireStable": True, "groups": [{
            "groupId": self.name,
            "topics": [{"name": "in", "partitionIndexes": [self.partition]}]}]})
        group = answer["groups"][0]
        check("committed offsets", group["errorCode"])
        found = group["topics"][0]["partitions"][0]
        check("the committed offset", found["errorCode"])
        return max(found["committedOffset"], 0)

    def _read(self, at):
        data, _ = self.client.fetch("in", at, self.partition, max_bytes=1 << 16)
        return [one["value"] for batch in read_batches(data) if "records" in batch
                for one in batch["records"] if batch["baseOffset"] + one["offsetDelta"] >= at]

    def _write(self, values):
        """To both partitions of the output, in several requests on their way at once."""
        if not self.v2:
            self._add_partitions()
        version = 12 if self.v2 else 11
        sent = []
        for start in range(0, len(values), 5):
            target = (start // 5) % 2
            some = values[start:start + 5]
            sequence = self.sequences.get(target, 0)
            self.sequences[target] = sequence + len(some)
            batch = Batch(*[(b"%d" % self.partition, value) for value in some],
                          timestamp=int(time.time() * 1000), attributes=TRANSACTIONAL,
                          producer_id=self.producer, producer_epoch=self.epoch,
                          base_sequence=sequence)
            request = self.client.produce_request("out", target, batch)
            sent.append(self.client.send("Produce", version,
                                         {"transactionalId": self.name, **request}))
        for one in sent:
            self.client.produced(self.client.receive("Produce", version, one))

    def _add_partitions(self):
        answer = self.client.call("AddPartitionsToTxn", 3, {
            "v3AndBelowTransactionalId": self.name, "v3AndBelowProducerId": self.producer,
            "v3AndBelowProducerEpoch": self.epoch,
            "v3AndBelowTopics": [{"name": "out", "partitions": [0, 1]}]})
        for one in answer["resultsByTopicV3AndBelow"][0]["resultsByPartition"]:
            check("adding a partition", one["partitionErrorCode"])

    def _commit_offset(self, offset):
        if not self.v2:
            answer = self.client.call("AddOffsetsToTxn", 3, self._own(groupId=self.name))
            check("adding offsets", answer["errorCode"])
        answer = self.client.call("TxnOffsetCommit", 5 if self.v2 else 4, self._own(
            groupId=self.name, generationId=-1, memberId="", groupInstanceId=None,
            topics=[{"name": "in", "partitions": [{
                "partitionIndex": self.partition, "committedOffset": offset,
                "committedLeaderEpoch": -1, "committedMetadata": ""}]}]))
        check("committing an offset", answer["topics"][0]["partitions"][0]["errorCode"])

    def _end(self, commits):
        answer = self.client.call("EndTxn", 5 if self.v2 else 4, self._own(committed=commits))
        check("ending a transaction", answer["errorCode"])
        if self.v2:
            self._go_on_as(answer)
