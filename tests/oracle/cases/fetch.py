"""Fetch: whole batches from an offset on, long polls, and sessions (KIP-227)."""

from cases.requests import fetch, fetch_partition, list_offsets, produce, some_records
from plan import Call, Case, Topic, TopicId, answered
from wire import schema

VERSIONS = schema.versions("Fetch")
T = {"t": 1}
THREE = [produce(some_records(3)), produce(some_records(2, timestamp=100)),
         produce(some_records(4, timestamp=200))]  # offsets 0-2, 3-4, 5-8
SOME = (4, 7, 12, 13, 16, 17)


def at(offset, **fields):
    return fetch_partition(offset=offset, **fields)


def delete_before(offset):
    return Call("DeleteRecords", 2, {"timeoutMs": 10000, "topics": [{
        "name": Topic("t"), "partitions": [{"partitionIndex": 0, "offset": offset}]}]},
        changes=True)


READING = [
    *[Case(f"v{version} from the start", [*THREE, fetch(version=version)], topics=T)
      for version in VERSIONS],
    *[Case(f"v{version} an empty partition", [fetch(version=version)], topics=T)
      for version in VERSIONS],
    *[Case(f"v{version} from offset {offset} of 9",
           [*THREE, fetch(at(offset), version=version)], topics=T)
      for version in (4, 12, 17) for offset in (1, 2, 3, 4, 8, 9)],
    *[Case(f"v{version} offset {offset} of 9 is out of range",
           [*THREE, fetch(at(offset), version=version)], topics=T)
      for version in SOME for offset in (10, -1, 1 << 40)],
    *[Case(f"v{version} below the log start",
           [*THREE, delete_before(4), fetch(at(3), version=version),
            fetch(at(4), version=version)], topics=T) for version in SOME],
    *[Case(f"v{version} isolation level {level}",
           [*THREE, fetch(version=version, isolationLevel=level)], topics=T)
      for version in SOME for level in (0, 1, 2, -1)],
    Case("packed batches come as they were sent", [
        produce(some_records(3, codec=1)), produce(some_records(3, codec=4)), fetch(),
        fetch(at(4))],
         topics=T),
    Case("what acks 0 wrote is there", [
        produce(some_records(2), acks=0, answers=False), *list_offsets(-1), fetch()], topics=T),
]

LIMITS = [
    *[Case(f"partition limit of {limit} bytes", [*THREE, fetch(at(0, partitionMaxBytes=limit))],
           topics=T) for limit in (0, 1, 93, 94, 95, 140, 180, 250, 260, 1000, -1)],
    *[Case(f"partition limit of {limit} bytes from the middle",
           [*THREE, fetch(at(4, partitionMaxBytes=limit))], topics=T)
      for limit in (1, 80, 120, 300)],
    *[Case(f"limit of {limit} bytes", [*THREE, fetch(at(0), maxBytes=limit)], topics=T)
      for limit in (0, 1, 93, 94, 180, 1000, -1)],
    *[Case(f"limit of {limit} bytes over two partitions", [
        produce(some_records(3)), produce(some_records(3), partition=1),
        fetch(fetch_partition(0), fetch_partition(1), maxBytes=limit)], topics={"t": 2})
      for limit in (0, 1, 100, 400)],
    *[Case(f"limit of {limit} bytes for the second partition", [
        produce(some_records(3)), produce(some_records(3), partition=1),
        fetch(fetch_partition(0), fetch_partition(1, partitionMaxBytes=limit))], topics={"t": 2})
      for limit in (0, 1, 93, 94, 1000)],
    *[Case(f"negative limits and offset {offset} of 9", [
        *THREE, fetch(at(offset, partitionMaxBytes=-1)), fetch(at(offset), maxBytes=-1)], topics=T)
      for offset in (8, 9, 10)],
    Case("the first partition with something gets a batch beyond the limit", [
        produce(some_records(3), partition=1), produce(some_records(3), partition=2),
        fetch(fetch_partition(0), fetch_partition(1), fetch_partition(2), maxBytes=1)],
         topics={"t": 3}),
]

