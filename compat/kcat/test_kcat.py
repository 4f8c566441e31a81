"""What people do with kcat: produce with every codec, read back, list, ask for offsets."""

import json
import os
import random
import subprocess
import time
import unittest

from barnabas_process import Barnabas

CODECS = ("none", "gzip", "snappy", "lz4", "zstd")
LINES = [f"line {at} " + "abc" * (at % 50) for at in range(500)]


class Kcat(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.broker = None
        cls.address = os.environ.get("KCAT_BROKER")
        if not cls.address:
            cls.broker = Barnabas(os.environ["BARNABAS_BINARY"], ["num.partitions=1"]).start()
            cls.address = cls.broker.address

    @classmethod
    def tearDownClass(cls):
        if cls.broker:
            cls.broker.remove()

    def setUp(self):
        self.topic = f"kcat-{random.getrandbits(40):x}"

    def kcat(self, *arguments, given=None, fails=False):
        """Its output; kcat's own errors fail the test."""
        told = subprocess.run(["kcat", "-b", self.address, "-X", "broker.address.family=v4",
                               *map(str, arguments)], input=given, capture_output=True, timeout=60,
                              check=False)
        if not fails:
            self.assertEqual(told.returncode, 0, told.stderr.decode(errors="replace"))
        return told.stdout.decode() if not fails else told.stderr.decode(errors="replace")

    def produce(self, text, *arguments):
        self.kcat("-P", "-t", self.topic, *arguments, given=text.encode())

    def consume(self, *arguments):
        return self.kcat("-C", "-t", self.topic, "-q", "-e", "-o", "beginning", *arguments)

    def test_a_topic_comes_into_being_when_it_is_written(self):
        self.produce("first\n")
        self.assertEqual(self.consume(), "first\n")

    def test_each_codec_is_read_back(self):
        for codec in CODECS:
            with self.subTest(codec=codec):
                self.setUp()
                self.produce("\n".join(LINES) + "\n", "-z", codec)
                self.assertEqual(self.consume().splitlines(), LINES)

    def test_each_kind_of_acknowledgement(self):
        for acks in ("0", "1", "all"):
            with self.subTest(acks=acks):
                self.setUp()
                self.produce("warm\n")
                self.produce("\n".join(LINES) + "\n", "-X", f"acks={acks}")
                for _ in range(50):  # nobody says when acks=0 has arrived
                    got = self.consume().splitlines()
                    if len(got) > len(LINES):
                        break
                    time.sleep(0.1)
                self.assertEqual(got, ["warm", *LINES])

    def test_an_idempotent_producer(self):
        self.produce("\n".join(LINES) + "\n", "-X", "enable.idempotence=true")
        self.assertEqual(self.consume().splitlines(), LINES)

    def test_keys_headers_and_nulls_come_back(self):
        self.produce("k1:v1\nk2:\n:v3\n", "-K:", "-Z", "-H", "name=value", "-H", "other=x")
        told = self.consume("-J").splitlines()
        got = [(one["key"], one["payload"], one["headers"]) for one in map(json.loads, told)]
        headers = ["name", "value", "other", "x"]
        self.assertEqual(got, [("k1", "v1", headers), ("k2", None, headers), (None, "v3", headers)])

    def test_format_tells_offset_partition_and_time(self):
        before = int(time.time() * 1000)
        self.produce("a\nb\n")
        told = self.consume("-f", "%o %p %T %S %s\n").splitlines()
        for at, line in enumerate(told):
            offset, partition, timestamp, size, value = line.split()
            self.assertEqual((offset, partition, size, value), (str(at), "0", "1", "ab"[at]))
            self.assertLess(abs(int(timestamp) - before), 60000)

    def test_reading_from_an_offset_and_from_the_tail(self):
        self.produce("\n".join(LINES) + "\n")
        wanted = {"100": LINES[100:], "-7": LINES[-7:], "beginning": LINES, "end": []}
        for start, lines in wanted.items():
            with self.subTest(start=start):
                told = self.kcat("-C", "-t", self.topic, "-q", "-e", "-p", 0, "-o", start)
                self.assertEqual(told.splitlines(), lines)

    def test_reading_between_two_times(self):
        self.produce("old\n")
        time.sleep(0.05)
        middle = int(time.time() * 1000)
        time.sleep(0.05)
        self.produce("new\n")
        told = self.kcat("-C", "-t", self.topic, "-q", "-e", "-o", f"s@{middle}")
        self.assertEqual(told, "new\n")
        told = self.kcat("-C", "-t", self.topic, "-q", "-e", "-o", "beginning", "-o",
                         f"e@{middle}")
        self.assertEqual(told, "old\n")

    def test_a_query_answers_the_offset_of_a_time(self):
        self.produce("one\ntwo\n")
        told = self.kcat("-Q", "-t", f"{self.topic}:0:-2", "-t", f"{self.topic}:0:-1")
        self.assertIn("offset", told)
        self.assertRegex(self.kcat("-Q", "-t", f"{self.topic}:0:-2"), r"offset 0\b")
        self.assertRegex(self.kcat("-Q", "-t", f"{self.topic}:0:-1"), r"offset 2\b")
        self.assertRegex(self.kcat("-Q", "-t", f"{self.topic}:0:1"), r"offset 0\b")

    def test_the_list_shows_brokers_and_topics(self):
        self.produce("x\n")
        told = json.loads(self.kcat("-L", "-J"))
        topics = {one["topic"]: one for one in told["topics"]}
        self.assertEqual(topics[self.topic]["partitions"],
                         [{"partition": 0, "leader": told["brokers"][0]["id"],
                           "replicas": [{"id": told["brokers"][0]["id"]}],
                           "isrs": [{"id": told["brokers"][0]["id"]}]}])
        self.assertEqual(told["brokers"][0]["name"].rsplit(":")[-1],
                         self.address.rsplit(":")[-1])

    def test_a_topic_that_is_not_there_is_said(self):
        told = self.kcat("-C", "-t", self.topic, "-e", "-X", "allow.auto.create.topics=false",
                         fails=True)
        self.assertRegex(told, "(?i)unknown topic")

    def test_large_records(self):
        large = "x" * 900_000
        self.produce(f"{large}\nsmall\n{large}\n")
        self.assertEqual(self.consume().splitlines(), [large, "small", large])

    def test_a_record_that_is_too_large_is_said(self):
        told = self.kcat("-P", "-t", self.topic, "-X", "message.max.bytes=3000000",
                         given=b"x" * 2_000_000, fails=True)
        self.assertRegex(told, "(?i)message size too large|too large")

    def test_one_reads_while_another_writes(self):
        self.produce("0\n")
        with subprocess.Popen(["kcat", "-b", self.address, "-X", "broker.address.family=v4", "-C",
                               "-t", self.topic, "-q", "-u", "-c", "101", "-o", "beginning"],
                              stdout=subprocess.PIPE, text=True) as reader:
            for at in range(10):
                self.produce("".join(f"{at * 10 + one + 1}\n" for one in range(10)))
            told, _ = reader.communicate(timeout=60)
        self.assertEqual(told.splitlines(), [str(at) for at in range(101)])


if __name__ == "__main__":
    unittest.main()
