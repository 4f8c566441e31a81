"""DescribeConfigs, AlterConfigs, IncrementalAlterConfigs and DescribeLogDirs."""

from cases.requests import (APPEND, BROKER, DELETE, SET, SUBTRACT, TOPIC, create_topics,
                            describe_configs, fetch, incremental, list_offsets, produce,
                            some_records)
from plan import Call, Case, Topic, config
from wire import Batch, schema

T = {"t": 1}
CHANGED = {"t": {"configs": config(retention_ms="1000", cleanup_policy="compact,delete")}}
DESCRIBE, REPLACE, CHANGE, DIRECTORIES = (
    schema.versions(api) for api in ("DescribeConfigs", "AlterConfigs", "IncrementalAlterConfigs",
                                     "DescribeLogDirs"))
FLAGS = {"includeSynonyms": True, "includeDocumentation": True}
KEYS = """cleanup.policy compression.gzip.level compression.lz4.level compression.type
compression.zstd.level delete.retention.ms file.delete.delay.ms flush.messages flush.ms
follower.replication.throttled.replicas index.interval.bytes internal.segment.bytes
leader.replication.throttled.replicas local.retention.bytes local.retention.ms
max.compaction.lag.ms max.message.bytes message.timestamp.after.max.ms
message.timestamp.before.max.ms message.timestamp.type min.cleanable.dirty.ratio
min.compaction.lag.ms min.insync.replicas preallocate remote.log.copy.disable
remote.log.delete.on.disable remote.storage.enable retention.bytes retention.ms segment.bytes
segment.index.bytes segment.jitter.ms segment.ms unclean.leader.election.enable""".split()
# Said to each key: what is a number, a list, a word or none of these, and what lies out of range.
VALUES = ("", "0", "1", "-1", "-2", "9", "2147483647", "2147483648", "9223372036854775808", " 7 ",
          "1.5", "abc", "true", "False", "delete", "compact, delete", "delete,delete", "none",
          "gzip", "uncompressed", "LogAppendTime", "*", "0:1,1:1", "1048576", None)

DESCRIBING = [
    *[Case(f"DescribeConfigs v{version} of a topic", [describe_configs(version=version)],
           topics=CHANGED) for version in DESCRIBE],
    *[Case(f"DescribeConfigs v{version} of a topic with synonyms and documentation",
           [describe_configs(version=version, **FLAGS)], topics=CHANGED) for version in DESCRIBE],
    *[Case(f"DescribeConfigs v{version} of some keys", [
        describe_configs("retention.ms", "segment.bytes", version=version, **FLAGS)],
        topics=CHANGED) for version in DESCRIBE],
    Case("DescribeConfigs of an unknown key", [describe_configs("no.such.config")], topics=T),
    Case("DescribeConfigs of a key twice", [describe_configs("retention.ms", "retention.ms")],
         topics=T),
    *[Case(f"DescribeConfigs v{version} of no keys", [Call("DescribeConfigs", version, {
        "resources": [{"resourceType": TOPIC, "resourceName": Topic("t"),
                       "configurationKeys": []}]})], topics=T) for version in (1, 4)],
    *[Case(f"DescribeConfigs v{version} of a topic that is not there",
           [describe_configs(name=Topic("none"), version=version)]) for version in DESCRIBE],
    Case("DescribeConfigs of a bad name", [describe_configs(name=Topic("", "a b")),
                                           describe_configs(name="")]),
    *[Case(f"DescribeConfigs of resource type {kind}",
           [describe_configs(kind=kind, name=Topic("t"))], topics=T)
      for kind in (0, 1, 3, 5, 7, 15, 99, -1)],
    *[Case(f"DescribeConfigs of broker '{name}'",
           [describe_configs("num.partitions", kind=BROKER, name=name)])
      for name in ("2", "-1", "one")],
    *[Case(f"DescribeConfigs v{version} of the broker's {key}",
           [describe_configs(key, kind=BROKER, name=name, version=version, **FLAGS)
            for name in ("1", "")])
      for version in (1, 4) for key in ("log.retention.ms", "num.partitions", "message.max.bytes",
                                        "auto.create.topics.enable", "log.segment.bytes",
                                        "compression.type", "min.insync.replicas",
                                        "log.cleanup.policy")],
    Case("DescribeConfigs of several resources", [Call("DescribeConfigs", 4, {"resources": [
        {"resourceType": TOPIC, "resourceName": Topic(name), "configurationKeys": ["retention.ms"]}
        for name in ("t", "none", "u")]})], topics={"t": 1, "u": 1}),
    Case("DescribeConfigs of a resource twice", [Call("DescribeConfigs", 4, {"resources": [
        {"resourceType": TOPIC, "resourceName": Topic("t"), "configurationKeys": [key]}
        for key in ("retention.ms", "segment.ms")]})], topics=T),
]


