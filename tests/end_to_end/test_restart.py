"""What was acknowledged is there after a restart and after a killed process."""

import os
import shutil
import time

from broker_test_case import BrokerTestCase
from client import EARLIEST, LATEST, Batch, BrokerError


class Restart(BrokerTestCase):
    def fill(self):
        client = self.client()
        self.topic_id = client.create_topic("kept", 3, retention_ms=12345678)
        for partition in range(3):
            for at in range(20):
                client.produce_values("kept", b"%d" % at, b"again %d" % at, partition=partition)

    def look(self):
        client = self.client()
        wanted = [value for at in range(20) for value in (b"%d" % at, b"again %d" % at)]
        for partition in range(3):
            self.assertEqual(client.values("kept", partition), wanted)
            self.assertEqual(client.offset("kept", LATEST, partition), 40)
        self.assertEqual(client.topics()["kept"]["topicId"], self.topic_id)
        answer = client.call("DescribeConfigs", 4, {"resources": [{
            "resourceType": 2, "resourceName": "kept", "configurationKeys": ["retention.ms"]}]})
        self.assertEqual(answer["results"][0]["configs"][0]["value"], "12345678")
        client.produce_values("kept", b"goes on")
        self.assertEqual(client.offset("kept"), 41)

    def test_records_topics_and_configs_survive_a_clean_restart(self):
        self.fill()
        self.assertEqual(self.broker.stop(), 0)
        self.broker.start()
        self.look()

    def test_records_topics_and_configs_survive_a_kill(self):
        self.fill()
        self.broker.kill()
        self.broker.start()
        self.look()

    def test_a_second_kill_during_the_start_changes_nothing(self):
        self.fill()
        self.broker.kill()
        for _ in range(3):
            self.broker.start()
            self.broker.kill()
        self.broker.start()
        self.look()

    def test_a_deleted_topic_stays_deleted_and_its_name_is_free(self):
        client = self.client()
        client.create_topic("gone")
        client.produce_values("gone", b"old")
        answer = client.call("DeleteTopics", 6, {"topics": [{"name": "gone"}], "timeoutMs": 30000})
        self.assertEqual(answer["responses"][0]["errorCode"], 0)
        self.broker.kill()
        self.broker.start()
        client = self.client()
        self.assertNotIn("gone", client.topics())
        client.create_topic("gone")
        self.assertEqual(client.values("gone"), [])

    def test_what_a_crash_left_of_a_deleted_topic_is_not_in_the_way_of_its_name(self):
        client = self.client()
        client.create_topic("t")
        client.produce_values("t", b"old")
        self.broker.stop()
        ours, kept = self.broker.data / "t-0", self.broker.folder / "kept"
        shutil.copytree(ours, kept)
        self.broker.start()
        self.client().call("DeleteTopics", 6, {"topics": [{"name": "t"}], "timeoutMs": 30000})
        self.broker.stop()
        shutil.copytree(kept, ours)
        self.broker.start()

        client = self.client()
        client.create_topic("t")
        self.assertEqual(client.produce_values("t", b"new"), 0)
        self.assertEqual(client.values("t"), [b"new"])
        self.assertIn("-stray", self.broker.log())
        self.broker.kill()
        self.broker.start()
        self.assertEqual(self.client().values("t"), [b"new"])

    def test_deleted_records_stay_deleted(self):
        client = self.client()
        client.create_topic("cut")
        for at in range(10):
            client.produce_values("cut", b"%d" % at)
        client.call("DeleteRecords", 2, {"timeoutMs": 10000, "topics": [{
            "name": "cut", "partitions": [{"partitionIndex": 0, "offset": 7}]}]})
        self.broker.restart()
        client = self.client()
        self.assertEqual(client.offset("cut", EARLIEST), 7)
        self.assertEqual(client.values("cut"), [b"7", b"8", b"9"])

    def test_a_torn_tail_is_cut_and_the_rest_survives(self):
        client = self.client()
        client.create_topic("torn")
        for at in range(10):
            client.produce_values("torn", b"%d" % at)
        self.broker.kill()
        log = self.broker.data / "torn-0" / "00000000000000000000.log"
        os.truncate(log, log.stat().st_size - 5)
        self.broker.start()
        client = self.client()
        self.assertEqual(client.values("torn"), [b"%d" % at for at in range(9)])
        client.produce_values("torn", b"new")
        self.assertEqual(client.offset("torn"), 10)

    def test_a_duplicate_is_recognised_after_a_restart_and_after_a_kill(self):
        client = self.client()
        client.create_topic("once")
        producer, epoch = client.producer_id()

        def batch(sequence):
            return Batch((None, b"%d" % sequence), timestamp=int(time.time() * 1000),
                         producer_id=producer, producer_epoch=epoch, base_sequence=sequence)

        for sequence in range(4):
            client.produce("once", batch(sequence))
        for end in (self.broker.stop, self.broker.kill):
            end()
            self.broker.start()
            client = self.client()
            self.assertEqual(client.produce("once", batch(3)), 3)
            self.assertEqual(client.offset("once"), 4)
        with self.assertRaises(BrokerError) as refused:
            client.produce("once", batch(9))
        self.assertEqual(refused.exception.code, 45)

    def test_producer_ids_are_never_given_twice(self):
        given = [self.client().producer_id()[0] for _ in range(3)]
        self.broker.kill()
        self.broker.start()
        given += [self.client().producer_id()[0] for _ in range(3)]
        self.broker.restart()
        given += [self.client().producer_id()[0] for _ in range(3)]
        self.assertEqual(len(set(given)), 9)

    def test_the_cluster_keeps_its_id(self):
        before = self.client().call("DescribeCluster", 0)["clusterId"]
        self.broker.restart()
        self.assertEqual(self.client().call("DescribeCluster", 0)["clusterId"], before)
