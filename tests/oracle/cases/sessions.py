"""Sessions: a seed chooses topics and what is said to them, so that unthought-of states meet.

The seeds here have golden answers; `oracle explore` says other ones to a running Apache Kafka and a
broker. A step may refer to what earlier ones answered (a producer's id), and is otherwise chosen
without looking at the answers: most are right, some are not.
"""

import random

from cases import transactions
from cases.requests import fetch, fetch_partition, list_offsets, produce_all
from plan import Call, Case, Time, Topic, answered, config
from wire import Batch, schema

GOLDEN_SEEDS = range(1, 61)
STEPS = 30
# No codec: two right encoders pack to different bytes.
CONFIGS = ("cleanup.policy=compact", "cleanup.policy=compact,delete",
           "compression.type=uncompressed", "max.message.bytes=300",
           "message.timestamp.type=LogAppendTime", "message.timestamp.before.max.ms=7200000",
           "min.insync.replicas=2", "index.interval.bytes=0")
OFFSETS = (0, 0, 0, 1, 2, 3, 5, 10, -1, 100)
GROUP = Topic("g")


class Producer:
    """What a client would know of itself; `step` is the one that gave it its id."""

    def __init__(self, step, name):
        self.step = step
        self.name = name
        self.epoch = 0
        self.sequences = {}

    @property
    def id(self):
        return answered(self.step, "producerId")


