"""Consumer groups (KIP-848): heartbeats, epochs, static members, migration, administration."""

import struct

from plan import Call, Case, Topic, TopicId, answered
from cases.consumer_groups import (GROUP, commit, delete, describe, forget, heartbeat, leave, sync)
from cases.consumer_groups import join as join_classic
from cases.requests import incremental
from wire import schema

T = {"t": 4}
NO_TOPIC = "00000000-0000-0000-0000-0000000000aa"
GROUP_CONFIG = 32


def beat(member, epoch, version=1, instance=None, topics=None, regex=None, owned=None, rebalance=-1,
         assignor=None, rack=None, group=GROUP):
    values = {"groupId": group, "memberId": member, "memberEpoch": epoch, "instanceId": instance,
              "rackId": rack, "rebalanceTimeoutMs": rebalance, "subscribedTopicNames": topics,
              "serverAssignor": assignor,
              "topicPartitions": None if owned is None else [
                  {"topicId": TopicId(name), "partitions": partitions}
                  for name, partitions in owned]}
    if version >= 1:
        values["subscribedTopicRegex"] = regex
    return Call("ConsumerGroupHeartbeat", version, values)


def join(member, *topics, version=1, owned=(), rebalance=60000, **more):
    return beat(member, 0, version, topics=[Topic(name) for name in topics or ("t",)],
                owned=list(owned), rebalance=rebalance, **more)


def describe_consumers(*groups, version=1, operations=False):
    return Call("ConsumerGroupDescribe", version, {
        "groupIds": list(groups) or [GROUP], "includeAuthorizedOperations": operations})


def fetch(member, epoch, version=9, group=GROUP):
    named = {"topicId": TopicId("t")} if version >= 10 else {"name": Topic("t")}
    return Call("OffsetFetch", version, {"groups": [{
        "groupId": group, "memberId": member, "memberEpoch": epoch,
        "topics": [{**named, "partitionIndexes": [0, 1]}]}]})


def setting(key, value, name=GROUP):
    return incremental((key, 0, value), kind=GROUP_CONFIG, name=name)


# Kafka's default would keep the group from being assigned twice in a second.
AT_ONCE = setting("consumer.assignment.interval.ms", "0")
ALONE = [AT_ONCE, join("m1")]
TWO = [*ALONE, join("m2")]

