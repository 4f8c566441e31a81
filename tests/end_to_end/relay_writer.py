"""A seeded writer that goes from broker to broker on one data directory.

It fills topics with all that a log may hold: every codec, times out of order, headers, null keys
and values, idempotent producers, transactions of both kinds, compaction, tombstones, retention,
deleted records; and it leaves a transaction open wherever it goes.
"""

import random
import time

from relay_producers import Idempotent, Transactional
from transactional_load import patiently

from client import EARLIEST, LATEST, Batch, check

HOUR_MS = 3_600_000
SMALL = {"segment_ms": 1000, "index_interval_bytes": 100, "retention_ms": -1,
         "file_delete_delay_ms": 100}
COMPACTED = {"min_cleanable_dirty_ratio": 0, "delete_retention_ms": 100}
TOPICS = {  # name: partitions, settings
    "plain": (2, {}),
    "append_time": (1, {"message_timestamp_type": "LogAppendTime", "compression_type": "lz4"}),
    "transactional": (2, {}),
    "compacted": (1, {"cleanup_policy": "compact", **COMPACTED}),
    "both_policies": (1, {"cleanup_policy": "compact,delete", **COMPACTED,
                          "retention_ms": 2 * HOUR_MS}),
    "short": (1, {"retention_bytes": 3000}),
}
PARTITIONS = [(name, partition) for name, (count, _) in TOPICS.items()
              for partition in range(count)]
GROUPS = ("readers", "others", "transactional-readers")
LIMIT_S = 60


