"""What these tests have in common: a broker each, looked at again when the test ends."""

import os
import sys
import unittest

from barnabas_process import Barnabas
from client import Client

BINARY = os.environ.get("BARNABAS_BINARY", "build/release/barnabas")


class BrokerTestCase(unittest.TestCase):
    settings = ()

    def setUp(self):
        self.broker = self.new_broker(self.settings)
        self.broker.start()

    def new_broker(self, settings=(), **options):
        broker = Barnabas(BINARY, settings, **options)
        self.addCleanup(self._look_and_remove, broker)
        return broker

    def _look_and_remove(self, broker):
        complaints = broker.complaints()
        outcome = self._outcome.result
        if any(test is self for test, _ in outcome.failures + outcome.errors):
            sys.stdout.write(f"log of the broker of {self.id()}:\n{broker.all_logs()[-6000:]}\n")
        broker.remove()
        self.assertEqual(complaints, "")

    def client(self, **options):
        client = Client(self.broker.address, "end-to-end", **options)
        self.addCleanup(client.close)
        return client

    def assert_alive(self):
        """The broker answers a new connection."""
        with Client(self.broker.address) as client:
            self.assertEqual(client.call("ApiVersions", 0)["errorCode"], 0)
        self.assertTrue(self.broker.running())
