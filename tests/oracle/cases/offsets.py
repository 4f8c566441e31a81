"""ListOffsets, OffsetForLeaderEpoch and DeleteRecords."""

from cases.requests import fetch, fetch_partition, list_offsets, produce, some_records
from plan import Call, Case, Time, Topic, config
from wire import Batch, schema

T = {"t": 1}
VERSIONS = schema.versions("ListOffsets")
# Offsets 0-2 at T+0, 1, 2; 3-4 at T+100, 101; 5-8 at T+50 … 53: out of order.
LOG = [produce(some_records(3)), produce(some_records(2, timestamp=100)),
       produce(some_records(4, timestamp=50))]
SPECIAL = (-1, -2, -3, -4, -5, -6, -7)
MIXED = Batch((None, b"a", 30), (None, b"b", 10), (None, b"c", 20), (None, b"d", 30))


def epoch_end(version, leader_epoch, current=-1, partition=0, topic=Topic("t")):
    return Call("OffsetForLeaderEpoch", version, {"replicaId": -1, "topics": [{
        "topic": topic, "partitions": [{"partition": partition, "currentLeaderEpoch": current,
                                        "leaderEpoch": leader_epoch}]}]})


def delete(*offsets, version=2, topic=Topic("t"), partition=0):
    return [Call("DeleteRecords", version, {"timeoutMs": 10000, "topics": [{
        "name": topic, "partitions": [{"partitionIndex": partition, "offset": offset}]}]},
        changes=True) for offset in offsets]


BY_TIME = [
    *[Case(f"v{version} timestamp {special} of a log with records",
           [*LOG, *list_offsets(special, version=version)], topics=T)
      for version in VERSIONS for special in SPECIAL],
    *[Case(f"timestamp {special} of an empty log", [
        call for version in (1, 7, 8, 9, 11) for call in list_offsets(special, version=version)],
        topics=T) for special in SPECIAL],
    *[Case(f"v{version} by time", [*LOG, *list_offsets(
        *[Time(ms) for ms in (-5, 0, 1, 2, 3, 50, 51, 54, 99, 100, 101, 102)], version=version)],
        topics=T) for version in VERSIONS],
    Case("by time in an empty log", [*list_offsets(0, Time(0), 1 << 60)], topics=T),
    Case("by time 0 and by a time in the future", [*LOG, *list_offsets(0, 1 << 60)], topics=T),
    *[Case(f"times out of order inside a batch, codec {codec}", [
        produce(Batch(*MIXED.records, codec=codec)),
        *list_offsets(*[Time(ms) for ms in (5, 10, 11, 20, 21, 30, 31)], -3)], topics=T)
      for codec in range(2)],
    Case("max timestamp is the first of several records of that time", [
        produce(some_records(3, timestamp=10)), produce(some_records(3, timestamp=10)),
        produce(some_records(1)), *list_offsets(-3)], topics=T),
    Case("by time after records were deleted", [
        *LOG, *delete(4), *list_offsets(-2, -1, -3, Time(0), Time(50), Time(100), Time(101))],
        topics=T),
    Case("by time after all records were deleted", [*LOG, *delete(-1), *list_offsets(
        -2, -1, -3, Time(0))], topics=T),
    Case("by time with log append time", [*LOG, *list_offsets(Time(0), Time(2 * 3_600_000))],
         topics={"t": {"configs": config(message_timestamp_type="LogAppendTime")}}),
]

