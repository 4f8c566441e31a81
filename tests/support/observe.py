"""All that a client can see of a partition, as lines of text by which brokers can be compared."""

import zlib

from client import EARLIEST, LATEST, read_batches

MAX_TIMESTAMP = -3
ISOLATION = {"read_uncommitted": 0, "read_committed": 1}


def _fetch(client, topic, partition, offset, isolation):
    answer = client.call("Fetch", 12, {
        "maxWaitMs": 0, "minBytes": 0, "maxBytes": 1 << 20, "isolationLevel": isolation,
        "topics": [{"topic": topic, "partitions": [{
            "partition": partition, "fetchOffset": offset, "partitionMaxBytes": 1 << 20}]}]})
    return answer["responses"][0]["partitions"][0]


def batches(client, topic, partition, isolation, end):
    """(batch, aborted transactions as (producer id, first offset)) up to an offset."""
    at = client.offset(topic, EARLIEST, partition)
    while at < end:
        found = _fetch(client, topic, partition, at, isolation)
        whole = [one for one in read_batches(found["records"] or b"") if "partial" not in one]
        if not whole:
            return
        aborted = sorted((one["producerId"], one["firstOffset"])
                         for one in found["abortedTransactions"] or [])
        for batch in whole:
            yield batch, aborted
            at = batch["baseOffset"] + batch["lastOffsetDelta"] + 1


def _list_offset(client, topic, partition, timestamp, isolation=0):
    answer = client.call("ListOffsets", 7, {
        "replicaId": -1, "isolationLevel": isolation, "topics": [{"name": topic, "partitions": [{
            "partitionIndex": partition, "timestamp": timestamp}]}]})
    found = answer["topics"][0]["partitions"][0]
    return found["errorCode"], found["timestamp"], found["offset"]


def observe(client, topic, partition=0):
    """Lines of `kind fields…`. Packed records show as a checksum, others with all they have."""
    lines = []
    times = set()
    for name, isolation in ISOLATION.items():
        end = _list_offset(client, topic, partition, LATEST, isolation)[2]
        lines.append(f"end {name} {end}")
        seen = set()
        for batch, aborted in batches(client, topic, partition, isolation, end):
            lines += [f"aborted {name} {producer} {first}" for producer, first in aborted
                      if (producer, first) not in seen]
            seen.update(aborted)
            if isolation:
                continue
            lines.append(" ".join(str(part) for part in (
                "batch", batch["baseOffset"], batch["lastOffsetDelta"], batch["attributes"],
                batch["maxTimestamp"], batch["producerId"], batch["producerEpoch"],
                batch["baseSequence"], zlib.crc32(batch.get("packed", b"")))))
            times.update((batch["baseTimestamp"], batch["maxTimestamp"]))
            for record in batch.get("records", ()):
                time_ms = batch["baseTimestamp"] + record["timestampDelta"]
                times.add(time_ms)
                lines.append(f"record {batch['baseOffset'] + record['offsetDelta']} {time_ms} "
                             f"{record['key']} {record['value']} {record['headers']}")
    lines.append(f"start {_list_offset(client, topic, partition, EARLIEST)[2]}")
    lines.append(f"newest {_list_offset(client, topic, partition, MAX_TIMESTAMP)}")
    for time_ms in sorted(times):
        for one in (time_ms, time_ms + 1):
            lines.append(f"from {one} {_list_offset(client, topic, partition, one)}")
    return "\n".join(dict.fromkeys(lines)) + "\n"
