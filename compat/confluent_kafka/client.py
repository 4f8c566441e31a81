"""confluent-kafka as a program; the words are in compat/README.md."""

import sys
import threading

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import (AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource,
                                   NewTopic, ResourceType)

from copier import Copier

LIMIT_S = 60


def say(*words):
    print(*words, flush=True)


def produce(address, topic, codec, first, count):
    failed = []
    producer = Producer({"bootstrap.servers": address, "compression.type": codec,
                         "enable.idempotence": True, "linger.ms": 5})
    for number in range(int(first), int(first) + int(count)):
        producer.produce(topic, key=f"key-{number}",
                         value=f"value-{number}-" + "x" * (number * 7 % 300),
                         headers=[("h", f"header-{number}")],
                         on_delivery=lambda error, _: error and failed.append(error))
    left = producer.flush(LIMIT_S)
    if failed or left:
        raise KafkaException(failed[0] if failed else "not all were acknowledged")


class Worker:
    def __init__(self, address):
        self.address = address
        self.admin = AdminClient({"bootstrap.servers": address})

    def create(self, topic, partitions):
        self._wait(self.admin.create_topics([NewTopic(topic, int(partitions), 1)]))

    def delete(self, topic):
        self._wait(self.admin.delete_topics([topic]))

    def produce(self, *words):
        produce(self.address, *words)

    def partitions(self, topic):
        return [len(self.admin.list_topics(topic, timeout=LIMIT_S).topics[topic].partitions)]

    def topics(self):
        return self.admin.list_topics(timeout=LIMIT_S).topics

    def set(self, topic, key, value):
        entry = ConfigEntry(key, value, incremental_operation=AlterConfigOpType.SET)
        self._wait(self.admin.incremental_alter_configs(
            [ConfigResource(ResourceType.TOPIC, topic, incremental_configs=[entry])]))

    def get(self, topic, key):
        resource = ConfigResource(ResourceType.TOPIC, topic)
        return [self.admin.describe_configs([resource])[resource].result(LIMIT_S)[key].value]

    def groups(self):
        return [group.group_id for group in self.admin.list_consumer_groups().result(LIMIT_S).valid]

    @staticmethod
    def _wait(futures):
        for future in futures.values():
            future.result(LIMIT_S)


def work(address):
    worker = Worker(address)
    for line in sys.stdin:
        word, *arguments = line.split()
        try:
            say("ok", *(getattr(worker, word)(*arguments) or []))
        except KafkaException as error:
            say("error", error)


def consume(address, group, topic, protocol):
    wanted = []
    config = {"bootstrap.servers": address, "group.id": group, "group.protocol": protocol,
              "auto.offset.reset": "earliest", "enable.auto.commit": False}
    if protocol == "classic":  # with the other one, it is for the broker to say
        config["heartbeat.interval.ms"] = 500
    consumer = Consumer(config)

    # What comes and what goes is told; the sum is what there is.
    mine = set()

    def came(_consumer, partitions):
        mine.update(each.partition for each in partitions)
        say("assigned", *mine)

    def went(_consumer, partitions):
        mine.difference_update(each.partition for each in partitions)
        say("assigned", *mine)

    consumer.subscribe([topic], on_assign=came, on_revoke=went, on_lost=went)
    threading.Thread(target=lambda: [wanted.append(line.strip()) for line in sys.stdin],
                     daemon=True).start()
    next_offsets = {}
    while True:
        record = consumer.poll(0.05)
        if record and not record.error():
            next_offsets[record.partition()] = record.offset() + 1
            say("record", record.partition(), record.offset(), record.key().decode(),
                record.value().decode(), record.headers()[0][1].decode())
        if not wanted:
            continue
        word = wanted.pop(0)
        if word == "commit":
            offsets = [TopicPartition(topic, partition, offset)
                       for partition, offset in next_offsets.items() if partition in mine]
            if offsets:
                consumer.commit(offsets=offsets, asynchronous=False)
            say("committed")
        elif word == "close":
            consumer.close()
            say("closed")
            return


def copy(address, *given):
    Copier(address, *given).run()


if __name__ == "__main__":
    address, role, *given = sys.argv[1:]
    {"worker": work, "member": consume, "copier": copy}[role](address, *given)
