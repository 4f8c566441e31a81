"""The port for metrics and health, and what a process allows itself."""

import re
import resource
import urllib.error
import urllib.request

from broker_test_case import BrokerTestCase


class Metrics(BrokerTestCase):
    settings = ("metrics.listener=127.0.0.1:0",)

    def get(self, path):
        url = re.search(r"metrics on (http://\S+)/metrics", self.broker.log()).group(1)
        with urllib.request.urlopen(url + path, timeout=60) as answer:
            return answer.read().decode()

    def value(self, metric):
        found = re.search(rf"^{re.escape(metric)} (\S+)$", self.get("/metrics"), re.M)
        self.assertIsNotNone(found, metric)
        return float(found.group(1))

    def test_a_running_broker_is_healthy(self):
        for path in ("/health", "/health/ready", "/health/live"):
            self.assertEqual(self.get(path), "healthy\n")

    def test_what_goes_in_and_out_is_counted(self):
        client = self.client()
        client.create_topic("counted")
        client.produce_values("counted", b"one", b"two", b"three")
        client.values("counted")
        self.assertEqual(
            self.value('kafka_server_brokertopicmetrics_messagesin_total{topic="counted"}'), 3)
        self.assertEqual(self.value('kafka_server_brokertopicmetrics_bytesin_total'),
                         self.value('kafka_server_brokertopicmetrics_bytesout_total'))

    def test_totals_do_not_fall_when_a_topic_is_deleted(self):
        client = self.client()
        client.create_topic("gone")
        client.produce_values("gone", b"one")
        client.call("DeleteTopics", 6, {"timeoutMs": 30000, "topics": [{"name": "gone"}]})
        self.assertEqual(self.value("kafka_server_brokertopicmetrics_messagesin_total"), 1)
        self.assertNotIn('topic="gone"', self.get("/metrics"))

    def test_there_is_no_other_page(self):
        with self.assertRaises(urllib.error.HTTPError) as refused:
            self.get("/")
        self.assertEqual(refused.exception.code, 404)
        refused.exception.close()


class Limits(BrokerTestCase):
    def setUp(self):
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        self.broker = self.new_broker(preexec=lambda: resource.setrlimit(
            resource.RLIMIT_NOFILE, (256, hard)))
        self.broker.start()

    def test_as_many_files_as_allowed_may_be_open(self):
        with open(f"/proc/{self.broker.process.pid}/limits", encoding="ascii") as limits:
            _, _, _, soft, hard, _ = next(line for line in limits
                                          if line.startswith("Max open files")).split()
        self.assertEqual(soft, hard)