def replace(*pairs, version=2, kind=TOPIC, name=Topic("t"), **fields):
    return Call("AlterConfigs", version, {"resources": [{
        "resourceType": kind, "resourceName": name,
        "configs": [{"name": key, "value": value} for key, value in pairs]}], **fields},
        changes=True)


SEEN = describe_configs("retention.ms", "segment.ms", "cleanup.policy")
REPLACING = [
    *[Case(f"AlterConfigs v{version} replaces all configs", [
        replace(("segment.ms", "60000"), version=version), SEEN], topics=CHANGED)
      for version in REPLACE],
    *[Case(f"AlterConfigs v{version} only validated", [
        replace(("segment.ms", "60000"), version=version, validateOnly=True), SEEN],
        topics=CHANGED) for version in REPLACE],
    Case("AlterConfigs to no configs", [replace(), SEEN], topics=CHANGED),
    Case("AlterConfigs to an unknown config", [replace(("no.such", "1")), SEEN], topics=CHANGED),
    Case("AlterConfigs to a wrong value", [replace(("retention.ms", "x")), SEEN], topics=CHANGED),
    Case("AlterConfigs to null", [replace(("retention.ms", None)), SEEN], topics=CHANGED),
    Case("AlterConfigs of what is not there", [
        replace(("retention.ms", "1"), name=Topic("none")),
        replace(("retention.ms", "1"), name=""),
        replace(("retention.ms", "1"), name=Topic("", "a b"))]),
    Case("AlterConfigs of a key twice", [replace(("retention.ms", "1"), ("retention.ms", "2")),
                                         SEEN], topics=CHANGED),
    # A topic twice is not here: Apache Kafka 4.3.0 never answers that.
    *[Case(f"AlterConfigs of resource type {kind}",
           [replace(("retention.ms", "1"), kind=kind)], topics=T) for kind in (0, 1, 99)],
    Case("AlterConfigs of a broker that is not there",
         [replace(("log.retention.ms", "1"), kind=BROKER, name="7"),
          replace(("log.retention.ms", "1"), kind=BROKER, name="x")]),
    Case("AlterConfigs of none", [Call("AlterConfigs", 2)]),
]

