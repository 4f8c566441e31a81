#!/usr/bin/env python3
"""Has Apache Kafka write small partitions of every kind, and notes what it serves from them.

usage: record.py FOLDER_OF_KAFKA_JARS     (one node, formatted anew, on port 31999)
"""

import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "support"))

from client import Batch, Client, check  # noqa: E402
from observe import observe  # noqa: E402

PORT = 31999
ADDRESS = f"127.0.0.1:{PORT}"
START_MS = 1_750_000_000_000
PROPERTIES = f"""process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{PORT + 1}
listeners=PLAINTEXT://{ADDRESS},CONTROLLER://127.0.0.1:{PORT + 1}
advertised.listeners=PLAINTEXT://{ADDRESS}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
log.cleaner.backoff.ms=500
log.retention.check.interval.ms=1000
log.initial.task.delay.ms=1000
"""
SMALL = {"segment_ms": 1000, "index_interval_bytes": 100, "retention_ms": -1,
         "file_delete_delay_ms": 100}
TOPICS = {
    "codecs": {},
    "append_time": {"message_timestamp_type": "LogAppendTime"},
    "transactions": {},
    "compacted": {"cleanup_policy": "compact", "min_cleanable_dirty_ratio": 0.01,
                  "delete_retention_ms": 0},
    "deleted": {},
    "epochs": {},
}


class Kafka:
    def __init__(self, jars):
        self.jars = f"{jars}/*"
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="kafka-"))
        self.data = self.folder / "data"
        self.config = self.folder / "server.properties"
        self.config.write_text(PROPERTIES + f"log.dirs={self.data}\n")
        self.java("kafka.tools.StorageTool", "format", "-t", "AAAAAAAAAAAAAAAAAAAAAQ", "-c",
                  str(self.config))

    def java(self, *arguments):
        subprocess.run(["java", "-cp", self.jars, *arguments], check=True, capture_output=True)

    def start(self):
        self.process = subprocess.Popen(
            ["java", "-Xmx512M", "-cp", self.jars, "kafka.Kafka", str(self.config)],
            stdout=open(self.folder / "log.txt", "ab"), stderr=subprocess.STDOUT)
        while True:
            try:
                with Client(ADDRESS) as client:
                    if client.call("Metadata", 12, {"topics": None})["brokers"]:
                        return
            except OSError:
                pass
            time.sleep(0.2)

    def stop(self):
        self.process.terminate()
        self.process.wait()


def value(at):
    return b"value %d " % at + b"x" * (at * 7 % 90)


def set_config(client, topic, name, text):
    answer = client.call("IncrementalAlterConfigs", 1, {"validateOnly": False, "resources": [{
        "resourceType": 2, "resourceName": topic,
        "configs": [{"name": name, "configOperation": 0, "value": text}]}]})
    check(f"setting {name}", answer["responses"][0]["errorCode"])
    time.sleep(0.3)


