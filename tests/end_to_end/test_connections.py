"""Order on a connection, limits on their number and their idle time."""

import socket
import time

from broker_test_case import BrokerTestCase
from client import Batch, Client, Closed


class Order(BrokerTestCase):
    def test_answers_of_a_pipeline_come_in_order(self):
        client = self.client()
        client.create_topic("a", 8)
        sent = []
        for at in range(400):
            batch = Batch((None, b"%d" % at), timestamp=int(time.time() * 1000))
            sent.append(("Produce", 11, client.send("Produce", 11, client.produce_request(
                "a", at % 8, batch))))
            if at % 3 == 0:
                sent.append(("ApiVersions", 0, client.send("ApiVersions", 0)))
            if at % 5 == 0:
                sent.append(("Metadata", 1, client.send("Metadata", 1, {"topics": []})))
        for api, version, correlation_id in sent:
            answer = client.receive(api, version, correlation_id)
            if api == "Produce":
                client.produced(answer)
        for partition in range(8):
            self.assertEqual(client.values("a", partition),
                             [b"%d" % at for at in range(partition, 400, 8)])

    def test_acks_0_among_others_keeps_the_order(self):
        client = self.client()
        client.create_topic("a")
        for at in range(100):
            batch = Batch((None, b"%d" % at), timestamp=int(time.time() * 1000))
            client.send("Produce", 11, client.produce_request("a", 0, batch, acks=0))
        self.assertEqual(client.offset("a"), 100)
        self.assertEqual(client.values("a"), [b"%d" % at for at in range(100)])

    def test_a_record_wakes_a_long_poll_at_once(self):
        writer, reader = self.client(), self.client()
        writer.create_topic("a")
        for at in range(5):
            waiting = reader.send("Fetch", 12, {
                "maxWaitMs": 20000, "minBytes": 1, "maxBytes": 1000, "topics": [{
                    "topic": "a", "partitions": [{"partition": 0, "fetchOffset": at,
                                                  "partitionMaxBytes": 1000}]}]})
            time.sleep(0.05)
            started = time.monotonic()
            writer.produce_values("a", b"x")
            reader.receive("Fetch", 12, waiting)
            self.assertLess(time.monotonic() - started, 5)


class MaxConnections(BrokerTestCase):
    settings = ("max.connections=5",)

    def test_no_more_than_the_limit_are_served_at_once(self):
        held = [self.client() for _ in range(5)]
        for client in held:
            self.assertEqual(client.call("ApiVersions", 0)["errorCode"], 0)
        extra = Client(self.broker.address, timeout=1)
        self.addCleanup(extra.close)
        # Kafka leaves them waiting, or closes the one that was idle longest.
        with self.assertRaises((Closed, socket.timeout, OSError)):
            for client in (extra, *held):
                client.socket.settimeout(1)
                client.call("ApiVersions", 0)
        for client in (*held, extra):
            client.close()
        time.sleep(0.1)
        self.assert_alive()


class IdleConnections(BrokerTestCase):
    settings = ("connections.max.idle.ms=500",)

    def test_an_idle_connection_is_closed_and_a_busy_one_is_not(self):
        idle, busy = self.client(), self.client()
        idle.call("ApiVersions", 0)
        idle.socket.settimeout(20)
        for _ in range(30):
            busy.call("ApiVersions", 0)
            time.sleep(0.1)
        self.assertEqual(idle.socket.recv(1), b"")
        busy.call("ApiVersions", 0)


class RequestSize(BrokerTestCase):
    settings = ("socket.request.max.bytes=2000",)

    def test_a_larger_request_is_cut_off(self):
        client = self.client()
        client.create_topic("a")
        client.produce_values("a", bytes(1500))
        with self.assertRaises((Closed, OSError)):
            client.produce_values("a", bytes(2500))
        self.assert_alive()