class Session:
    def __init__(self, seed):
        self.seed = seed
        self.random = random.Random(seed)
        self.steps = []
        self.producers = []

    def case(self):
        topics = {"t": self._topic(), "u": self._topic()}
        kinds = [name for name, weight in KINDS.items() for _ in range(weight)]
        while len(self.steps) < STEPS:
            getattr(self, self.random.choice(kinds))()
        return Case(f"seed {self.seed}", self.steps, topics)

    def _one(self, *choices):
        return self.random.choice(choices)

    def _chance(self, percent):
        return self.random.random() * 100 < percent

    def _topic(self):
        chosen = [one.split("=") for one in CONFIGS if self._chance(12)]
        return {"numPartitions": 2,
                "configs": config(**{name.replace(".", "_"): value for name, value in chosen})}

    def _where(self):
        """Mostly somewhere that is there."""
        topic = "t" if self._chance(60) else "u"
        partition = 0 if self._chance(60) else 1
        if self._chance(4):
            return Topic("none"), partition
        return topic, self._one(2, -1) if self._chance(4) else partition

    def _named(self):
        topic, partition = self._where()
        return (Topic(topic) if isinstance(topic, str) else topic), partition

    def _version(self, api, first=0, last=99):
        return self._one(*[one for one in schema.versions(api) if first <= one <= last])

    # Records

    def _batch(self, **fields):
        records = []
        for _ in range(self._one(1, 1, 2, 3, 8)):
            key = None if self._chance(8) else b"k%d" % self.random.randint(0, 9)
            value = self._one(None, b"", b"v" * 100, b"v%d" % self.random.randint(0, 99))
            headers = [(b"h", self._one(None, b"x"))] if self._chance(15) else []
            records.append((key, value, self._one(0, 0, 0, 7, -5, 100), headers))
        if self._chance(4):
            fields[self._one("crc", "count", "last_offset_delta", "cut")] = self._one(1, 3, 20)
        return Batch(*records, timestamp=self.random.randint(0, 1000),
                     codec=self._one(0, 0, 0, 1, 4), **fields)

    def write(self):
        topic, partition = self._where()
        self.steps.append(produce_all([(topic, partition, [self._batch()])],
                                      version=self._version("Produce"), acks=self._one(1, -1)))

    def write_in_order(self):
        """By a producer with an id; in a transaction if it has a name."""
        if not self.producers:
            return self.init()
        producer = self.random.choice(self.producers)
        topic, partition = self._where()
        epoch = producer.epoch + (self._one(-1, 1) if self._chance(6) else 0)
        known = producer.sequences.setdefault((str(topic), partition, epoch), 0)
        sequence = max(0, known + (self._one(-1, 1, 5) if self._chance(8) else 0))
        in_transaction = bool(producer.name) != self._chance(3)
        batch = self._batch(producer_id=producer.id, producer_epoch=epoch, base_sequence=sequence,
                            attributes=0x10 if in_transaction else 0)
        if sequence == known:
            producer.sequences[str(topic), partition, epoch] += len(batch.records)
        self.steps.append(produce_all(
            [(topic, partition, [batch])], version=self._version("Produce"),
            transactional_id=producer.name if in_transaction else None))

    def read(self):
        asked = {}
        for _ in range(self._one(1, 1, 2)):
            topic, partition = self._where()
            if asked and Topic("none") in (topic, *asked):
                break  # which of two topics comes first when one is not there is nobody's matter
            asked.setdefault(topic, {})[partition] = fetch_partition(
                partition, self._one(*OFFSETS), currentLeaderEpoch=self._one(-1, -1, 0, 1),
                partitionMaxBytes=self._one(1 << 20, 1 << 20, 0, 1, 300))
        self.steps.append(fetch(
            version=self._version("Fetch"), isolationLevel=self._one(0, 1), sessionEpoch=-1,
            topics=[(topic, list(inner.values())) for topic, inner in asked.items()]))

    def find(self):
        topic, partition = self._where()
        self.steps += list_offsets(
            self._one(-1, -2, -3, -4, -5, Time(self.random.randint(-5, 1100)), Time(500)),
            topic=topic, partition=partition, version=self._version("ListOffsets", 7),
            isolation_level=self._one(0, 1), currentLeaderEpoch=self._one(-1, -1, 0, 1))

    def delete_records(self):
        name, partition = self._named()
        self.steps.append(Call("DeleteRecords", self._version("DeleteRecords"), {
            "timeoutMs": 10000, "topics": [{"name": name, "partitions": [
                {"partitionIndex": partition, "offset": self._one(1, 2, 5, -1, 1000)}]}]},
            changes=True))

    def find_epoch(self):
        name, partition = self._named()
        self.steps.append(Call("OffsetForLeaderEpoch", self._version("OffsetForLeaderEpoch"), {
            "replicaId": -1, "topics": [{"topic": name, "partitions": [{
                "partition": partition, "currentLeaderEpoch": self._one(-1, 0, 1),
                "leaderEpoch": self._one(0, 0, 1, -1)}]}]}))

    def alter(self):
        name, value = self._one(*CONFIGS, "retention.ms=1000000000000").split("=")
        self.steps.append(Call("IncrementalAlterConfigs", 1, {
            "resources": [{"resourceType": 2, "resourceName": self._named()[0], "configs": [
                {"name": name, "value": value, "configOperation": self._one(0, 0, 1)}]}]},
            changes=True))

    # Producers and their transactions

    def init(self):
        name = self._one(None, Topic("x"), Topic("y"))
        values = {"transactionalId": name,
                  "transactionTimeoutMs": 10 ** 9 if self._chance(5) else 60000}
        producer = Producer(len(self.steps), name)
        own = [one for one in self.producers if str(one.name) == str(name)]
        if own and self._chance(30):
            values.update(producerId=own[-1].id, producerEpoch=own[-1].epoch)
            producer.epoch = own[-1].epoch + 1
        elif own and name:
            producer.epoch = own[-1].epoch + 1
        self.producers = [one for one in self.producers if not name or one not in own] + [producer]
        self.steps.append(Call("InitProducerId", self._version("InitProducerId"), values,
                               changes=True))

    def _in_transaction(self):
        """Who has a name, and an epoch that is mostly the right one."""
        named = [one for one in self.producers if one.name]
        if not named:
            return None
        producer = self.random.choice(named)
        return {"producer": producer.id, "name": producer.name,
                "epoch": producer.epoch + (self._one(-1, 1) if self._chance(8) else 0)}

    def add(self):
        if (who := self._in_transaction()) is None:
            return self.init()
        topic, partition = self._where()
        topics = [(topic if isinstance(topic, str) else "none", partition)]
        if self._chance(50):
            self.steps.append(transactions.add(version=self._one(*transactions.ADD), topics=topics,
                                               **who))
        else:
            self.steps.append(transactions.of_broker(self._chance(50), topics=topics, **who))

    def commit_in_transaction(self):
        if (who := self._in_transaction()) is None:
            return self.init()
        if self._chance(40):
            self.steps.append(transactions.add_offsets(
                version=self._one(*transactions.OFFSETS), group=GROUP, **who))
        self.steps.append(transactions.commit_offsets(
            self.random.randint(0, 9), version=self._one(*transactions.COMMIT), group=GROUP,
            topics=[(self._one("t", "u"), self._one(0, 1))], **who))

    def end(self):
        if (who := self._in_transaction()) is None:
            return self.init()
        version = self._one(*transactions.END)
        if version >= 5:
            # The next transaction is of the next epoch, if this one has ended.
            for one in self.producers:
                if one.id == who["producer"] and one.epoch == who["epoch"]:
                    one.epoch += 1
        self.steps.append(transactions.end(self._chance(60), version=version, **who))

    def describe(self):
        name, partition = self._named()
        self.steps.append(self._one(
            transactions.describe(Topic("x")),
            Call("DescribeProducers", 0, {"topics": [{"name": name,
                                                      "partitionIndexes": [partition]}]})))

    # Offsets of a group without members

    def commit(self):
        name, partition = self._named()
        self.steps.append(Call("OffsetCommit", self._version("OffsetCommit", 2, 9), {
            "groupId": GROUP, "generationIdOrMemberEpoch": -1, "memberId": "",
            "topics": [{"name": name, "partitions": [{
                "partitionIndex": partition, "committedOffset": self.random.randint(-1, 9),
                "committedMetadata": self._one(None, "", "m")}]}]}))

    def committed(self):
        name, partition = self._named()
        self.steps.append(Call("OffsetFetch", self._version("OffsetFetch", 8, 9), {
            "requireStable": self._chance(40), "groups": [{
                "groupId": GROUP, "topics": self._one(
                    None, [{"name": name, "partitionIndexes": sorted({0, partition})}])}]}))


# How often each is said.
KINDS = {"write": 8, "write_in_order": 14, "read": 12, "find": 8, "delete_records": 2,
         "find_epoch": 1, "alter": 1, "init": 4, "add": 4, "commit_in_transaction": 4, "end": 6,
         "describe": 3, "commit": 3, "committed": 4}

CASES = [Session(seed).case() for seed in GOLDEN_SEEDS]
