"""kafka-python as a program; the words are in compat/README.md."""

import sys
import threading

from kafka import ConsumerRebalanceListener, KafkaAdminClient, KafkaConsumer, KafkaProducer
from kafka.admin import ConfigResource, ConfigResourceType, NewTopic
from kafka.errors import KafkaError
from kafka.structs import OffsetAndMetadata

LIMIT_S = 60


def say(*words):
    print(*words, flush=True)


class Worker:
    def __init__(self, address):
        self.address = address
        self.admin = KafkaAdminClient(bootstrap_servers=address)

    def create(self, topic, partitions):
        self.admin.create_topics([NewTopic(topic, int(partitions), 1)])

    def delete(self, topic):
        self.admin.delete_topics([topic])

    def produce(self, topic, codec, first, count):
        producer = KafkaProducer(bootstrap_servers=self.address, acks="all", linger_ms=5,
                                 compression_type=None if codec == "none" else codec)
        sent = [producer.send(topic, key=f"key-{number}".encode(),
                              value=(f"value-{number}-" + "x" * (number * 7 % 300)).encode(),
                              headers=[("h", f"header-{number}".encode())])
                for number in range(int(first), int(first) + int(count))]
        for each in sent:
            each.get(LIMIT_S)
        producer.close()

    def partitions(self, topic):
        return [len(self.admin.describe_topics([topic])[0]["partitions"])]

    def topics(self):
        return self.admin.list_topics()

    def set(self, topic, key, value):
        self.admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, {key: value})])

    def get(self, topic, key):
        told = self.admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)])
        return [told["topic"][topic][key]["value"]]

    def groups(self):
        return [group["group_id"] for group in self.admin.list_groups()]


def work(address):
    worker = Worker(address)
    for line in sys.stdin:
        word, *arguments = line.split()
        try:
            say("ok", *(getattr(worker, word)(*arguments) or []))
        except KafkaError as error:
            say("error", error)


class Teller(ConsumerRebalanceListener):
    def on_partitions_assigned(self, assigned):
        say("assigned", *(each.partition for each in assigned))

    def on_partitions_revoked(self, revoked):
        say("assigned")


def consume(address, group, topic, _protocol):
    wanted = []
    consumer = KafkaConsumer(bootstrap_servers=address, group_id=group, enable_auto_commit=False,
                             auto_offset_reset="earliest", heartbeat_interval_ms=500)
    consumer.subscribe([topic], listener=Teller())
    threading.Thread(target=lambda: [wanted.append(line.strip()) for line in sys.stdin],
                     daemon=True).start()
    next_offsets = {}
    while True:
        # A join that is answered between two polls is lost on this client; long ones are few.
        for partition, records in consumer.poll(timeout_ms=2000).items():
            for record in records:
                next_offsets[partition] = record.offset + 1
                say("record", partition.partition, record.offset, record.key.decode(),
                    record.value.decode(), record.headers[0][1].decode())
        if not wanted:
            continue
        word = wanted.pop(0)
        if word == "commit":
            consumer.commit({partition: OffsetAndMetadata(offset, "", -1)
                             for partition, offset in next_offsets.items()
                             if partition in consumer.assignment()})
            say("committed")
        elif word == "close":
            consumer.close(autocommit=False)
            say("closed")
            return


if __name__ == "__main__":
    if sys.argv[2] == "worker":
        work(sys.argv[1])
    else:
        consume(sys.argv[1], *sys.argv[3:])
