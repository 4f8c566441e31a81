"""Produce: batches are checked, numbered and appended; each partition is answered for itself."""

from cases.requests import (NOTHING, fetch, fetch_partition, list_offsets, produce, produce_all,
                            some_records)
from plan import HOUR_MS, Call, Case, Topic, config
from wire import Batch, schema
from wire.records import GZIP, LZ4, NONE, SNAPPY, ZSTD, record

VERSIONS = schema.versions("Produce")
OLD, NEWEST = 7, VERSIONS[-1]
T = {"t": 1}
CODECS = {"gzip": GZIP, "snappy": SNAPPY, "lz4": LZ4, "zstd": ZSTD}
BODY = b"".join(record(at, b"k", b"v%d" % at) for at in range(3))


def one(**fields):
    return Batch((b"key", b"value"), **fields)


def refused(title, *batches, topics=None, version=OLD, **fields):
    """A batch that is wrong, in a version without and one with record errors; nothing is kept."""
    return Case(title, [produce(*batches, version=version, **fields),
                        produce(*batches, version=NEWEST, **fields), *list_offsets(-1)],
                topics=topics or T)


ACKS = [
    *[Case(f"v{version} acks {acks}: appended and read back",
           [produce(some_records(3), version=version, acks=acks),
            fetch(), *list_offsets(-1)], topics=T)
      for version in VERSIONS for acks in (1, -1)],
    *[Case(f"v{version} acks 0 is not answered",
           [produce(one(), version=version, acks=0, answers=False),
            *list_offsets(-1)], topics=T) for version in VERSIONS],
    *[Case(f"v{version} acks {acks} is refused", [produce(one(), version=version, acks=acks),
                                                  *list_offsets(-1)], topics=T)
      for version in (3, 7, 8, NEWEST) for acks in (2, -2, 32767)],
    Case("acks 0 with an error closes the connection",
         [produce(one(crc=1), acks=0, answers=False), *list_offsets(-1)], topics=T),
    Case("acks 0 to a topic that is not there closes the connection",
         [produce(one(), topic=Topic("none"), acks=0, answers=False),
          Call("DescribeCluster", 0)]),
    Case("a timeout of 0", [produce(one(), timeout_ms=0)], topics=T),
    Case("a negative timeout", [produce(one(), timeout_ms=-1)], topics=T),
    Case("too few replicas in sync for acks all",
         [produce(one(), acks=-1), produce(one(), acks=1), *list_offsets(-1)],
         topics={"t": {"configs": config(min_insync_replicas="2")}}),
]

WHERE = [
    *[Case(f"v{version} to a topic that is not there", [produce(one(), version=version,
                                                               topic=Topic("none"))])
      for version in VERSIONS],
    *[Case(f"v{version} to partition {partition}, which is not there",
           [produce(one(), version=version, partition=partition)], topics=T)
      for version in (3, 9, NEWEST) for partition in (1, -1, 2147483647)],
    Case("v13 to an id that is not there", [Call("Produce", 13, {
        "acks": 1, "timeoutMs": 1000, "topicData": [{
            "topicId": "00000000-1111-2222-3333-444444444444",
            "partitionData": [{"index": 0, "records": [one()]}]}]})]),
    Case("v13 to the zero id", [Call("Produce", 13, {
        "acks": 1, "timeoutMs": 1000, "topicData": [{
            "topicId": NOTHING, "partitionData": [{"index": 0, "records": [one()]}]}]})]),
    *[Case(f"v{version} to no topic", [produce_all([], version=version)]) for version in VERSIONS],
    Case("to a topic without partitions", [Call("Produce", 9, {
        "acks": 1, "timeoutMs": 1000,
        "topicData": [{"name": Topic("t"), "partitionData": []}]})], topics=T),
    Case("to a topic with a bad name", [produce(one(), topic=Topic("", "a b"), version=9)]),
    *[Case(f"v{version} right and wrong partitions in one request", [
        produce_all([("t", 0, [one()]), ("t", 1, [one(crc=7)]), ("t", 5, [one()]),
                     ("u", 0, [some_records(2)])], version=version),
        *list_offsets(-1), *list_offsets(-1, topic="u")], topics={"t": 2, "u": 1})
      for version in (3, 9, NEWEST)],
    Case("one partition twice in a request",
         [produce_all([("t", 0, [one()]), ("t", 0, [one()])]), *list_offsets(-1)], topics=T),
]