WAITING = [
    Case("waits for the first byte, no longer than it was told",
         [fetch(maxWaitMs=200, minBytes=1)], topics=T),
    Case("waits for more than there is", [*THREE, fetch(maxWaitMs=200, minBytes=100000)], topics=T),
    Case("a record ends the wait", [
        fetch(maxWaitMs=10000, minBytes=1, connection="reader", pipelined=True),
        produce(some_records(2))], topics=T),
    Case("an error ends the wait", [
        fetch(at(7), fetch_partition(1), maxWaitMs=10000, minBytes=1)], topics={"t": 2}),
    Case("an unknown partition ends the wait", [
        fetch(at(0), fetch_partition(7), maxWaitMs=10000, minBytes=1)], topics={"t": 2}),
    Case("no partitions, no wait", [fetch(topics=[], maxWaitMs=10000, minBytes=1)]),
    Case("a negative wait", [fetch(maxWaitMs=-1, minBytes=1)], topics=T),
    Case("a wait for no bytes", [fetch(maxWaitMs=10000, minBytes=0)], topics=T),
    Case("a wait for a negative number of bytes", [fetch(maxWaitMs=10000, minBytes=-5)], topics=T),
]

WRONG = [
    *[Case(f"v{version} a topic that is not there",
           [fetch(version=version, topic=Topic("none"))]) for version in (4, 11, 12)],
    *[Case(f"v{version} a topic without a name", [fetch(version=version, topic=Topic("none", ""))])
      for version in (4, 11, 12)],
    *[Case(f"v{version} an id that is not there", [Call("Fetch", version, {
        "maxWaitMs": 0, "minBytes": 0, "topics": [{
            "topicId": topic_id, "partitions": [fetch_partition()]}]})])
      for version in (13, 15, 17)
      for topic_id in ("00000000-1111-2222-3333-444444444444",)],
    *[Case(f"v{version} the zero id", [fetch(version=version, topic=Topic("none"))])
      for version in (13, 17)],
    *[Case(f"v{version} partition {partition}, which is not there",
           [fetch(fetch_partition(partition), version=version)], topics=T)
      for version in SOME for partition in (1, -1)],
    *[Case(f"v{version} good and bad partitions", [*THREE, fetch(
        fetch_partition(0), fetch_partition(3), at(99, partition=1), version=version)],
        topics={"t": 2}) for version in SOME],
    *[Case(f"v{version} current leader epoch {epoch}",
           [*THREE, fetch(at(0, currentLeaderEpoch=epoch), version=version)], topics=T)
      for version in (9, 12, 16, 17) for epoch in (-1, 0, 1, 5, -2)],
    *[Case(f"v{version} last fetched epoch {epoch} at offset {offset}",
           [*THREE, fetch(at(offset, lastFetchedEpoch=epoch), version=version)], topics=T)
      for version in (12, 17) for epoch, offset in ((0, 3), (0, 9), (1, 3), (-1, 3))],
    Case("a partition twice in a request", [*THREE, fetch(at(0), at(3))], topics=T),
    *[Case(f"v{version} says it is replica 7", [fetch(
        version=version, replicaId=7, replicaState={"replicaId": 7, "replicaEpoch": 1})], topics=T)
      for version in (4, 12, 14, 15, 17)],
    Case("a rack", [*THREE, fetch(version=17, rackId="somewhere")], topics=T),
    Case("a cluster id", [fetch(version=12, clusterId="nobody")], topics=T),
]


def session(step, epoch, *partitions, forget=(), version=12, **fields):
    forgotten = [{"topic": Topic("t"), "topicId": TopicId("t"), "partitions": list(forget)}]
    return fetch(topics=[("t", list(partitions))] if partitions else [],
                 sessionId=answered(step, "sessionId"), sessionEpoch=epoch, version=version,
                 forgottenTopicsData=forgotten if forget else [], **fields)


