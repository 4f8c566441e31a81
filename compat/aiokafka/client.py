"""aiokafka as a program; the words are in compat/README.md."""

import asyncio
import sys

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRebalanceListener
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, for_code


def say(*words):
    print(*words, flush=True)


async def lines_of_stdin():
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    return reader


def check(response, field):
    for _, code, *_ in getattr(response, field):
        if code:
            raise for_code(code)


class Worker:
    def __init__(self, address, admin):
        self.address = address
        self.admin = admin

    async def create(self, topic, partitions):
        check(await self.admin.create_topics([NewTopic(topic, int(partitions), 1)]),
              "topic_errors")

    async def delete(self, topic):
        check(await self.admin.delete_topics([topic]), "topic_error_codes")

    async def produce(self, topic, codec, first, count):
        producer = AIOKafkaProducer(bootstrap_servers=self.address, enable_idempotence=True,
                                    linger_ms=5,
                                    compression_type=None if codec == "none" else codec)
        await producer.start()
        try:
            sent = [await producer.send(topic, key=f"key-{number}".encode(),
                                        value=(f"value-{number}-"
                                               + "x" * (number * 7 % 300)).encode(),
                                        headers=[("h", f"header-{number}".encode())])
                    for number in range(int(first), int(first) + int(count))]
            await asyncio.gather(*sent)
        finally:
            await producer.stop()

    async def partitions(self, topic):
        return [len((await self.admin.describe_topics([topic]))[0]["partitions"])]

    async def topics(self):
        return await self.admin.list_topics()

    async def set(self, topic, key, value):
        await self.admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic,
                                                       {key: value})])

    async def get(self, topic, key):
        told = await self.admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)])
        _, _, _, _, entries = told[0].resources[0]
        return [entry[1] for entry in entries if entry[0] == key]

    async def groups(self):
        return [group[0] for group in await self.admin.list_consumer_groups()]


async def work(address):
    stdin = await lines_of_stdin()
    admin = AIOKafkaAdminClient(bootstrap_servers=address)
    await admin.start()
    worker = Worker(address, admin)
    while line := await stdin.readline():
        word, *arguments = line.decode().split()
        try:
            say("ok", *(await getattr(worker, word)(*arguments) or []))
        except KafkaError as error:
            say("error", error)
    await admin.close()


class Teller(ConsumerRebalanceListener):
    def on_partitions_assigned(self, assigned):
        say("assigned", *(each.partition for each in assigned))

    def on_partitions_revoked(self, revoked):
        say("assigned")


async def consume(address, group, topic, _protocol):
    stdin = await lines_of_stdin()
    consumer = AIOKafkaConsumer(bootstrap_servers=address, group_id=group,
                                enable_auto_commit=False, auto_offset_reset="earliest",
                                heartbeat_interval_ms=500)
    consumer.subscribe([topic], listener=Teller())
    await consumer.start()
    next_offsets = {}
    line = asyncio.ensure_future(stdin.readline())
    while True:
        for partition, records in (await consumer.getmany(timeout_ms=50)).items():
            for record in records:
                next_offsets[partition] = record.offset + 1
                say("record", partition.partition, record.offset, record.key.decode(),
                    record.value.decode(), record.headers[0][1].decode())
        if not line.done():
            continue
        word = line.result().decode().strip()
        line = asyncio.ensure_future(stdin.readline())
        if word == "commit":
            mine = consumer.assignment()
            await consumer.commit({partition: offset for partition, offset in next_offsets.items()
                                   if partition in mine})
            say("committed")
        elif word == "close":
            await consumer.stop()
            say("closed")
            return


if __name__ == "__main__":
    if sys.argv[2] == "worker":
        asyncio.run(work(sys.argv[1]))
    else:
        asyncio.run(consume(sys.argv[1], *sys.argv[3:]))