BATCHES = [
    # Null records are not here: Apache Kafka 4.3.0 never answers them.
    *[Case(f"v{version} empty records", [produce(version=version)], topics=T)
      for version in (3, 7, 8, NEWEST)],
    refused("two batches for one partition", one(), one()),
    refused("magic 0", one(magic=0)),
    refused("magic 1", one(magic=1)),
    refused("magic 3", one(magic=3)),
    refused("magic -1", one(magic=-1)),
    refused("a wrong checksum", one(crc=0x12345678)),
    refused("a batch cut in its records", one(cut=3)),
    refused("a batch cut in its header", one(cut=30)),
    refused("a batch cut in its length", b"\0" * 10),
    refused("bytes behind the batch", one(), b"\0\0\0"),
    refused("a length that is too small", one(length=10)),
    refused("a length one too short", one(length=59)),
    refused("a length that is too big", one(length=5000)),
    refused("a negative length", one(length=-1)),
    refused("a count that is too big", some_records(2, count=3)),
    refused("a count that is too small", some_records(3, count=2)),
    refused("a count of 0 with records", one(count=0)),
    refused("a negative count", one(count=-1)),
    refused("no records at all", Batch()),
    refused("a last offset delta that is too big", some_records(2, last_offset_delta=4)),
    refused("a last offset delta that is too small", some_records(3, last_offset_delta=0)),
    refused("a negative last offset delta", one(last_offset_delta=-1)),
    refused("offset deltas that begin at 1", one(first_delta=1)),
    refused("offset deltas with a gap", Batch(
        body=record(0, None, b"a") + record(2, None, b"b"), count=2, last_offset_delta=1)),
    refused("offset deltas that go back", Batch(
        body=record(1, None, b"a") + record(0, None, b"b"), count=2, last_offset_delta=1)),
    refused("a record longer than the batch", Batch(body=b"\xfe\x01\0\0\0", count=1,
                                                    last_offset_delta=0)),
    refused("a record of negative length", Batch(body=b"\x01\0\0\0", count=1, last_offset_delta=0)),
    refused("bytes behind the last record", Batch(body=record(0, None, b"a") + b"xyz", count=1,
                                                  last_offset_delta=0)),
    refused("a key longer than its record",
            Batch(body=b"\x10\0\0\0\x7e\x01\x01\x01\0", count=1, last_offset_delta=0)),
    refused("a negative number of headers",
            Batch(body=b"\x0c\0\0\0\x01\x01\x01", count=1, last_offset_delta=0)),
    refused("a control batch", one(attributes=0x20)),
    refused("a transactional batch without a transactional id", one(attributes=0x10)),
    refused("a transactional batch with a producer id but no transactional id",
            one(attributes=0x10, producer_id=1 << 41, producer_epoch=0, base_sequence=0)),
    Case("log append time in a batch of a topic with create time",
         [produce(one(attributes=0x08)), fetch()], topics=T),
    Case("attribute bits that nobody uses", [produce(one(attributes=0x100)), fetch()], topics=T),
    Case("a delete horizon from a client", [produce(one(attributes=0x40)), fetch()], topics=T),
    refused("a base offset other than 0", one(base_offset=1000)),
    Case("the leader epoch of the client is overwritten",
         [produce(one(leader_epoch=77)), fetch()], topics=T),
    Case("null and empty keys and values", [
        produce(Batch((None, None), (b"", b""), (None, b"v"), (b"k", None))), fetch()], topics=T),
    Case("headers", [produce(Batch((b"k", b"v", 0, [(b"a", b"1"), (b"a", None), (b"", b"")]))),
                     fetch()], topics=T),
    Case("record attributes are kept as they are", [
        produce(Batch(body=b"\x0e\x7f\0\0\x01\x02v\0", count=1, last_offset_delta=0)), fetch()],
         topics=T),
    Case("batches are numbered without a gap", [
        *[produce(some_records(3)) for _ in range(4)], *list_offsets(-1, -2),
        fetch(fetch_partition(offset=4))], topics=T),
]

SIZES = [
    refused("a batch larger than max.message.bytes", Batch((b"k", b"x" * 400)),
            topics={"t": {"configs": config(max_message_bytes="300")}}),
    Case("a batch of exactly max.message.bytes, and one byte more", [
        produce(Batch((None, b"x" * 32))), produce(Batch((None, b"x" * 33))), *list_offsets(-1)],
         topics={"t": {"configs": config(max_message_bytes="100")}}),
    Case("a batch larger than the default limit", [
        produce(Batch((None, b"x" * 1048600))), *list_offsets(-1)], topics=T),
]

