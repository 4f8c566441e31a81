"""How far a start after the loss of power need not look."""

import time

from broker_test_case import BrokerTestCase
from client import Batch

LIMIT_S = 60


class RecoveryPoint(BrokerTestCase):
    settings = ("log.segment.bytes=1048576", "log.flush.offset.checkpoint.interval.ms=100")

    def recovery_point(self):
        try:
            lines = (self.broker.data / "recovery-point-offset-checkpoint").read_text().split("\n")
        except FileNotFoundError:
            return 0
        points = [line.split()[2] for line in lines if line.startswith("t 0 ")]
        return int(points[0]) if points else 0

    def active_segment(self):
        return max(int(log.stem) for log in (self.broker.data / "t-0").glob("*.log"))

    def test_it_follows_the_segments_that_are_rolled(self):
        client = self.client()
        client.create_topic("t")
        for rolled in range(3):
            for _ in range(12):
                client.produce("t", Batch((None, b"x" * 100000)))
            limit = time.monotonic() + LIMIT_S
            while self.recovery_point() < self.active_segment():
                self.assertLess(time.monotonic(), limit, "the rolled segments were not synced")
                time.sleep(0.02)
            self.assertGreaterEqual(self.active_segment(), 10 * (rolled + 1))
        self.assertLess(self.recovery_point(), client.offset("t"))
