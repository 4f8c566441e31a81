"""Exactly once, whatever is killed: random kills under copiers that work in transactions."""

import os
import random
import time

from broker_test_case import BrokerTestCase
from transactional_load import Copier, find_coordinators, patiently

from client import Batch, check

KILLS = int(os.environ.get("BARNABAS_KILLS", "20"))
PARTITIONS = 4
RECORDS = 1500  # of each partition


class Transactions(BrokerTestCase):
    def _fill(self, client):
        client.create_topic("in", PARTITIONS)
        client.create_topic("out", 2)
        for partition in range(PARTITIONS):
            for start in range(0, RECORDS, 50):
                client.produce_values("in", *[b"%d/%d" % (partition, start + at)
                                              for at in range(50)], partition=partition)

    def _copiers(self, seed):
        return [Copier(self.broker, partition, RECORDS, v2=partition % 2 == 0,
                       seed=seed + partition) for partition in range(PARTITIONS)]

    def test_every_record_is_copied_once_whatever_is_killed(self):
        seed = int(os.environ.get("BARNABAS_SEED", random.getrandbits(32)))
        print(f"seed {seed}: BARNABAS_SEED={seed} repeats the moments of the kills")
        chance = random.Random(seed)
        self._fill(self.client())
        copiers = self._copiers(seed)
        for copier in copiers:
            copier.start()

        kills = 0
        while kills < KILLS and any(copier.is_alive() for copier in copiers):
            time.sleep(chance.uniform(0.02, 0.25))
            self.broker.kill()
            self.broker.start()
            kills += 1
        for copier in copiers:
            copier.join(90)
            self.assertIsNone(copier.trouble)
            self.assertFalse(copier.is_alive(), f"{copier.name} never came to its end")

        self._assert_copied_once()
        rounds, aborted = (sum(getattr(one, what) for one in copiers)
                           for what in ("rounds", "aborted"))
        print(f"{PARTITIONS * RECORDS} records in {rounds} transactions, {aborted} of them aborted,"
              f" {kills} kills: each record once")

    def _assert_copied_once(self):
        client = self.client()
        seen = {b"%d" % partition: [] for partition in range(PARTITIONS)}
        for partition in range(2):
            last = {}
            for key, value in client.committed_records("out", partition):
                number = int(value.split(b"/")[1])
                self.assertGreater(number, last.get(key, -1), "in order")
                last[key] = number
                seen[key].append(number)
        for numbers in seen.values():
            self.assertEqual(sorted(numbers), list(range(RECORDS)))

    def test_nothing_stays_open_behind_a_dead_producer(self):
        client = self.client()
        client.create_topic("out", 1)
        patiently(lambda: find_coordinators(client, "dead"))
        answer = patiently(lambda: self._init(client, "dead", 1000))
        batch = Batch((b"k", b"v"), timestamp=int(time.time() * 1000), attributes=0x10,
                      producer_id=answer["producerId"], producer_epoch=answer["producerEpoch"],
                      base_sequence=0)
        request = client.produce_request("out", 0, batch)
        client.produced(client.call("Produce", 12, {"transactionalId": "dead", **request}))
        client.produce_values("out", b"behind it")

        self.broker.kill()
        self.broker.start()

        client = self.client()
        enough = time.monotonic() + 30
        while not client.committed_records("out") and time.monotonic() < enough:
            time.sleep(0.05)
        self.assertEqual(client.committed_records("out"), [(None, b"behind it")])

    @staticmethod
    def _init(client, name, timeout_ms):
        answer = client.call("InitProducerId", 5, {"transactionalId": name,
                                                   "transactionTimeoutMs": timeout_ms})
        check("a producer id", answer["errorCode"])
        return answer
