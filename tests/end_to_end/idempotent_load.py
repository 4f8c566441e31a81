"""Producers that never give up: a batch is sent again, with its sequence, until acknowledged."""

import socket
import threading
import time

from client import Batch, Client, Closed

IN_FLIGHT = 5


class Producer(threading.Thread):
    """Writes one partition; `acknowledged` holds the values that the broker took."""

    def __init__(self, broker, topic, partition):
        super().__init__(daemon=True)
        self.broker = broker
        self.topic = topic
        self.partition = partition
        self.acknowledged = []
        self.trouble = None
        self.stopping = threading.Event()
        self.producer = None

    def run(self):
        try:
            sequence = 0
            unanswered = []  # (sequence, value), oldest first
            while not self.stopping.is_set() or unanswered:
                try:
                    sequence = self._talk(sequence, unanswered)
                except (Closed, OSError, socket.timeout):
                    time.sleep(0.01)
        except Exception as error:  # reported by the test's own thread
            self.trouble = error

    def _talk(self, sequence, unanswered):
        """One connection's life. Keeps `unanswered` as it was at its end."""
        with Client(self.broker.address, timeout=10) as client:
            if self.producer is None:
                self.producer = client.producer_id()
            sent = []
            for one in unanswered:
                sent.append(self._send(client, one))
            while True:
                while len(unanswered) < IN_FLIGHT and not self.stopping.is_set():
                    one = (sequence, b"%d/%d" % (self.partition, sequence))
                    sequence += 1
                    unanswered.append(one)
                    try:
                        sent.append(self._send(client, one))
                    except (Closed, OSError):
                        return sequence
                if not unanswered:
                    return sequence
                try:
                    answer = client.receive("Produce", 11, sent.pop(0))
                except (Closed, OSError):
                    return sequence
                client.produced(answer)
                self.acknowledged.append(unanswered.pop(0)[1])

    def _send(self, client, one):
        sequence, value = one
        batch = Batch((None, value), timestamp=int(time.time() * 1000),
                      producer_id=self.producer[0], producer_epoch=self.producer[1],
                      base_sequence=sequence)
        return client.send("Produce", 11, client.produce_request(self.topic, self.partition, batch))
