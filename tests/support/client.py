"""What tests ask of a broker, in a line each; errors raise."""

import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "oracle"))

from wire import Batch, Closed, Connection, read_batches  # noqa: E402,F401

LATEST, EARLIEST = -1, -2
CONTROL, TRANSACTIONAL = 0x20, 0x10  # of a batch's attributes


class BrokerError(Exception):
    def __init__(self, what, code):
        super().__init__(f"{what}: error {code}")
        self.code = code


def check(what, code):
    if code:
        raise BrokerError(what, code)


class Client(Connection):
    def create_topic(self, name, partitions=1, **configs):
        answer = self.call("CreateTopics", 7, {"timeoutMs": 30000, "topics": [{
            "name": name, "numPartitions": partitions, "replicationFactor": 1,
            "configs": [{"name": key.replace("_", "."), "value": str(value)}
                        for key, value in configs.items()]}]})
        check(f"creating {name}", answer["topics"][0]["errorCode"])
        return answer["topics"][0]["topicId"]

    def topics(self):
        """Name -> topic of Metadata's answer."""
        answer = self.call("Metadata", 12, {"topics": None})
        return {topic["name"]: topic for topic in answer["topics"]}

    def produce_request(self, topic, partition, batch, acks=-1):
        return {"acks": acks, "timeoutMs": 30000, "topicData": [{
            "name": topic, "partitionData": [{"index": partition, "records": batch.encode()}]}]}

    def produce(self, topic, batch, partition=0, acks=-1):
        """The base offset."""
        answer = self.call("Produce", 11, self.produce_request(topic, partition, batch, acks))
        return self.produced(answer)

    @staticmethod
    def produced(answer):
        partition = answer["responses"][0]["partitionResponses"][0]
        check("producing", partition["errorCode"])
        return partition["baseOffset"]

    def produce_values(self, topic, *values, partition=0, acks=-1):
        batch = Batch(*[(None, value) for value in values], timestamp=int(time.time() * 1000))
        return self.produce(topic, batch, partition, acks)

    def offset(self, topic, which=LATEST, partition=0, committed=False):
        """`committed`: the last stable offset for the latest one."""
        answer = self.call("ListOffsets", 7, {
            "replicaId": -1, "isolationLevel": int(committed), "topics": [{
                "name": topic,
                "partitions": [{"partitionIndex": partition, "timestamp": which}]}]})
        found = answer["topics"][0]["partitions"][0]
        check(f"offsets of {topic}", found["errorCode"])
        return found["offset"]

    def fetch(self, topic, offset=0, partition=0, max_bytes=1 << 20, wait_ms=0):
        """The bytes from an offset on, and the high watermark."""
        answer = self.call("Fetch", 12, {
            "maxWaitMs": wait_ms, "minBytes": 1 if wait_ms else 0, "maxBytes": max_bytes,
            "topics": [{"topic": topic, "partitions": [{
                "partition": partition, "fetchOffset": offset, "partitionMaxBytes": max_bytes}]}]})
        check("fetching", answer["errorCode"])
        found = answer["responses"][0]["partitions"][0]
        check(f"fetching {topic}-{partition} at {offset}", found["errorCode"])
        return found["records"] or b"", found["highWatermark"]

    def records(self, topic, partition=0, offset=None):
        """(offset, key, value) of everything up to the high watermark."""
        at = self.offset(topic, EARLIEST, partition) if offset is None else offset
        found = []
        while True:
            data, high_watermark = self.fetch(topic, at, partition)
            for batch in read_batches(data):
                if "partial" in batch:
                    break
                assert batch["crcIsRight"], f"a wrong checksum at offset {batch['baseOffset']}"
                found += [(batch["baseOffset"] + one["offsetDelta"], one["key"], one["value"])
                          for one in batch["records"]
                          if batch["baseOffset"] + one["offsetDelta"] >= at]
                last = batch["baseOffset"] + batch["lastOffsetDelta"]
            if at >= high_watermark:
                return found
            assert data, f"nothing at offset {at} below the high watermark {high_watermark}"
            at = last + 1

    def values(self, topic, partition=0):
        return [value for _, _, value in self.records(topic, partition)]

    def producer_id(self):
        answer = self.call("InitProducerId", 4, {"transactionalId": None,
                                                 "transactionTimeoutMs": 60000})
        check("a producer id", answer["errorCode"])
        return answer["producerId"], answer["producerEpoch"]

    def committed_records(self, topic, partition=0):
        """(key, value) as a reader of committed records gets them, up to the last stable offset."""
        found, at = [], 0
        aborted = set()
        while True:
            answer = self.call("Fetch", 12, {
                "maxWaitMs": 0, "minBytes": 0, "maxBytes": 1 << 20, "isolationLevel": 1,
                "topics": [{"topic": topic, "partitions": [{
                    "partition": partition, "fetchOffset": at, "partitionMaxBytes": 1 << 20}]}]})
            read = answer["responses"][0]["partitions"][0]
            check(f"fetching {topic}-{partition}", read["errorCode"])
            if at >= read["lastStableOffset"]:
                return found
            to_come = sorted((one["firstOffset"], one["producerId"])
                             for one in read["abortedTransactions"])
            for batch in read_batches(read["records"]):
                if "partial" in batch:
                    break
                at = batch["baseOffset"] + batch["lastOffsetDelta"] + 1
                while to_come and to_come[0][0] <= batch["baseOffset"]:
                    aborted.add(to_come.pop(0)[1])
                if batch["attributes"] & CONTROL:
                    aborted.discard(batch["producerId"])
                elif not (batch["attributes"] & TRANSACTIONAL and batch["producerId"] in aborted):
                    found += [(one["key"], one["value"]) for one in batch["records"]]
