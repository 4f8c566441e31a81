"""Partitions that Apache Kafka wrote, put under a Barnabas that serves the same from them."""

import pathlib
import shutil

from broker_test_case import BrokerTestCase
from client import EARLIEST, LATEST
from observe import observe

GOLDEN = pathlib.Path(__file__).resolve().parents[1] / "data" / "kafka_directories"
TOPICS = sorted(path.name for path in GOLDEN.iterdir() if path.is_dir())


class KafkaDirectories(BrokerTestCase):
    def test_they_are_served_as_kafka_served_them(self):
        for topic in TOPICS:
            self.client().create_topic(topic, 1, retention_ms=-1, segment_ms=1000)
        self.broker.stop()
        starts = []
        for topic in TOPICS:
            ours = self.broker.data / f"{topic}-0"
            metadata = (ours / "partition.metadata").read_bytes()
            shutil.rmtree(ours)
            shutil.copytree(GOLDEN / topic, ours)
            (ours / "partition.metadata").write_bytes(metadata)
            for line in (GOLDEN / f"{topic}.txt").read_text().splitlines():
                if line.startswith("start ") and line != "start 0":
                    starts.append(f"{topic} 0 {line.split()[1]}\n")
        (self.broker.data / "log-start-offset-checkpoint").write_text(
            f"0\n{len(starts)}\n" + "".join(starts))
        self.broker.start()

        client = self.client()
        for topic in TOPICS:
            self.assertEqual(observe(client, topic), (GOLDEN / f"{topic}.txt").read_text(), topic)
        for topic in TOPICS:
            end = client.offset(topic, LATEST)
            self.assertGreaterEqual(end, client.offset(topic, EARLIEST))
            self.assertEqual(client.produce_values(topic, b"goes on"), end)