class Writer:
    def __init__(self, seed):
        self.chance = random.Random(seed)
        # Times go on from leg to leg, and stay behind the clock's.
        self.time_ms = int(time.time() * 1000) - HOUR_MS
        self.idempotent = []
        self.transactional = []

    def begin(self, client):
        for name, (partitions, settings) in TOPICS.items():
            client.create_topic(name, partitions, **{**SMALL, **settings})
        for group in GROUPS:
            client.call("FindCoordinator", 4, {"keyType": 0, "coordinatorKeys": [group]})
        self.await_leaders(client)
        self.idempotent = [Idempotent(client, "plain", partition) for partition in (0, 0, 1)]
        self.transactional = [Transactional(client, f"transactional-{number}", number % 2 == 0)
                              for number in range(4)]

    def await_leaders(self, client):
        self._wait("leaders", lambda: all(self._has_leader(client, *one) for one in PARTITIONS))

    @staticmethod
    def _has_leader(client, topic, partition):
        answer = client.call("ListOffsets", 7, {"replicaId": -1, "topics": [{
            "name": topic, "partitions": [{"partitionIndex": partition, "timestamp": LATEST}]}]})
        return answer["topics"][0]["partitions"][0]["errorCode"] == 0

    def write(self, client):
        """One leg's share."""
        steps = ([self._plain] * 20 + [self._idempotent] * 20 + [self._append_time] * 8 +
                 [self._in_transaction] * 40 + [self._compacted] * 20 + [self._committed] * 5)
        self.chance.shuffle(steps)
        self._expiring(client)
        for step in steps:
            step(client)
        self._short(client)
        for producer in self.idempotent:
            self._idempotent(client, producer)
        # Two stay open; they write nothing compacted, since cleaners stop before what is open.
        for number, producer in enumerate(self.transactional):
            if producer.is_open():
                producer.end(client, self.chance.random() < 0.5)
            if number < 2:
                producer.write(client, "transactional", number, self._records(), **self._fields())
                producer.commit_offset(client, GROUPS[2], "transactional", number,
                                       self.chance.randint(0, 100))

    # Records

    def _value(self):
        length = self.chance.choice((0, 1, 20, 100))
        return self.chance.choice((None, bytes(length), self.chance.randbytes(length)))

    def _records(self, keys=(None, b"", b"a key", b"\xff\x00")):
        def headers():
            return [(b"name", self.chance.choice((None, b"", b"content")))] * self.chance.choice(
                (0, 0, 1, 2))
        return [(self.chance.choice(keys), self._value(), self.chance.randint(0, 600), headers())
                for _ in range(self.chance.randint(1, 5))]

    def _fields(self):
        self.time_ms += self.chance.randint(0, 400)
        return {"timestamp": self.time_ms - self.chance.choice((0, 0, 700)),
                "codec": self.chance.randint(0, 4)}

    # Steps

    def _plain(self, client):
        client.produce("plain", Batch(*self._records(), **self._fields()),
                       self.chance.randint(0, 1))

    def _idempotent(self, client, producer=None):
        producer = producer or self.chance.choice(self.idempotent)
        producer.write(client, self._records(), **self._fields())

    def _append_time(self, client):
        client.produce("append_time", Batch(*self._records(), **self._fields()))

    def _keyed(self):
        """With a tombstone here and there: a value may be null."""
        return self._records([b"%d" % number for number in range(12)])

    def _compacted(self, client):
        topic = self.chance.choice(("compacted", "both_policies"))
        client.produce(topic, Batch(*self._keyed(), **self._fields()))

    def _in_transaction(self, client):
        producer = self.chance.choice(self.transactional)
        what = self.chance.random()
        if what < 0.3 and producer.is_open():
            producer.end(client, self.chance.random() < 0.6)
        elif what < 0.4 and producer.is_open():
            producer.commit_offset(client, GROUPS[2], "plain", 0,
                                   self.chance.randint(0, 100))
        elif what < 0.6:
            producer.write(client, "compacted", 0, self._keyed(), **self._fields())
        else:
            producer.write(client, "transactional", self.chance.randint(0, 1), self._records(),
                           **self._fields())
        if what > 0.9:
            client.produce("transactional", Batch(*self._records(), **self._fields()), 1)

    def _committed(self, client):
        group, partition = self.chance.choice(GROUPS[:2]), self.chance.randint(0, 1)
        offset = self.chance.randint(0, 1000)

        def commit():
            answer = client.call("OffsetCommit", 9, {
                "groupId": group, "generationIdOrMemberEpoch": -1, "memberId": "",
                "groupInstanceId": None, "topics": [{"name": "plain", "partitions": [{
                    "partitionIndex": partition, "committedOffset": offset,
                    "committedLeaderEpoch": offset % 3 - 1,
                    "committedMetadata": self.chance.choice(("", "words"))}]}]})
            check("committing", answer["topics"][0]["partitions"][0]["errorCode"])
        patiently(commit)

    def _expiring(self, client):
        """What is too old already, and something newer behind it."""
        old = self.time_ms - 6 * HOUR_MS
        start = client.offset("both_policies")
        for _ in range(4):
            client.produce("both_policies", Batch(*self._keyed(), timestamp=old))
        end = client.produce("both_policies", Batch(*self._keyed(), **self._fields()))
        if start == 0:
            self._wait("retention by time",
                       lambda: client.offset("both_policies", EARLIEST) == end)

    def _short(self, client):
        """More than retention.bytes allows, and records deleted in the midst of a segment."""
        for _ in range(30):
            records = [(b"k", self.chance.randbytes(60))] * self.chance.randint(2, 4)
            # In order: for times that only deleted records of a segment reach, Kafka does not look
            # into the next one.
            fields = {**self._fields(), "timestamp": self.time_ms}
            client.produce("short", Batch(*records, **fields))
        first = client.offset("short", EARLIEST)
        end = client.offset("short")
        answer = client.call("DeleteRecords", 2, {"timeoutMs": 30000, "topics": [{
            "name": "short", "partitions": [{
                "partitionIndex": 0, "offset": max(end - self.chance.randint(5, 25), first)}]}]})
        check("deleting records", answer["topics"][0]["partitions"][0]["errorCode"])

    # Waiting

    @staticmethod
    def _wait(what, condition):
        limit = time.monotonic() + LIMIT_S
        while not condition():
            if time.monotonic() > limit:
                raise AssertionError(f"{what} did not happen")
            time.sleep(0.02)

    def settle(self, client, data):
        """Until the broker has nothing to do any more of its own accord."""
        for topic in ("compacted", "both_policies"):
            self._wait(f"compaction of {topic}", lambda: is_clean(data, topic))
        self._wait("retention by size", lambda: is_short(client, data))
        self._wait("the ends of transactions", lambda: not ends_to_come(client))


def bases(folder):
    return sorted(int(path.stem) for path in folder.glob("*.log"))


def checkpointed(data, name, topic):
    """What a checkpoint file says of a topic's first partition."""
    path = data / name
    lines = path.read_text().splitlines() if path.exists() else []
    return next((int(line.split()[2]) for line in lines if line.startswith(f"{topic} 0 ")), None)


def is_clean(data, topic):
    """As far as the active segment."""
    return checkpointed(data, "cleaner-offset-checkpoint", topic) == bases(
        data / f"{topic}-0")[-1]


def is_short(client, data):
    folder = data / "short-0"
    start = client.offset("short", EARLIEST)
    segments = bases(folder)
    if len(segments) > 1 and segments[1] <= start:
        return False
    sizes = [(folder / f"{base:020}.log").stat().st_size for base in segments]
    return sum(sizes) - sizes[0] < TOPICS["short"][1]["retention_bytes"] and start in (
        segments[0], checkpointed(data, "log-start-offset-checkpoint", "short"))


def ends_to_come(client):
    states = client.call("ListTransactions", 1, {"durationFilter": -1})["transactionStates"]
    return any(one["transactionState"].startswith("Prepare") for one in states)
