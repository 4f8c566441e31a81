"""Peers that send nonsense, too much or too little are cut off; the others are not."""

import random
import socket
import struct
import threading
import time

from broker_test_case import BrokerTestCase
from client import Client, Closed

MEGABYTE = 1 << 20


class HostilePeers(BrokerTestCase):
    def dial(self):
        peer = socket.create_connection(("127.0.0.1", self.broker.port), 10)
        self.addCleanup(peer.close)
        return peer

    def assert_closed(self, peer):
        try:
            while peer.recv(65536):
                pass
        except ConnectionResetError:
            pass
        except socket.timeout:
            self.fail("the broker keeps the connection")

    def assert_cut_off(self, data):
        peer = self.dial()
        try:
            peer.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            pass
        self.assert_closed(peer)
        self.assert_alive()

    def test_http_is_cut_off(self):
        self.assert_cut_off(b"GET /metrics HTTP/1.1\r\nHost: broker\r\n\r\n")

    def test_tls_is_cut_off(self):
        self.assert_cut_off(bytes.fromhex("1603010200010001fc0303") + bytes(500))

    def test_lengths_that_cannot_be_are_cut_off(self):
        for length in (-1, -2147483648, 0, 1, 7, 104857601, 2147483647):
            with self.subTest(length=length):
                self.assert_cut_off(struct.pack(">i", length) + bytes(16))

    def test_random_bytes_are_cut_off_or_answered(self):
        chance = random.Random(7)
        before = self.broker.resident_bytes()
        for _ in range(300):
            peer = self.dial()
            try:
                size = chance.choice((1, 3, 20, 200, 5000))
                body = chance.randbytes(size)
                if chance.random() < 0.7:  # a right length and a known API lead further in
                    head = struct.pack(">hhi", chance.randrange(0, 80), chance.randrange(0, 14), 1)
                    body = struct.pack(">i", len(head + body)) + head + body
                peer.sendall(body)
                peer.shutdown(socket.SHUT_WR)
                self.assert_closed(peer)
            except (BrokenPipeError, ConnectionResetError):
                pass
            peer.close()
        self.assert_alive()
        self.assertLess(self.broker.resident_bytes() - before, 200 * MEGABYTE)

    def test_truncated_frames_leave_nothing_behind(self):
        with Client(self.broker.address) as client:
            client.create_topic("t")
        for cut in range(0, 60, 3):
            peer = self.dial()
            head = struct.pack(">ihhih", 1000, 0, 9, 5, 3) + b"abc\0"
            peer.sendall((head + bytes(100))[:cut + 1])
            peer.close()
        self.assert_alive()
        with Client(self.broker.address) as client:
            self.assertEqual(client.offset("t"), 0)

    def test_a_peer_that_sends_byte_by_byte_is_answered(self):
        peer = self.dial()
        request = struct.pack(">hhih", 18, 0, 99, 1) + b"x"
        for byte in struct.pack(">i", len(request)) + request:
            peer.sendall(bytes([byte]))
            time.sleep(0.002)
        self.assertEqual(struct.unpack(">i", peer.recv(65536)[4:8])[0], 99)

    def test_a_half_closed_peer_gets_its_answers(self):
        peer = self.dial()
        request = struct.pack(">hhih", 18, 0, 99, 1) + b"x"
        peer.sendall((struct.pack(">i", len(request)) + request) * 3)
        peer.shutdown(socket.SHUT_WR)
        self.assert_closed(peer)
        self.assert_alive()

    def test_many_open_frames_hold_no_memory_that_was_not_sent(self):
        """500 peers announce 90 MB each and send a few bytes."""
        peers = [self.dial() for _ in range(500)]
        before = self.broker.resident_bytes()
        for peer in peers:
            peer.sendall(struct.pack(">ihhih", 90 * MEGABYTE, 0, 9, 5, 3) + b"abc")
        time.sleep(0.5)
        self.assert_alive()
        self.assertLess(self.broker.resident_bytes() - before, 100 * MEGABYTE)

    def test_a_peer_that_never_reads_is_bounded(self):
        """It asks for 200 MB in answers and takes none; the broker stops reading from it."""
        with Client(self.broker.address) as client:
            client.create_topic("big")
            for _ in range(20):
                client.produce_values("big", bytes(500_000))
        before = self.broker.resident_bytes()
        greedy = Client(self.broker.address)
        self.addCleanup(greedy.close)
        greedy.socket.settimeout(2)
        try:
            for _ in range(200):
                greedy.send("DescribeTopicPartitions", 0, {"topics": [{"name": "big"}] * 200})
                greedy.send("Fetch", 12, {
                    "maxWaitMs": 0, "minBytes": 0, "maxBytes": MEGABYTE, "topics": [{
                        "topic": "big", "partitions": [{
                            "partition": 0, "fetchOffset": 0, "partitionMaxBytes": MEGABYTE}]}]})
        except socket.timeout:
            pass
        self.assert_alive()
        self.assertLess(self.broker.resident_bytes() - before, 100 * MEGABYTE)

    def test_peers_that_vanish_in_a_long_poll_are_forgotten(self):
        with Client(self.broker.address) as client:
            client.create_topic("t")
        for _ in range(200):
            peer = Client(self.broker.address)
            peer.send("Fetch", 12, {"maxWaitMs": 60000, "minBytes": 1, "maxBytes": 100, "topics": [{
                "topic": "t", "partitions": [{"partition": 0, "fetchOffset": 0,
                                              "partitionMaxBytes": 100}]}]})
            peer.close()
        with Client(self.broker.address) as client:
            client.produce_values("t", b"wakes nobody")
        self.assert_alive()

    def test_a_storm_of_connections_is_weathered(self):
        def come_and_go():
            for _ in range(200):
                socket.create_connection(("127.0.0.1", self.broker.port), 10).close()
        threads = [threading.Thread(target=come_and_go) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assert_alive()

    def test_oversize_arrays_are_cut_off(self):
        with Client(self.broker.address) as client:
            with self.assertRaises(Closed):
                client.call("Metadata", 1, body=struct.pack(">i", 2147483647))
        self.assert_alive()