HEARTBEATS = [
    *[Case(f"ConsumerGroupHeartbeat v{version} of a member alone", [
        join("m1", version=version), beat("m1", 2, version), describe_consumers(version=version),
        beat("m1", 2, version, owned=[("t", [0, 1, 2, 3])]), beat("m1", -1, version),
        describe_consumers(version=version), beat("m1", 2, version)], topics=T)
      for version in schema.versions("ConsumerGroupHeartbeat")],
    *[Case(f"ConsumerGroupHeartbeat v{version} that cannot be", [
        join("m1", version=version, group=""), join("m1", version=version, rebalance=-1),
        join("m1", version=version, owned=[("t", [0])]),
        beat("m1", 0, version, topics=[Topic("t")], rebalance=100),
        beat("m1", 0, version, owned=[], rebalance=100), join("m1", version=version, instance=""),
        join("m1", version=version, rack=""), beat("m1", -2, version), beat("m1", -3, version),
        beat("", -1, version), beat("", 3, version),
        join("m1", version=version, assignor="sticky"), beat("m1", 5, version),
        beat("m1", -1, version), *([join("")] if version else [])], topics=T)
      for version in schema.versions("ConsumerGroupHeartbeat")],
    Case("two members share", [
        *TWO, beat("m1", 2), beat("m1", 2, owned=[("t", [0, 1, 2, 3])]), beat("m2", 3),
        beat("m1", 2, owned=[("t", [0, 1])]), beat("m1", 3), beat("m2", 3), beat("m2", 3),
        beat("m1", -1), beat("m2", 3), beat("m2", 5)], topics=T),
    Case("epochs that are wrong", [
        *TWO, beat("m1", 1), beat("m1", 3), beat("m1", 0), beat("m3", 3), beat("m1", 2, owned=[]),
        beat("m1", 2, owned=[]), beat("m1", 2, owned=[("t", [3])]), beat("m1", 2), join("m1"),
        beat("m2", 2), beat("m9", -1)], topics=T),
    Case("a member changes its mind", [
        *ALONE, beat("m1", 2, topics=[Topic("u")], owned=[("t", [0, 1, 2, 3])]),
        beat("m1", 2, owned=[]), beat("m1", 3, topics=[Topic("t")], owned=[("u", [0])]),
        describe_consumers(), beat("m1", 3, owned=[]), beat("m1", 4, assignor="range"),
        beat("m1", 4, rack="r"), beat("m1", 4, rebalance=50000),
        beat("m1", 4, topics=[Topic("none")]), describe_consumers()], topics={"t": 4, "u": 1}),
    Case("a member of nothing", [
        beat("m1", 0, topics=[], owned=[], rebalance=100), beat("m1", 1), describe_consumers(),
        beat("m1", 1, topics=[Topic("t")], owned=[])], topics=T),
    Case("the range assignor", [
        AT_ONCE, join("m1", "t", "u", assignor="range"), join("m2", "t", "u", assignor="range"),
        beat("m1", 2, owned=[("t", [0, 1])]), beat("m2", 3)], topics={"t": 4, "u": 3}),
    Case("regular expressions that cannot be", [
        beat("m1", 0, regex="(", owned=[], rebalance=100),
        beat("m1", 0, regex="a(?=b)", owned=[], rebalance=100),
        beat("m1", 0, regex="", owned=[], rebalance=100)]),
    Case("a group's own intervals", [
        setting("consumer.heartbeat.interval.ms", "6000"), join("m1"), AT_ONCE, beat("m1", 2),
        setting("consumer.heartbeat.interval.ms", "4999"),
        setting("consumer.heartbeat.interval.ms", "15001"),
        setting("consumer.session.timeout.ms", "44999"),
        setting("consumer.session.timeout.ms", "60001"),
        setting("consumer.assignment.interval.ms", "15001"),
        setting("consumer.session.timeout.ms", "50000", name=""),
        setting("consumer.nonsense", "1")], topics=T),
]

STATIC_MEMBERS = [
    Case("a static consumer returns", [
        join("s1", instance="i"), join("s2", instance="i"), join("s1", instance="i"),
        beat("s9", 2, instance="i"), beat("s9", -2, instance="i"), beat("s1", -2, instance="i"),
        beat("s1", 2, instance="i"), beat("s1", -2, instance="i"), describe_consumers(),
        join("s2", instance="i"), beat("s1", 2, instance="i"), beat("s2", 2, instance="j"),
        beat("s2", 2, instance="i"), beat("s2", -1, instance="i"), describe_consumers()],
        topics=T),
    Case("a static consumer returns with other wishes", [
        AT_ONCE, join("s1", instance="i"), beat("s1", -2, instance="i"),
        join("s2", "u", instance="i"), describe_consumers()], topics={"t": 4, "u": 1}),
]

OFFSETS = [
    *[Case(f"OffsetCommit v{version} of a consumer", [
        *ALONE, *[commit((0, 5, ""), version=version, member=member, generation=epoch,
                         topic=TopicId("t") if version >= 10 else Topic("t"))
                  for member, epoch in (("m1", 2), ("m1", 1), ("m1", 3), ("m1", -1), ("m9", 2),
                                        ("", -1))]], topics=T)
      for version in schema.versions("OffsetCommit") if version >= 7],
    Case("commits of a consumer that has moved on", [
        *TWO, beat("m1", 2, owned=[("t", [0, 1])]), commit(member="m1", generation=2),
        commit((3, 1, ""), member="m1", generation=2),
        commit((3, 1, ""), member="m1", generation=3), beat("m2", 3),
        commit((3, 1, ""), member="m2", generation=2)], topics=T),
    *[Case(f"OffsetFetch v{version} of a consumer", [
        fetch("m1", 2, version), *ALONE, fetch("m1", 2, version), fetch("m1", 1, version),
        fetch("m1", 3, version), fetch("m9", 2, version), fetch("", -1, version),
        fetch("m1", -1, version), fetch(None, -1, version)], topics=T) for version in (9, 10)],
    Case("forgetting offsets that consumers read", [
        *ALONE, commit(member="m1", generation=2), forget(0, 1), beat("m1", -1), commit(),
        forget(0, 1)], topics=T),
]