CODEC_CASES = [
    *[Case(f"v{version} {name}: read back as it was sent", [
        produce(some_records(3, codec=codec), version=version), fetch(), *list_offsets(-1)],
        topics=T) for name, codec in CODECS.items() for version in (7, NEWEST)],
    *[Case(f"zstd needs v7: v{version}", [produce(some_records(2, codec=ZSTD), version=version),
                                         *list_offsets(-1)], topics=T) for version in (3, 6)],
    *[refused(f"codec {codec}, which is none", some_records(2, codec=codec, compress_as=NONE))
      for codec in (5, 6, 7)],
    *[refused(f"{name}: not compressed at all", some_records(2, codec=codec, compress_as=NONE))
      for name, codec in CODECS.items()],
    *[refused(f"{name}: cut short",
              some_records(40, codec=codec, compress_as=NONE, body=b"\x1f\x8b"))
      for name, codec in CODECS.items()],
    *[refused(f"{name}: a count that is too big", some_records(2, codec=codec, count=5,
                                                              last_offset_delta=4))
      for name, codec in CODECS.items()],
    *[refused(f"{name}: offset deltas with a gap", Batch(
        codec=codec, body=record(0, None, b"a") + record(2, None, b"b"), count=2,
        last_offset_delta=1)) for name, codec in CODECS.items()],
    *[refused(f"{name}: bytes behind the last record", Batch(
        codec=codec, body=BODY + b"xyz", count=3, last_offset_delta=2))
      for name, codec in CODECS.items()],
    *[refused(f"{name}: no records", Batch(codec=codec)) for name, codec in CODECS.items()],
]

TIMES = [
    refused("more than an hour ahead of the broker", one(timestamp=3 * HOUR_MS)),
    refused("one record of several too far ahead",
            Batch((b"a", b"1"), (b"b", b"2", 3 * HOUR_MS), (b"c", b"3"))),
    refused("older than message.timestamp.before.max.ms", one(),
            topics={"t": {"configs": config(message_timestamp_before_max_ms="60000")}}),
    refused("ahead of message.timestamp.after.max.ms", one(timestamp=HOUR_MS + 120_000),
            topics={"t": {"configs": config(message_timestamp_after_max_ms="60000")}}),
    *[Case(f"a record of {year} before Christ, kept as {codec}", [
        produce(Batch((b"a", b"1"), (b"b", b"2", days * 24 * HOUR_MS))),
        produce(Batch((b"a", b"1"), (b"b", b"2", days * 24 * HOUR_MS)), version=OLD),
        *list_offsets(-1)], topics={"t": {"configs": config(compression_type=codec)}})
      for year, days in ((1, -740000),) for codec in ("producer", "gzip", "uncompressed")],
    Case("a time of -1", [produce(Batch((b"a", b"1"), timestamp=0, max_timestamp=-1)), fetch()],
         topics=T),
    Case("a max timestamp that is not the largest is put right", [
        produce(some_records(3, max_timestamp=5)), fetch(), *list_offsets(-3)], topics=T),
    Case("log append time stamps the batch", [
        produce(some_records(3)), fetch(), *list_offsets(-3)],
         topics={"t": {"configs": config(message_timestamp_type="LogAppendTime")}}),
    Case("log append time takes any time of the client", [produce(one(timestamp=3 * HOUR_MS)),
                                                         fetch()],
         topics={"t": {"configs": config(message_timestamp_type="LogAppendTime")}}),
]

COMPACTED = {"t": {"configs": config(cleanup_policy="compact")}}
KEYS = [
    refused("a record without a key on a compacted topic",
            Batch((b"a", b"1"), (None, b"2"), (b"", b"3"), (None, b"4")), topics=COMPACTED),
    refused("a record without a key on a topic compacted and deleted", Batch((None, b"2")),
            topics={"t": {"configs": config(cleanup_policy="compact,delete")}}),
    Case("an empty key on a compacted topic is a key", [produce(Batch((b"", b"3"))), fetch()],
         topics=COMPACTED),
    refused("gzip: a record without a key on a compacted topic",
            Batch((None, b"2"), codec=GZIP), topics=COMPACTED),
    Case("a tombstone on a compacted topic", [produce(Batch((b"k", None))), fetch()],
         topics=COMPACTED),
]

CASES = [*ACKS, *WHERE, *BATCHES, *SIZES, *CODEC_CASES, *TIMES, *KEYS]