def fill_codecs(client):
    for step in range(20):
        codec = ("uncompressed", "gzip", "snappy", "lz4", "zstd")[step // 4]
        if step % 4 == 0:
            set_config(client, "codecs", "compression.type", codec)
        headers = [(b"kind", b"%d" % step), (b"empty", None)]
        client.produce("codecs", Batch(
            (b"key", value(step), 0, headers), (None, value(step + 1), 400), (b"null", None, 150),
            (b"", b"", 399), timestamp=START_MS + step * 700 - step % 3 * 1500))


def fill_append_time(client):
    for step in range(6):
        set_config(client, "append_time", "compression.type", ("uncompressed", "zstd")[step % 2])
        client.produce("append_time", Batch((b"k", value(step)), (b"k", b"", 5),
                                            timestamp=START_MS))


class Transactional:
    def __init__(self, client, name):
        self.client, self.name, self.sequence = client, name, 0
        while True:  # until the coordinator has its partition
            answer = client.call("InitProducerId", 4, {"transactionalId": name,
                                                       "transactionTimeoutMs": 600000})
            if answer["errorCode"] == 0:
                break
            client.call("FindCoordinator", 4, {"keyType": 1, "coordinatorKeys": [name]})
            time.sleep(0.2)
        self.who = {"transactionalId": name, "producerId": answer["producerId"],
                    "producerEpoch": answer["producerEpoch"]}

    def add(self, at, records=2):
        answer = self.client.call("AddPartitionsToTxn", 3, {
            "v3AndBelowTransactionalId": self.name, "v3AndBelowProducerId": self.who["producerId"],
            "v3AndBelowProducerEpoch": self.who["producerEpoch"],
            "v3AndBelowTopics": [{"name": "transactions", "partitions": [0]}]})
        check("adding", answer["resultsByTopicV3AndBelow"][0]["resultsByPartition"][0][
            "partitionErrorCode"])
        batch = Batch(*[(b"t", value(at + one)) for one in range(records)], attributes=0x10,
                      timestamp=START_MS + at * 300, producer_id=self.who["producerId"],
                      producer_epoch=self.who["producerEpoch"], base_sequence=self.sequence)
        request = self.client.produce_request("transactions", 0, batch)
        request["transactionalId"] = self.name
        self.client.produced(self.client.call("Produce", 11, request))
        self.sequence += records

    def end(self, commit):
        answer = self.client.call("EndTxn", 3, {**self.who, "committed": commit})
        check("ending", answer["errorCode"])
        time.sleep(0.5)  # until the marker is written


def fill_transactions(client):
    one, two = Transactional(client, "one"), Transactional(client, "two")
    one.add(0)
    two.add(2)
    client.produce("transactions", Batch((b"plain", value(1)), timestamp=START_MS + 1000))
    one.end(False)
    two.add(8, 3)
    two.end(True)
    for step in range(10, 16):
        one.add(step)
        two.add(step, 1)
        one.end(step % 2 == 0)
        two.end(step % 3 == 0)
    client.produce("transactions", Batch((b"plain", value(2)), timestamp=START_MS + 9000))


def fill_compacted(client, data):
    for step in range(30):
        set_config(client, "compacted", "compression.type", ("uncompressed", "gzip")[step // 5 % 2])
        client.produce("compacted", Batch(
            (b"a", value(step)), (b"k%d" % (step % 7), value(step), 10),
            (b"gone%d" % (step % 3), value(step) if step < 20 else None, 20),
            timestamp=START_MS + step * 600))
    folder = data / "compacted-0"
    limit = time.monotonic() + 60
    while any(folder.glob("*.cleaned")) or sum(
            path.stat().st_size for path in folder.glob("*.log")) > 2600:
        if time.monotonic() > limit:
            print("compaction did not go as far as hoped")
            break
        time.sleep(0.5)
    time.sleep(3)


def fill_deleted(client, data):
    for step in range(24):
        client.produce("deleted", Batch((b"k", value(step)), (b"l", value(step), 5),
                                        timestamp=START_MS + step * 400))
    client.call("DeleteRecords", 2, {"timeoutMs": 10000, "topics": [{
        "name": "deleted", "partitions": [{"partitionIndex": 0, "offset": 27}]}]})
    while (data / "deleted-0" / f"{0:020}.log").exists():
        time.sleep(0.5)


def fill_epochs(client, phase):
    for step in range(5):
        client.produce("epochs", Batch((b"k", value(step)), timestamp=START_MS + phase * 5000
                                       + step * 100))


def copy(kafka, topic, notes):
    into = HERE / topic
    shutil.rmtree(into, ignore_errors=True)
    shutil.copytree(kafka.data / f"{topic}-0", into)
    (HERE / f"{topic}.txt").write_text(notes)


def main():
    kafka = Kafka(sys.argv[1])
    notes = {}
    for phase in range(3):
        kafka.start()
        with Client(ADDRESS, timeout=60) as client:
            if phase == 0:
                for topic, config in TOPICS.items():
                    client.create_topic(topic, 1, **{**SMALL, **config})
                time.sleep(1)
            fill_epochs(client, phase)
            if phase == 2:
                fill_codecs(client)
                fill_append_time(client)
                fill_transactions(client)
                fill_deleted(client, kafka.data)
                fill_compacted(client, kafka.data)
                for topic in TOPICS:
                    notes[topic] = observe(client, topic)
        kafka.stop()
    for topic in TOPICS:
        copy(kafka, topic, notes[topic])
    shutil.rmtree(kafka.folder)


if __name__ == "__main__":
    main()
