"""Apache Kafka's own DumpLogSegments reads every file that Barnabas wrote."""

import os
import time

from broker_test_case import BrokerTestCase
from client import Batch, Client
from kafka_process import dump_log_segments, kafka_jars

CODECS = range(5)


class KafkaReadsIt(BrokerTestCase):
    def setUp(self):
        if not kafka_jars():
            self.skipTest("neither Java nor Maven, or Apache Kafka could not be fetched")
        super().setUp()

    def test_dump_log_segments_finds_nothing_wrong(self):
        client = self.client()
        client.create_topic("t", 1, segment_bytes=1 << 20, index_interval_bytes=1000)
        producer, epoch = client.producer_id()
        sequence = 0
        for at in range(150):
            batch = Batch(*[(b"k%d" % one, os.urandom(2000), one) for one in range(10)],
                          timestamp=int(time.time() * 1000), codec=CODECS[at % len(CODECS)],
                          producer_id=producer, producer_epoch=epoch, base_sequence=sequence)
            client.produce("t", batch)
            sequence += 10
        self.broker.kill()
        self.broker.start()
        self.client().produce_values("t", b"after the kill")
        self.broker.stop()

        told = self.assert_nothing_wrong_in(self.broker.data / "t-0")
        self.assertEqual(told.count("baseOffset:"), 151)
        self.assertIn("after the kill", told)

    def test_nor_in_what_was_compacted(self):
        broker = self.new_broker(("log.cleaner.backoff.ms=20",))
        broker.start()
        now = int(time.time() * 1000)
        with Client(broker.address) as client:
            client.create_topic("t", cleanup_policy="compact", segment_bytes=1 << 20,
                                index_interval_bytes=1000, min_cleanable_dirty_ratio=0.001)
            for at in range(150):
                # Times out of order, and batches of which nothing but the header is left.
                records = [(b"k%d" % (one if at % 3 else 10 * at + one), os.urandom(2000), one)
                           for one in range(10)]
                client.produce("t", Batch(*records, timestamp=now - at * at % 1000,
                                          codec=CODECS[at % len(CODECS)]))
        folder = broker.data / "t-0"
        limit = time.monotonic() + 60
        while not self.is_compacted(folder):
            self.assertLess(time.monotonic(), limit, "compaction did not happen")
            time.sleep(0.02)
        broker.stop()
        told = self.assert_nothing_wrong_in(folder)
        self.assertLess(told.count("payload:"), 1000)

    @staticmethod
    def is_compacted(folder):
        """As far as the active segment."""
        checkpoint = folder.parent / "cleaner-offset-checkpoint"
        active = max(int(path.stem) for path in folder.glob("*.log"))
        return checkpoint.exists() and f"t 0 {active}\n" in checkpoint.read_text()

    def assert_nothing_wrong_in(self, folder):
        logs = sorted(folder.glob("*.log"))
        self.assertGreater(len(logs), 1)
        records = dump_log_segments("--deep-iteration", "--print-data-log", "--files",
                            ",".join(map(str, logs)))
        self.assertNotIn("isvalid: false", records)
        for suffix in ("index", "timeindex"):
            files = ",".join(str(path) for path in sorted(folder.glob(f"*.{suffix}")))
            told = dump_log_segments("--verify-index-only", "--files", files)
            self.assertNotRegex(told, "(?i)mismatch|out of order|exception")
        for path in folder.glob("*.snapshot"):
            dump_log_segments("--files", str(path))
        return records

    def test_it_reads_aborted_transactions(self):
        broker = self.new_broker(("transaction.partition.verification.enable=false",))
        broker.start()
        with Client(broker.address) as client:
            client.create_topic("t")
            for at in range(3):
                batch = Batch((b"k", b"v"), attributes=0x10, producer_id=7, producer_epoch=0,
                              base_sequence=at, timestamp=int(time.time() * 1000))
                client.produced(client.call("Produce", 11, {
                    **client.produce_request("t", 0, batch), "transactionalId": "writer"}))
                client.call("WriteTxnMarkers", 2, {"markers": [{
                    "producerId": 7, "producerEpoch": 0, "transactionResult": False,
                    "coordinatorEpoch": 3, "transactionVersion": 0,
                    "topics": [{"name": "t", "partitionIndexes": [0]}]}]})
        broker.stop()
        folder = broker.data / "t-0"
        told = dump_log_segments("--files", str(folder / "00000000000000000000.txnindex"))
        for at in range(3):
            self.assertIn(f"producerId: 7 firstOffset: {2 * at} lastOffset: {2 * at + 1} "
                          f"lastStableOffset: {2 * at + 2}", told)
        told = dump_log_segments("--deep-iteration", "--print-data-log", "--files",
                         str(folder / "00000000000000000000.log"))
        self.assertEqual(told.count("endTxnMarker: ABORT coordinatorEpoch: 3"), 3)

    def test_the_metadata_log_decodes(self):
        self.client().create_topic("t", 2, retention_ms=5)
        self.broker.stop()
        logs = sorted((self.broker.data / "__cluster_metadata-0").glob("*.log"))
        told = dump_log_segments("--cluster-metadata-decoder", "--deep-iteration", "--files",
                         ",".join(map(str, logs)))
        for record in ("TOPIC_RECORD", "PARTITION_RECORD", "CONFIG_RECORD"):
            self.assertIn(record, told)
        self.assertNotRegex(told, "(?i)could not|exception")
