"""Random kills under an idempotent load with acks=all: nothing lost, nothing twice."""

import os
import random
import time

from broker_test_case import BrokerTestCase
from idempotent_load import Producer

KILLS = int(os.environ.get("BARNABAS_KILLS", "200"))
PARTITIONS = 4


class Kills(BrokerTestCase):
    def test_every_acknowledged_record_is_there_once_and_in_order(self):
        seed = int(os.environ.get("BARNABAS_SEED", random.getrandbits(32)))
        print(f"seed {seed}: BARNABAS_SEED={seed} repeats the moments of the kills")
        chance = random.Random(seed)
        self.client().create_topic("load", PARTITIONS)
        producers = [Producer(self.broker, "load", partition) for partition in range(PARTITIONS)]
        for producer in producers:
            producer.start()

        for _ in range(KILLS):
            time.sleep(chance.uniform(0.02, 0.2))
            self.broker.kill()
            self.broker.start()
        time.sleep(0.2)
        for producer in producers:
            producer.stopping.set()
        for producer in producers:
            producer.join(60)
            self.assertFalse(producer.is_alive(), "a producer never got its last answers")
            if producer.trouble:
                raise producer.trouble

        total = 0
        for producer in producers:
            self.assertGreater(len(producer.acknowledged), KILLS)
            self.assertEqual(self.client().values("load", producer.partition),
                             producer.acknowledged)
            total += len(producer.acknowledged)
        print(f"{total} records acknowledged over {KILLS} kills: 0 lost, 0 duplicated")