WRONG = [
    *[Case(f"v{version} of a topic that is not there",
           [*list_offsets(-1, version=version, topic=Topic("none"))]) for version in VERSIONS],
    *[Case(f"v{version} of partition {partition}, which is not there",
           [*list_offsets(-1, version=version, partition=partition)], topics=T)
      for version in (1, 5, 11) for partition in (1, -1)],
    *[Case(f"v{version} with current leader epoch {epoch}",
           [*LOG, *list_offsets(-1, -2, Time(0), version=version, currentLeaderEpoch=epoch)],
           topics=T) for version in (4, 7, 11) for epoch in (-1, 0, 1, 7, -2)],
    *[Case(f"v{version} with isolation level {level}",
           [*LOG, *list_offsets(-1, -2, -3, Time(0), version=version, isolation_level=level)],
           topics=T) for version in (2, 7, 11) for level in (1, 2)],
    Case("a partition twice in a request", [*LOG, Call("ListOffsets", 9, {
        "replicaId": -1, "topics": [{"name": Topic("t"), "partitions": [
            {"partitionIndex": 0, "timestamp": -1}, {"partitionIndex": 0, "timestamp": -2}]}]})],
        topics=T),
    Case("several topics and partitions", [*LOG, Call("ListOffsets", 9, {
        "replicaId": -1, "topics": [
            {"name": Topic("t"), "partitions": [{"partitionIndex": 0, "timestamp": -1},
                                                {"partitionIndex": 1, "timestamp": -1}]},
            {"name": Topic("u"), "partitions": [{"partitionIndex": 0, "timestamp": -2}]},
            {"name": Topic("none"), "partitions": [{"partitionIndex": 0, "timestamp": -2}]}]})],
        topics={"t": 2, "u": 1}),
    *[Case(f"v{version} as replica {replica}", [*LOG, Call("ListOffsets", version, {
        "replicaId": replica, "topics": [{"name": Topic("t"), "partitions": [
            {"partitionIndex": 0, "timestamp": -1}]}]})], topics=T)
      for version in (1, 9) for replica in (-2, 0, 7)],
    Case("no topics", [Call("ListOffsets", 9, {"replicaId": -1})]),
]

EPOCHS = [
    *[Case(f"OffsetForLeaderEpoch v{version} of epoch {epoch}",
           [*LOG, epoch_end(version, epoch)], topics=T)
      for version in (2, 3, 4) for epoch in (0, 1, 5, -1, -2)],
    *[Case(f"OffsetForLeaderEpoch v{version} with current epoch {current}",
           [*LOG, epoch_end(version, 0, current)], topics=T)
      for version in (2, 4) for current in (0, 1, -2)],
    Case("OffsetForLeaderEpoch of an empty log", [epoch_end(4, 0), epoch_end(4, 1)], topics=T),
    Case("OffsetForLeaderEpoch of what is not there", [
        epoch_end(4, 0, partition=5), epoch_end(4, 0, partition=-1),
        epoch_end(4, 0, topic=Topic("none"))], topics=T),
    Case("OffsetForLeaderEpoch after records were deleted", [
        *LOG, *delete(4), epoch_end(4, 0)], topics=T),
]

DELETING = [
    *[Case(f"DeleteRecords v{version} before offset {offset} of 9", [
        *LOG, *delete(offset, version=version), *list_offsets(-2, -1),
        fetch(fetch_partition(offset=4))], topics=T)
      for version in (0, 1, 2) for offset in (0, 2, 3, 9, 10, -1, -2, -5)],
    Case("DeleteRecords does not go back", [*LOG, *delete(5, 3, 5, -1, 2), *list_offsets(-2)],
         topics=T),
    Case("DeleteRecords of an empty log", [*delete(0, -1, 1)], topics=T),
    Case("DeleteRecords of what is not there", [
        *delete(0, topic=Topic("none")), *delete(0, partition=3), *delete(0, partition=-1),
        *delete(0, topic=Topic("", "a b"))], topics=T),
    *[Case(f"DeleteRecords of a topic with cleanup.policy {policy}", [*LOG, *delete(2),
                                                                      *list_offsets(-2)],
           topics={"t": {"configs": config(cleanup_policy=policy)}})
      for policy in ("compact", "compact,delete")],
    Case("DeleteRecords of several partitions", [*LOG, Call("DeleteRecords", 2, {
        "timeoutMs": 10000, "topics": [
            {"name": Topic("t"), "partitions": [{"partitionIndex": 0, "offset": 1},
                                                {"partitionIndex": 1, "offset": 5}]},
            {"name": Topic("u"), "partitions": [{"partitionIndex": 0, "offset": -1}]}]},
        changes=True)], topics={"t": 2, "u": 1}),
    Case("DeleteRecords of a partition twice", [*LOG, Call("DeleteRecords", 2, {
        "timeoutMs": 10000, "topics": [{"name": Topic("t"), "partitions": [
            {"partitionIndex": 0, "offset": 1}, {"partitionIndex": 0, "offset": 3}]}]},
        changes=True), *list_offsets(-2)], topics=T),
    Case("records go on after all were deleted", [*LOG, *delete(-1), produce(some_records(2)),
                                                  *list_offsets(-2, -1), fetch(
        fetch_partition(offset=9))], topics=T),
]

CASES = [*BY_TIME, *WRONG, *EPOCHS, *DELETING]
