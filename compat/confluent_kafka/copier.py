"""Copies what it is assigned of one topic to the same partition of another, in transactions that
hold the offsets behind what was copied (KIP-447); errors are handled as librdkafka documents."""

import random
import sys
import threading

from confluent_kafka import (OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, Producer,
                             TopicPartition)

LIMIT_S = 60
# The broker comes back as the same: what does not stay the same hangs (librdkafka issue 5511).
RECONNECT = {"metadata.recovery.strategy": "none", "reconnect.backoff.ms": 50,
             "reconnect.backoff.max.ms": 500}


def say(*words):
    print(*words, flush=True)


def until_done(call, *arguments):
    """What may be tried again is."""
    while True:
        try:
            return call(*arguments)
        except KafkaException as error:
            if not error.args[0].retriable():
                raise


class Copier:
    def __init__(self, address, group, source, target, name, protocol, instance, seed):
        self.source, self.target = source, target
        self.chance = random.Random(int(seed))
        self.closing = threading.Event()
        self.lost = False
        consumed = {"bootstrap.servers": address, "group.id": group, "group.protocol": protocol,
                    "auto.offset.reset": "earliest", "enable.auto.commit": False,
                    "isolation.level": "read_committed", **RECONNECT}
        if protocol == "classic":
            consumed |= {"session.timeout.ms": 3000, "heartbeat.interval.ms": 500}
        if instance != "-":
            consumed["group.instance.id"] = instance
        # Small batches, several on their way at once.
        produced = {"bootstrap.servers": address, "transactional.id": name,
                    "transaction.timeout.ms": 5000, "batch.num.messages": 10, "linger.ms": 1,
                    **RECONNECT}
        self.configs = consumed, produced

    def run(self):
        """Begins anew after what a producer does not survive, until it is told to close."""
        threading.Thread(target=self._listen, daemon=True).start()
        while not self.closing.is_set():
            consumer, producer = map(lambda make, config: make(config), (Consumer, Producer),
                                     self.configs)
            try:
                until_done(producer.init_transactions, LIMIT_S)
                consumer.subscribe([self.source], on_revoke=self._gone, on_lost=self._gone)
                while not self.closing.is_set():
                    self._copy(consumer, producer)
            except KafkaException as error:
                say("trouble", error)
            finally:
                consumer.close()
        say("closed")

    def _listen(self):
        for line in sys.stdin:
            if line.strip() == "close":
                self.closing.set()

    def _gone(self, _consumer, _partitions):
        self.lost = True

    def _copy(self, consumer, producer):
        """One transaction; an error is the end of the producer."""
        first = self._poll(consumer)
        if first is None:
            return
        self.lost = False
        # Of now: when members have come or gone at the end, the broker is to refuse the offsets.
        group = consumer.consumer_group_metadata()
        producer.begin_transaction()
        try:
            count, offsets = self._transform(consumer, producer, first)
            if self.lost or self.chance.random() < 0.12:
                self._abort(consumer, producer, count)
                return
            until_done(producer.send_offsets_to_transaction, offsets, group, LIMIT_S)
            until_done(producer.commit_transaction, LIMIT_S)
            say("committed", count)
        except KafkaException as error:
            if not error.args[0].txn_requires_abort():
                raise
            say("trouble", error)
            self._abort(consumer, producer, 0)

    def _transform(self, consumer, producer, first):
        """Up to so many records, and where to go on behind them."""
        wanted = self.chance.randint(1, 100)
        count, next_offsets, record = 0, {}, first
        while record is not None and not self.lost:
            while True:
                try:
                    producer.produce(self.target, partition=record.partition(), key=record.key(),
                                     value=record.value(), headers=record.headers())
                    break
                except BufferError:
                    producer.poll(0.1)
            next_offsets[record.partition()] = record.offset() + 1
            count += 1
            record = self._poll(consumer) if count < wanted else None
        return count, [TopicPartition(self.source, *each) for each in next_offsets.items()]

    def _poll(self, consumer):
        record = consumer.poll(0.1)
        if record is None or not record.error():
            return record
        if record.error().code() != KafkaError._PARTITION_EOF:
            say("trouble", record.error())
        return None

    def _abort(self, consumer, producer, count):
        """What was read has to be read again, from where the group is."""
        until_done(producer.abort_transaction, LIMIT_S)
        say("aborted", count)
        for at in until_done(consumer.committed, consumer.assignment(), LIMIT_S):
            if at.offset < 0:
                at.offset = OFFSET_BEGINNING
            consumer.seek(at)
