"""Transactions in partitions outlive the process, however it ends."""

from broker_test_case import BrokerTestCase
from client import Batch, check, read_batches

OPEN, ABORTED, COMMITTED = 1 << 41, (1 << 41) + 1, (1 << 41) + 2


class TransactionsInPartitions(BrokerTestCase):
    # Without it no coordinator is asked: this is about what partitions keep.
    settings = ("transaction.partition.verification.enable=false",)

    def write(self, producer, sequence, value):
        batch = Batch((b"k", value), attributes=0x10, producer_id=producer, producer_epoch=0,
                      base_sequence=sequence)
        request = self.told.produce_request("t", 0, batch)
        return self.told.produced(self.told.call("Produce", 11, {
            **request, "transactionalId": "writer"}))

    def end(self, producer, commit):
        answer = self.told.call("WriteTxnMarkers", 2, {"markers": [{
            "producerId": producer, "producerEpoch": 0, "transactionResult": commit,
            "coordinatorEpoch": 0, "transactionVersion": 0,
            "topics": [{"name": "t", "partitionIndexes": [0]}]}]})
        check("ending", answer["markers"][0]["topics"][0]["partitions"][0]["errorCode"])

    def fill(self):
        self.told = self.client()
        self.told.create_topic("t", 1, segment_bytes=1 << 20, index_interval_bytes=1000)
        for at in range(40):
            self.write(ABORTED, at, b"a" * 100_000)
            self.write(COMMITTED, at, b"c")
            self.end(ABORTED, False)
            self.end(COMMITTED, True)
        self.first_open = self.write(OPEN, 0, b"o")
        self.write(ABORTED, 40, b"a")
        self.end(ABORTED, False)

    def look(self):
        """What a reader of committed records sees, and where it has to stop."""
        client = self.client()
        offset, values, stable = 0, [], None
        while stable is None or offset < stable:
            answer = client.call("Fetch", 12, {
                "maxWaitMs": 0, "minBytes": 0, "maxBytes": 1 << 20, "isolationLevel": 1,
                "topics": [{"topic": "t", "partitions": [{
                    "partition": 0, "fetchOffset": offset, "partitionMaxBytes": 1 << 20}]}]})
            found = answer["responses"][0]["partitions"][0]
            check("fetching", found["errorCode"])
            stable = found["lastStableOffset"]
            offset = self.take(found, values)
        return stable, values

    @staticmethod
    def take(found, values):
        """As a consumer does it: drops the records of aborted transactions."""
        to_come = sorted(found["abortedTransactions"], key=lambda each: each["firstOffset"])
        aborted, end = set(), None
        for batch in read_batches(found["records"]):
            end = batch["baseOffset"] + batch["lastOffsetDelta"] + 1
            while to_come and to_come[0]["firstOffset"] < end:
                aborted.add(to_come.pop(0)["producerId"])
            if batch["attributes"] & 0x20:
                if batch["records"][0]["key"] == b"\x00\x00\x00\x00":
                    aborted.discard(batch["producerId"])
            elif batch["producerId"] not in aborted:
                values += [record["value"] for record in batch["records"]]
        return end

    def check_all(self):
        stable, values = self.look()
        self.assertEqual(stable, self.first_open)
        self.assertEqual(values, [b"c"] * 40)

    def test_they_survive_a_kill_and_a_clean_stop(self):
        self.fill()
        self.check_all()
        self.broker.kill()
        self.broker.start()
        self.check_all()
        self.assertEqual(self.broker.stop(), 0)
        self.broker.start()
        self.check_all()
        self.told = self.client()
        self.end(OPEN, True)
        stable, values = self.look()
        self.assertEqual(values, [b"c"] * 40 + [b"o"])
        self.assertEqual(stable, self.told.offset("t"))

    def test_every_aborted_transaction_is_in_an_index_once(self):
        self.fill()
        self.broker.kill()
        self.broker.start()
        self.broker.stop()
        indexes = sorted((self.broker.data / "t-0").glob("*.txnindex"))
        self.assertGreater(len(indexes), 2)
        self.assertEqual(sum(path.stat().st_size for path in indexes), 41 * 34)
