"""Frames, headers, unsupported versions, bodies that are not what they should be."""

import struct

from cases.requests import fetch, fetch_partition, list_offsets, produce, some_records
from plan import Bytes, Call, Case
from wire import schema

SERVED = ("Produce", "Fetch", "ListOffsets", "Metadata", "CreateTopics", "DeleteTopics",
          "DeleteRecords", "InitProducerId", "OffsetForLeaderEpoch", "DescribeConfigs",
          "AlterConfigs", "DescribeLogDirs", "CreatePartitions", "IncrementalAlterConfigs",
          "DescribeCluster", "DescribeTopicPartitions")
# Retired with Kafka 4, for controllers only, or never given away.
UNKNOWN_KEYS = (4, 5, 6, 7, 52, 62, 63, 67, 95, 999, 32767, -1)


def header(api_key, version, correlation_id=7, client=b"oracle", flexible=False):
    name = struct.pack(">h", -1) if client is None else struct.pack(">h", len(client)) + client
    tags = b"\0" if flexible else b""
    return struct.pack(">hhi", api_key, version, correlation_id) + name + tags


def frame(payload):
    return struct.pack(">i", len(payload)) + payload


def versions_around(api):
    known = schema.versions(api)
    return [version for version in (-1, known[0] - 1, known[-1] + 1, 32767)
            if version not in known]


def unsupported(api):
    key = schema.request(api).api_key
    return [Case(f"{api} v{version} is not served",
                 [Bytes(frame(header(key, version) + bytes(64)))])
            for version in sorted(set(versions_around(api)))]


def cut(api):
    """Every byte of an empty request's body matters, so a shorter one cannot be read."""
    return [Case(f"{api} v{version} cut short closes the connection",
                 [Call(api, version, body=lambda encoded: encoded[:-1])])
            for version in schema.versions(api)]


def tags(api):
    flexible = [version for version in schema.versions(api)
                if version in schema.request(api).flexible]
    return [Case(f"{api} v{version} skips tags it does not know",
                 [Call(api, version, {**QUIET.get(api, {}),
                                      "unknownTags": {9000: b"what is this"}})])
            for version in flexible[-1:]]


# What makes an empty request of an API harmless and its answer the same everywhere.
QUIET = {
    "Produce": {"acks": -1}, "Metadata": {"topics": []}, "DescribeLogDirs": {"topics": []},
    "InitProducerId": {"transactionTimeoutMs": 1000},
    "DescribeTopicPartitions": {"topics": [{"name": "no-such"}]},
    "DescribeConfigs": {"resources": []},
}

CASES = [
    *[case for api in SERVED for case in unsupported(api)],
    *[case for api in SERVED for case in cut(api)],
    *[case for api in SERVED for case in tags(api)],
    *[Case(f"api key {key} is not known", [Bytes(frame(header(key, 0) + bytes(64)))])
      for key in UNKNOWN_KEYS],
    *[Case(f"ApiVersions v{version} is answered in v0 with error 35",
           [Bytes(frame(header(18, version, flexible=True) + b"\x02a\x02b\x00"))])
      for version in (5, 6, 32767, -1)],
    Case("a frame of negative length", [Bytes(struct.pack(">i", -5))]),
    Case("a frame of no length", [Bytes(struct.pack(">i", 0))]),
    Case("a frame longer than socket.request.max.bytes", [Bytes(struct.pack(">i", 1 << 30))]),
    Case("a frame shorter than a header", [Bytes(frame(b"\0\x12"))]),
    Case("a client id longer than its frame",
         [Bytes(frame(struct.pack(">hhih", 18, 0, 7, 500) + b"short"))]),
    Case("a client id of length -2", [Bytes(frame(struct.pack(">hhih", 18, 0, 7, -2)))]),
    Case("an HTTP request", [Bytes(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")]),
    Case("a TLS hello", [Bytes(bytes.fromhex("16030100c8010000c40303") + bytes(190))]),
    *[Case(title, [Bytes(frame(header(3, 1, client=client) + struct.pack(">i", 0)),
                         ("Metadata", 1))])
      for title, client in (("no client id", None), ("an empty client id", b""))],
    Case("an unknown tag in the header is skipped",
         [Bytes(frame(header(32, 4) + b"\x01\x63\x02hi" + b"\x01\x00\x00\x00"),
                ("DescribeConfigs", 4))]),
    Case("answers come in the order of the requests", [
        produce(some_records(2), pipelined=True),
        fetch(fetch_partition(), pipelined=True),
        produce(some_records(1), pipelined=True),
        fetch(fetch_partition(offset=2), pipelined=True),
        *list_offsets(-1),
    ], topics={"t": 1}),
    Case("a long poll holds back what follows it", [
        fetch(fetch_partition(), maxWaitMs=300, minBytes=1, pipelined=True),
        produce(some_records(1), pipelined=True),
        *list_offsets(-1),
    ], topics={"t": 1}),
    Case("array lengths beyond the frame close the connection",
         [Call("Metadata", 1, body=lambda _: struct.pack(">i", 1 << 30))]),
    Case("a negative array length other than -1",
         [Call("Metadata", 1, body=lambda _: struct.pack(">i", -7), own_topics_only=True)]),
    Case("a null array where none may be",
         [Call("CreateTopics", 2, body=lambda _: struct.pack(">iib", -1, 1000, 0))]),
    Case("a string that is not UTF-8",
         [Call("Metadata", 1, body=lambda _: struct.pack(">ih", 1, 2) + b"\xff\xfe")]),
    Case("a name of null where none may be",
         [Call("Metadata", 1, body=lambda _: struct.pack(">ih", 1, -1))]),
]
