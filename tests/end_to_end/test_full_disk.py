"""A disk that is full answers KAFKA_STORAGE_ERROR, and loses nothing."""

import os
import resource
import subprocess
import tempfile

from broker_test_case import BrokerTestCase
from client import BrokerError, Closed

KAFKA_STORAGE_ERROR = 56
MEGABYTE = 1 << 20


class FullDisk(BrokerTestCase):
    def setUp(self):
        self.mounted = tempfile.mkdtemp(prefix="barnabas-disk-")
        self.addCleanup(os.rmdir, self.mounted)  # the last of the cleanups
        mount = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", self.mounted],
                               capture_output=True, check=False)
        if mount.returncode == 0:
            self.addCleanup(subprocess.run, ["umount", "-l", self.mounted], check=False)
            self.broker = self.new_broker(data=self.mounted + "/data")
        else:  # not allowed to mount: a limit on the size of each file does the same to a log
            limit = 12 * MEGABYTE
            self.broker = self.new_broker(preexec=lambda: resource.setrlimit(
                resource.RLIMIT_FSIZE, (limit, limit)))
        self.broker.start()

    def test_what_was_acknowledged_before_the_disk_was_full_is_there(self):
        client = self.client()
        client.create_topic("t")
        acknowledged = []
        refused = None
        for at in range(100):
            value = b"%d " % at + bytes(500_000)
            try:
                client.produce_values("t", value)
                acknowledged.append(value)
            except BrokerError as error:
                refused = error.code
                break
            except Closed:
                self.fail("the broker closed the connection instead of answering")
        self.assertEqual(refused, KAFKA_STORAGE_ERROR)
        self.assertGreater(len(acknowledged), 5)

        if self.broker.running():
            self.broker.kill()
        if self.broker.preexec is None:
            subprocess.run(["mount", "-o", "remount,size=64m", self.mounted], check=True)
        else:
            self.broker.preexec = None
        self.broker.start()
        client = self.client()
        self.assertEqual(client.values("t"), acknowledged)
        client.produce_values("t", b"there is room again")