def opened(*partitions, version=12):
    return fetch(*partitions, sessionId=0, sessionEpoch=0, version=version)


SESSIONS = [
    *[Case(f"v{version} a session answers only what changed", [
        opened(fetch_partition(0), fetch_partition(1), version=version),
        session(0, 1, version=version),
        produce(some_records(2), partition=1),
        session(0, 2, version=version),
        session(0, 3, fetch_partition(1, offset=2), version=version)], topics={"t": 2})
      for version in (7, 12, 13, 17)],
    *[Case(f"v{version} a partition joins and leaves a session", [
        produce(some_records(2)), produce(some_records(2), partition=1),
        opened(fetch_partition(0), version=version),
        session(2, 1, fetch_partition(1), version=version),
        session(2, 2, forget=[0], version=version),
        session(2, 3, fetch_partition(0, offset=2), version=version)], topics={"t": 2})
      for version in (7, 12, 13, 17)],
    *[Case(f"v{version} a session is closed", [
        opened(fetch_partition(0), version=version),
        session(0, -1, fetch_partition(0), version=version),
        session(0, 1, version=version)], topics=T) for version in (7, 12, 17)],
    *[Case(f"v{version} a session nobody opened", [
        fetch(sessionId=123456789, sessionEpoch=1, version=version)], topics=T)
      for version in (7, 12, 17)],
    *[Case(f"v{version} session epoch {epoch} where 1 is due", [
        opened(fetch_partition(0), version=version), session(0, epoch, version=version),
        session(0, 1, version=version)], topics=T)
      for version in (7, 17) for epoch in (2, 5, -5)],
    Case("a session epoch twice", [
        opened(fetch_partition(0)), session(0, 1), session(0, 1), session(0, 2)], topics=T),
    Case("session id 0 with an epoch", [fetch(sessionId=0, sessionEpoch=3)], topics=T),
    Case("epoch 0 with a session id opens another one", [
        opened(fetch_partition(0)), session(0, 0, fetch_partition(0)), session(0, 1)], topics=T),
    Case("a session without partitions", [fetch(
        topics=[], sessionId=0, sessionEpoch=0)], topics=T),
    Case("a session keeps reporting an error", [
        opened(fetch_partition(0), at(50, partition=1)), session(0, 1), session(0, 2)],
        topics={"t": 2}),
    Case("a session of a topic that is not there", [
        fetch(topic=Topic("none"), sessionId=0, sessionEpoch=0), session(0, 1)]),
    *[Case(f"v{version} a session whose topic is deleted", [
        produce(some_records(1)), opened(at(1), version=version),
        Call("DeleteTopics", 6, {"topics": [{"name": Topic("t")}], "timeoutMs": 30000},
             changes=True),
        session(1, 1, version=version), session(1, 2, version=version)], topics=T)
      for version in (12, 13, 17)],
    Case("a session is good on another connection", [
        opened(fetch_partition(0)), session(0, 1, connection="second")], topics=T),
    Case("names and ids do not mix in a session", [
        opened(fetch_partition(0), version=12), session(0, 1, version=13)], topics=T),
    Case("ids and names do not mix in a session", [
        opened(fetch_partition(0), version=13), session(0, 1, version=12)], topics=T),
    Case("a waiting session wakes for new records", [
        opened(fetch_partition(0)),
        session(0, 1, maxWaitMs=10000, minBytes=1, connection="reader", pipelined=True),
        produce(some_records(1))], topics=T),
    Case("a change of the log start shows in a session", [
        *THREE, opened(at(9)), delete_before(4), session(3, 1)], topics=T),
]

CASES = [*READING, *LIMITS, *WAITING, *WRONG, *SESSIONS]