CHANGING = [
    *[Case(f"each value is taken or refused: {key}", [
        incremental((key, SET, value), validateOnly=True) for value in VALUES], topics=T)
      for key in KEYS],
    *[Case(f"IncrementalAlterConfigs v{version} sets and deletes", [
        incremental(("segment.ms", SET, "60000"), ("retention.ms", DELETE, None), version=version),
        SEEN], topics=CHANGED) for version in CHANGE],
    *[Case(f"IncrementalAlterConfigs v{version} only validated", [
        incremental(("segment.ms", SET, "60000"), version=version, validateOnly=True), SEEN],
        topics=CHANGED) for version in CHANGE],
    Case("IncrementalAlterConfigs deletes what is not set", [
        incremental(("segment.ms", DELETE, None)), SEEN], topics=CHANGED),
    Case("IncrementalAlterConfigs deletes with a value", [
        incremental(("retention.ms", DELETE, "5")), SEEN], topics=CHANGED),
    Case("IncrementalAlterConfigs of an unknown key", [
        incremental(("no.such", operation, "1")) for operation in (SET, DELETE, APPEND)],
        topics=CHANGED),
    *[Case(f"IncrementalAlterConfigs operation {operation} on a list with {value!r}", [
        incremental(("cleanup.policy", operation, value)), SEEN], topics=T)
      for operation in (APPEND, SUBTRACT)
      for value in ("compact", "delete", "delete,compact", "", "eat", None)],
    Case("IncrementalAlterConfigs appends twice and takes away", [
        incremental(("cleanup.policy", APPEND, "compact")),
        incremental(("cleanup.policy", APPEND, "compact")), SEEN,
        incremental(("cleanup.policy", SUBTRACT, "delete")), SEEN], topics=T),
    *[Case(f"IncrementalAlterConfigs operation {operation} on what is no list", [
        incremental(("retention.ms", operation, "5")), SEEN], topics=T)
      for operation in (APPEND, SUBTRACT)],
    *[Case(f"IncrementalAlterConfigs operation {operation}, which is none", [
        incremental(("retention.ms", operation, "5")), SEEN], topics=T)
      for operation in (4, 9, -1)],
    Case("IncrementalAlterConfigs of a key twice", [
        incremental(("retention.ms", SET, "1"), ("retention.ms", SET, "2")), SEEN], topics=T),
    Case("IncrementalAlterConfigs of one good and one bad key", [
        incremental(("retention.ms", SET, "1"), ("segment.ms", SET, "x")), SEEN], topics=T),
    Case("IncrementalAlterConfigs of what is not there", [
        incremental(("retention.ms", SET, "1"), name=Topic("none")),
        incremental(("retention.ms", SET, "1"), name=""),
        incremental(("retention.ms", SET, "1"), name=Topic("", "a b"))]),
    Case("IncrementalAlterConfigs of a topic twice", [Call("IncrementalAlterConfigs", 1, {
        "resources": [{"resourceType": TOPIC, "resourceName": Topic("t"), "configs": [
            {"name": "retention.ms", "configOperation": SET, "value": str(ms)}]} for ms in (1, 2)]},
        changes=True), SEEN], topics=T),
    Case("IncrementalAlterConfigs of several topics, good and bad", [
        Call("IncrementalAlterConfigs", 1, {"resources": [
            {"resourceType": TOPIC, "resourceName": Topic(name), "configs": [
                {"name": "retention.ms", "configOperation": SET, "value": "5"}]}
            for name in ("t", "none", "u")]}, changes=True), SEEN], topics={"t": 1, "u": 1}),
    *[Case(f"IncrementalAlterConfigs of resource type {kind}",
           [incremental(("retention.ms", SET, "1"), kind=kind)], topics=T) for kind in (0, 1, 99)],
    Case("IncrementalAlterConfigs of a broker that is not there", [
        incremental(("log.retention.ms", SET, "1"), kind=BROKER, name=name)
        for name in ("7", "x")]),
    Case("IncrementalAlterConfigs of what only a restart changes", [
        incremental(("num.partitions", SET, "3"), kind=BROKER, name=name, validateOnly=True)
        for name in ("1", "")]),
    Case("IncrementalAlterConfigs of none", [Call("IncrementalAlterConfigs", 1)]),
    Case("IncrementalAlterConfigs of no keys", [incremental(), SEEN], topics=CHANGED),
    Case("what was described can be set again", [
        incremental(*[(key, SET, value) for key, value in (
            ("cleanup.policy", "delete"), ("compression.type", "producer"),
            ("retention.ms", "604800000"), ("segment.bytes", "1073741824"),
            ("max.message.bytes", "1048588"), ("min.cleanable.dirty.ratio", "0.5"),
            ("message.timestamp.type", "CreateTime"), ("preallocate", "false"))]),
        describe_configs(includeSynonyms=True)], topics=T),
]

EFFECTS = [
    Case("a lower max.message.bytes refuses at once", [
        produce(Batch((None, b"x" * 500))),
        incremental(("max.message.bytes", SET, "200")), produce(Batch((None, b"x" * 500))),
        incremental(("max.message.bytes", DELETE, None)), produce(Batch((None, b"x" * 500)))],
         topics=T),
    Case("a topic becomes compacted and wants keys", [
        produce(Batch((None, b"v"))), incremental(("cleanup.policy", SET, "compact")),
        produce(Batch((None, b"v"))), *list_offsets(-1)], topics=T),
    Case("a topic changes to log append time", [
        produce(some_records(1)), incremental(("message.timestamp.type", SET, "LogAppendTime")),
        produce(some_records(1)), fetch()], topics=T),
    Case("configs are gone with the topic", [
        Call("DeleteTopics", 6, {"topics": [{"name": Topic("t")}], "timeoutMs": 30000},
             changes=True),
        create_topics("t"), SEEN], topics=CHANGED),
]


def directories(version, *asked):
    topics = None if asked == (None,) else [
        {"topic": Topic(name), "partitions": partitions} for name, partitions in asked]
    return Call("DescribeLogDirs", version, {"topics": topics}, own_topics_only=True)


LOG_DIRS = [
    *[Case(f"DescribeLogDirs v{version} of all", [produce(some_records(3)),
                                                  directories(version, None)],
           topics={"t": 2}) for version in DIRECTORIES],
    *[Case(f"DescribeLogDirs v{version} of one partition", [
        produce(some_records(3)), directories(version, ("t", [0]))], topics={"t": 2})
      for version in DIRECTORIES],
    Case("DescribeLogDirs of what is not there", [
        directories(4, ("t", [5])), directories(4, ("none", [0])), directories(4, ("t", [-1]))],
        topics=T),
    Case("DescribeLogDirs of none", [directories(5)]),
    Case("DescribeLogDirs of no partitions", [directories(5, ("t", []))], topics=T),
]

CASES = [*DESCRIBING, *REPLACING, *CHANGING, *EFFECTS, *LOG_DIRS]
