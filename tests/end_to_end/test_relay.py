"""Barnabas and Apache Kafka as brokers on one data directory, one after the other.

Whoever takes over serves what the other served, byte for byte, knows its producers, epochs,
transactions, groups and topics, and goes on writing.
"""

import difflib
import os
import pathlib
import re
import shutil
import tempfile
import unittest

from broker_test_case import BINARY
from relay_writer import GROUPS, PARTITIONS, TOPICS, Writer
from transactional_load import find_coordinators, patiently

from barnabas_process import Barnabas
from client import Client
from facts import all_facts
from kafka_process import Kafka, dump_log_segments, kafka_jars

SETTINGS = ("offsets.topic.num.partitions=2", "transaction.state.log.num.partitions=2",
            "log.cleaner.backoff.ms=50", "log.retention.check.interval.ms=200",
            "log.flush.start.offset.checkpoint.interval.ms=200",
            "log.flush.offset.checkpoint.interval.ms=200",
            "transactional.id.expiration.ms=604800000", "group.initial.rebalance.delay.ms=0")
STOP, KILL = "stop", "kill"
# Without these there would be less to compare than this test is for.
WORTH_COMPARING = (
    *(rf"plain-\d: batch \d+ \d+ {codec} " for codec in range(5)), r"plain-0: epoch \d+ [1-9]",
    "transactional-0: aborted read_committed ", "compacted-0: record ",
    "both_policies-0: start [1-9]", "short-0: start [1-9]",
    "group transactional-readers stable True transactional 0 -1 .* 88$", "'Ongoing'")


class Relay(unittest.TestCase):
    def setUp(self):
        if not kafka_jars():
            self.skipTest("neither Java nor Maven, or Apache Kafka could not be fetched")
        seed = int(os.environ.get("BARNABAS_SEED", 1))
        print(f"seed {seed}: BARNABAS_SEED={seed} repeats what is written")
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="relay-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.data = self.folder / "data"
        self.writer = Writer(seed)
        self.facts = None
        self.ended = STOP

    def barnabas(self):
        return Barnabas(BINARY, SETTINGS, data=self.data)

    def kafka(self):
        return Kafka(self.data, SETTINGS)

    def leg(self, broker, end):
        """One broker's turn: what was handed over is there, and more comes to it."""
        self.addCleanup(broker.remove)
        try:
            broker.start()
            with Client(broker.address, timeout=60) as client:
                if self.facts is None:
                    self.writer.begin(client)
                else:
                    self.assert_handed_over(client)
                self.writer.write(client)
                self.writer.settle(client, self.data)
                self.facts = self.observe(client)
        except Exception:
            print(f"log of the last broker:\n{broker.log()[-6000:]}")
            raise
        if self.ended == STOP:
            # Kafka's word when it had to elect a leader that may have lost something.
            self.assertNotIn("was marked as RECOVERING", broker.log())
        getattr(broker, end)()
        self.assertEqual(broker.complaints(), "")
        self.ended = end

    def observe(self, client):
        patiently(lambda: find_coordinators(client, *GROUPS))
        return patiently(lambda: all_facts(client, PARTITIONS, GROUPS))

    def assert_worth_comparing(self):
        facts = "\n".join(self.facts)
        missing = [one for one in WORTH_COMPARING if not re.search(one, facts, re.MULTILINE)]
        self.assertEqual(missing, [])

    def assert_handed_over(self, client):
        self.writer.await_leaders(client)
        now = self.observe(client)
        different = [line for line in difflib.unified_diff(
            self.facts, now, "as it was", "as it is now", lineterm="", n=0)]
        self.assertEqual(different[:60], [])
        for producer in self.writer.idempotent:
            self.assertIsNone(producer.trouble_with_sequences(client))

    def assert_kafkas_tool_has_no_complaint(self):
        """Of all files of all topics."""
        def files(suffix):
            return ",".join(str(path) for name in TOPICS
                            for path in sorted(self.data.glob(f"{name}-?/*.{suffix}")))
        told = dump_log_segments("--deep-iteration", "--files", files("log"))
        self.assertNotIn("isvalid: false", told)
        told = dump_log_segments("--verify-index-only", "--files",
                                 files("index") + "," + files("timeindex"))
        self.assertNotRegex(told, "(?i)mismatch|out of order|exception")
        dump_log_segments("--files", files("snapshot") + "," + files("txnindex"))

    def test_from_barnabas_to_kafka_and_back(self):
        self.leg(self.barnabas(), KILL)
        self.leg(self.barnabas(), STOP)
        self.leg(self.kafka(), KILL)
        self.leg(self.barnabas(), STOP)
        self.assert_worth_comparing()
        self.assert_kafkas_tool_has_no_complaint()

    def test_from_kafka_to_barnabas_and_back(self):
        self.leg(self.kafka(), STOP)
        self.leg(self.barnabas(), KILL)
        self.leg(self.kafka(), STOP)
        self.leg(self.barnabas(), STOP)
        self.assert_worth_comparing()
        self.assert_kafkas_tool_has_no_complaint()