ADMINISTRATION = [
    Case("a consumer group in the eyes of the classic APIs", [
        join("m1"), describe(5), describe(6), delete(GROUP), heartbeat("m1", 2),
        sync("m1", 2), beat("m1", -1), describe(6), delete(GROUP), describe_consumers()], topics=T),
    Case("a classic group in the eyes of ConsumerGroupDescribe", [
        commit(), describe_consumers(), describe_consumers(Topic("none"), version=0),
        beat("m1", 3), beat("m1", -1)], topics=T),
    Case("what may be done with a consumer group", [
        join("m1"), describe_consumers(operations=True)], topics=T),
    Case("administrators remove a consumer", [
        AT_ONCE, join("m1"), join("s1", instance="i"), leave("m1", ("", "i"), "none"),
        beat("m1", 2), describe_consumers()], topics=T),
]


def subscription(*names, owned=()):
    """Version 1 of what consumers say in JoinGroup; the topics' names have a tag in front, so the
    runner cannot put them into bytes: such members subscribe to topics that are not there."""
    out = struct.pack(">hi", 1, len(names))
    for name in names:
        out += struct.pack(">h", len(name)) + name.encode()
    return out + struct.pack(">ii", -1, 0)


CLASSIC = [{"name": "range", "metadata": subscription("nowhere")},
           {"name": "cooperative-sticky", "metadata": subscription("nowhere")}]
ID = answered(0, "memberId")
STABLE = [join_classic(protocols=CLASSIC), join_classic(ID, protocols=CLASSIC),
          sync(ID, assignments=[(ID, b"\0\0\0\0\0\0\xff\xff\xff\xff")])]

MIGRATION = [
    Case("a consumer comes into a classic group", [
        *STABLE, join("m1"), describe(6), heartbeat(ID), sync(ID),
        join_classic(ID, protocols=CLASSIC), sync(ID, 2), heartbeat(ID, 2), heartbeat(ID, 1),
        sync(ID, 1), sync(ID, 2, kind="connect"), sync(ID, 2, protocol="sticky"),
        heartbeat("m1", 2), beat("m1", 2)], topics=T),
    Case("a consumer comes into a group that is none of consumers", [
        join_classic(kind="connect"), join_classic(ID, kind="connect"), join("m1"),
        beat("m1", 2)], topics=T),
    Case("a consumer comes into a group that cannot be understood", [
        join_classic(), join_classic(ID), join("m1")], topics=T),
    Case("a classic member comes into a consumer group", [
        AT_ONCE, join("m1"), join_classic("c1", protocols=CLASSIC), sync("c1", 3),
        heartbeat("c1", 3),
        join_classic("c2", kind="connect", protocols=CLASSIC), join_classic("c2", protocols=[]),
        join_classic("c2", protocols=[{"name": "other", "metadata": subscription()}]),
        leave("c1"), beat("m1", 2), beat("m1", 3)], topics=T),
    Case("the last consumer leaves a group with classic members", [
        AT_ONCE, join("m1"), join_classic("c1", protocols=CLASSIC), beat("m1", -1), describe(6),
        describe_consumers(), heartbeat("c1", 3), beat("m1", 2)], topics=T),
    Case("a classic member comes into an empty consumer group", [
        join("m1"), beat("m1", -1), join_classic("c1", protocols=CLASSIC),
        join_classic(protocols=CLASSIC, version=3), describe(6), describe_consumers()], topics=T),
    Case("a consumer comes into an empty classic group", [
        *STABLE, leave(ID), join("m1"), describe_consumers()], topics=T),
]

CASES = HEARTBEATS + STATIC_MEMBERS + OFFSETS + ADMINISTRATION + MIGRATION
