"""Compaction in the background: of topics, and of the groups' offsets."""

import time

from broker_test_case import BrokerTestCase
from client import Batch

LIMIT_S = 60


class CleanerTestCase(BrokerTestCase):
    def eventually(self, what, condition):
        limit = time.monotonic() + LIMIT_S
        while not condition():
            self.assertLess(time.monotonic(), limit, f"{what} did not happen")
            time.sleep(0.02)


class Settings(CleanerTestCase):
    settings = ("log.cleaner.backoff.ms=50", "log.cleaner.io.max.bytes.per.second=100")

    def test_a_throttle_that_is_lifted_lets_the_cleaner_go_on(self):
        client = self.client()
        client.create_topic("t", cleanup_policy="compact", segment_bytes=1048576,
                            min_cleanable_dirty_ratio=0.01)
        for value in range(30):
            client.produce("t", Batch((b"a", b"%d" % value * 50000)))
        client.call("IncrementalAlterConfigs", 1, {"validateOnly": False, "resources": [{
            "resourceType": 4, "resourceName": "", "configs": [
                {"name": "log.cleaner.io.max.bytes.per.second", "configOperation": 0,
                 "value": "1e9"}]}]})
        self.eventually("compaction", lambda: len(client.records("t")) < 20)


class Compaction(CleanerTestCase):
    settings = ("log.cleaner.backoff.ms=50", "offsets.topic.num.partitions=1",
                "offsets.topic.segment.bytes=1048576")

    def produce(self, client, *records, timestamp):
        client.produce("t", Batch(*records, timestamp=timestamp))

    def compacted_topic(self, client, **configs):
        client.create_topic("t", cleanup_policy="compact", segment_ms=1000,
                            min_cleanable_dirty_ratio=0.01, **configs)

    def cleaned(self):
        checkpoint = self.broker.data / "cleaner-offset-checkpoint"
        return checkpoint.read_text() if checkpoint.exists() else ""

    def test_old_values_go_and_the_last_stay_where_they_were(self):
        client = self.client()
        self.compacted_topic(client)
        now = int(time.time() * 1000) - 100000
        for value in range(50):
            self.produce(client, (b"a", b"%d" % value), (b"b", b"%d" % value), timestamp=now)
        self.produce(client, (b"c", b"1"), timestamp=now + 5000)
        left = [(98, b"a", b"49"), (99, b"b", b"49"), (100, b"c", b"1")]
        self.eventually("compaction", lambda: client.records("t") == left)
        self.eventually("its checkpoint", lambda: self.cleaned() == "0\n1\nt 0 100\n")
        for end in (self.broker.kill, self.broker.stop):
            end()
            self.broker.start()
            client = self.client()
            self.assertEqual(client.records("t"), left)
        self.assertEqual(self.cleaned(), "0\n1\nt 0 100\n")
        self.produce(client, (b"a", b"new"), timestamp=now + 10000)
        self.assertEqual(client.offset("t"), 102)

    def test_a_tombstone_takes_its_key_along(self):
        client = self.client()
        self.compacted_topic(client, delete_retention_ms=100)
        now = int(time.time() * 1000) - 100000
        self.produce(client, (b"a", b"1"), (b"b", b"1"), timestamp=now)
        self.produce(client, (b"a", None), timestamp=now)

        def tombstone_is_gone():
            # The next pass comes with something new to compact.
            nonlocal now
            now += 2000
            self.produce(client, (b"tick", b"%d" % now), timestamp=now)
            return b"a" not in [key for _, key, _ in client.records("t")]

        self.eventually("the end of the tombstone", tombstone_is_gone)
        self.assertEqual(client.records("t")[0], (1, b"b", b"1"))

    def test_a_topic_may_be_deleted_while_it_is_compacted(self):
        client = self.client()
        now = int(time.time() * 1000) - 10000000
        for round_ in range(20):
            self.compacted_topic(client)
            for at in range(30):
                self.produce(client, *[(b"%d" % key, b"x" * 200) for key in range(50)],
                             timestamp=now + at * 2000)
            client.call("DeleteTopics", 6, {"topics": [{"name": "t"}], "timeoutMs": 30000})
        self.compacted_topic(client)
        self.produce(client, (b"last", b"one"), timestamp=now)
        self.assertEqual(client.records("t"), [(0, b"last", b"one")])

    def test_a_damaged_log_is_left_alone_and_the_others_are_compacted(self):
        client = self.client()
        now = int(time.time() * 1000) - 100000
        # Nothing of the first is dirty enough before it is damaged.
        client.create_topic("damaged", segment_ms=1000, cleanup_policy="delete")
        for value in range(20):
            client.produce("damaged", Batch((b"a", b"%d" % value), timestamp=now))
        client.produce("damaged", Batch((b"b", b"1"), timestamp=now + 5000))
        self.broker.stop()
        path = self.broker.data / "damaged-0" / "00000000000000000000.log"
        log = bytearray(path.read_bytes())
        log[200] ^= 0xFF
        path.write_bytes(log)
        self.broker.start()
        client = self.client()
        client.call("IncrementalAlterConfigs", 1, {"validateOnly": False, "resources": [{
            "resourceType": 2, "resourceName": "damaged", "configs": [
                {"name": "cleanup.policy", "configOperation": 0, "value": "compact"}]}]})
        self.eventually("the complaint",
                        lambda: "cannot compact damaged-0" in self.broker.log())
        self.compacted_topic(client)
        for value in range(10):
            self.produce(client, (b"a", b"%d" % value), timestamp=now)
        self.produce(client, (b"b", b"1"), timestamp=now + 5000)
        self.eventually("compaction", lambda: len(client.records("t")) == 2)
        self.assertEqual(self.broker.log().count("cannot compact"), 1)
        self.assertEqual(path.read_bytes(), log)

    def test_the_log_of_committed_offsets_does_not_grow_for_ever(self):
        client = self.client()
        client.create_topic("read")
        client.call("FindCoordinator", 4, {"keyType": 0, "coordinatorKeys": ["any"]})

        def commit(offset):
            answer = client.call("OffsetCommit", 8, {
                "groupId": "g", "generationIdOrMemberEpoch": -1, "memberId": "",
                "groupInstanceId": None, "topics": [{"name": "read", "partitions": [{
                    "partitionIndex": 0, "committedOffset": offset, "committedLeaderEpoch": -1,
                    "committedMetadata": "x" * 4000}]}]})
            return answer["topics"][0]["partitions"][0]["errorCode"]

        def size():
            return sum(log.stat().st_size for log in
                       (self.broker.data / "__consumer_offsets-0").glob("*.log"))

        self.eventually("the coordinator", lambda: commit(0) == 0)
        for offset in range(1, 1001):
            self.assertEqual(commit(offset), 0)
        self.eventually("compaction", lambda: size() < 1500000)
        for end in (self.broker.stop, self.broker.kill):
            end()
            self.broker.start()
            client = self.client()

            def committed():
                answer = client.call("OffsetFetch", 7, {"groupId": "g", "topics": None})
                return [partition["committedOffset"] for topic in answer["topics"]
                        for partition in topic["partitions"]]

            self.eventually("loading", lambda: committed() == [1000])
