"""The process as a user meets it: start, words on the screen, wrong settings, the end."""

import pathlib
import signal
import socket
import subprocess
import tempfile
import time
import unittest

from broker_test_case import BINARY, BrokerTestCase
from client import Client


def say(*arguments, environment=None, timeout=30):
    return subprocess.run([BINARY, *arguments], capture_output=True, text=True, timeout=timeout,
                          env=environment, check=False)


class Words(unittest.TestCase):
    def test_version_is_one_line(self):
        told = say("--version")
        self.assertEqual(told.returncode, 0)
        self.assertRegex(told.stdout, r"^[^\n]*\d+\.\d+\.\d+[^\n]*\n$")

    def test_help_names_the_arguments(self):
        told = say("--help")
        self.assertEqual(told.returncode, 0)
        for argument in ("--config", "--set", "--data", "--log-level", "--version"):
            self.assertIn(argument, told.stdout)


class WrongSettings(unittest.TestCase):
    """Each stops the start, at once, with a message that names what is wrong."""

    def assert_refused(self, *arguments, mentions):
        with tempfile.TemporaryDirectory() as folder:
            told = say("--data", folder + "/data", *arguments)
        self.assertNotIn(told.returncode, (0, -6, -11), told.stderr + told.stdout)
        self.assertRegex(told.stderr + told.stdout, mentions)

    def test_an_unknown_key(self):
        self.assert_refused("--set", "log.retention.hors=3", mentions=r"log\.retention\.hors")

    def test_a_near_miss_is_told_the_right_key(self):
        self.assert_refused("--set", "log.retention.hors=3", mentions=r"log\.retention\.hours")

    def test_a_value_that_is_no_number(self):
        self.assert_refused("--set", "num.partitions=many", mentions=r"num\.partitions")

    def test_a_value_out_of_range(self):
        self.assert_refused("--set", "num.partitions=0", mentions=r"num\.partitions")

    def test_a_setting_without_a_value(self):
        self.assert_refused("--set", "num.partitions", mentions=r"num\.partitions")

    def test_a_listener_that_is_none(self):
        self.assert_refused("--set", "listeners=nonsense", mentions="listeners|nonsense")

    def test_a_config_file_that_is_not_there(self):
        self.assert_refused("--config", "/no/such/file", mentions="/no/such/file")

    def test_an_unknown_argument(self):
        self.assert_refused("--frobnicate", mentions="frobnicate")


class Configuration(BrokerTestCase):
    def test_a_properties_file_is_read_and_overridden(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "server.properties"
            path.write_text("# a comment\nnum.partitions=7\n default.replication.factor = 1\n"
                            "log.segment.bytes=2097152\nauto.create.topics.enable=true\n")
            broker = self.new_broker(["log.segment.bytes=3145728"])
            command = broker.command
            broker.command = lambda: [*command(), "--config", str(path)]
            broker.start()
            with Client(broker.address) as client:
                client.create_topic("named", -1)
                self.assertEqual(len(client.topics()["named"]["partitions"]), 7)
                told = client.call("DescribeConfigs", 1, {"resources": [{
                    "resourceType": 2, "resourceName": "named",
                    "configurationKeys": ["segment.bytes"]}]})
                self.assertEqual(told["results"][0]["configs"][0]["value"], "3145728")

    def test_environment_variables_count_as_settings(self):
        broker = self.new_broker()
        command = broker.command
        broker.command = lambda: ["env", "KAFKA_NUM_PARTITIONS=5", *command()]
        broker.start()
        with Client(broker.address) as client:
            client.create_topic("named", -1)
            self.assertEqual(len(client.topics()["named"]["partitions"]), 5)

    def test_the_start_block_tells_what_matters(self):
        log = self.broker.log()
        self.assertIn(str(self.broker.data), log)
        self.assertIn(self.client().call("DescribeCluster", 0)["clusterId"], log)
        self.assertRegex(log, r"\d+\.\d+\.\d+")
        self.assertRegex(log, r"\d+(\.\d+)? ?ms")

    def test_a_second_broker_on_the_same_data_is_refused(self):
        second = self.new_broker(data=self.broker.data)
        with self.assertRaisesRegex(RuntimeError, "ended at its start"):
            second.start()
        self.assert_alive()

    def test_a_port_in_use_is_said(self):
        taken = self.new_broker()
        taken.settings[0] = f"listeners=PLAINTEXT://127.0.0.1:{self.broker.port}"
        with self.assertRaisesRegex(RuntimeError, str(self.broker.port)):
            taken.start()

    def test_both_kinds_of_localhost_are_served(self):
        broker = self.new_broker()
        broker.settings[0] = "listeners=PLAINTEXT://localhost:0"
        broker.start()
        for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
            with socket.socket(family) as peer:
                peer.settimeout(5)
                try:
                    peer.connect((host, broker.port))
                except OSError as error:
                    if error.errno in (97, 99):  # this machine has no IPv6
                        continue
                    raise


class TheEnd(BrokerTestCase):
    def test_sigterm_and_sigint_end_it_cleanly_and_soon(self):
        for sign in (signal.SIGTERM, signal.SIGINT):
            client = self.client()
            if "t" not in client.topics():
                client.create_topic("t")
            client.send("Fetch", 12, {
                "maxWaitMs": 60000, "minBytes": 1, "maxBytes": 100, "topics": [{
                    "topic": "t", "partitions": [{"partition": 0, "fetchOffset": 0,
                                                  "partitionMaxBytes": 100}]}]})
            time.sleep(0.05)
            started = time.monotonic()
            self.broker.process.send_signal(sign)
            self.assertEqual(self.broker.process.wait(30), 0)
            self.assertLess(time.monotonic() - started, 10)
            self.assertTrue((self.broker.data / ".kafka_cleanshutdown").exists())
            self.broker.start()
            self.assertFalse((self.broker.data / ".kafka_cleanshutdown").exists())

    def test_the_directory_is_laid_out_as_kafka_does(self):
        self.client().create_topic("t")
        self.client().produce_values("t", b"x")
        self.assertEqual(self.broker.stop(), 0)
        data = self.broker.data
        for name in ("meta.properties", "recovery-point-offset-checkpoint",
                     "replication-offset-checkpoint", "log-start-offset-checkpoint",
                     "t-0/00000000000000000000.log", "t-0/00000000000000000000.index",
                     "t-0/00000000000000000000.timeindex", "t-0/partition.metadata",
                     "t-0/leader-epoch-checkpoint", "__cluster_metadata-0"):
            self.assertTrue((data / name).exists(), name)
        self.assertRegex((data / "meta.properties").read_text(), r"(?m)^version=1$")
