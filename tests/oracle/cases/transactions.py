"""Transactions: whose a transactional id is, what joins, how it ends (KIP-98, KIP-360, KIP-890)."""

from cases.requests import fetch, list_offsets, produce
from plan import Call, Case, Topic, answered
from wire import Batch, schema

T = {"t": 1}
ID, OTHER, GROUP = Topic("id"), Topic("other"), Topic("group")
PRODUCER = answered(0, "producerId")  # every case begins with an InitProducerId
STRANGER = (1 << 41) + 9
INIT = schema.versions("InitProducerId")
END = schema.versions("EndTxn")
ADD = [version for version in schema.versions("AddPartitionsToTxn") if version < 4]
OFFSETS = schema.versions("AddOffsetsToTxn")
COMMIT = schema.versions("TxnOffsetCommit")


def init(version=5, own=None, timeout=60000, name=ID, **call):
    values = {"transactionalId": name, "transactionTimeoutMs": timeout}
    if own is not None:
        values.update(producerId=PRODUCER, producerEpoch=own)
    return Call("InitProducerId", version, values, **call)


def fence():
    """One that finds a transaction open: Kafka is busy aborting it afterwards."""
    return init(changes=True)


def add(epoch=0, version=3, topics=(("t", 0),), producer=PRODUCER, name=ID):
    return Call("AddPartitionsToTxn", version, {
        "v3AndBelowTransactionalId": name, "v3AndBelowProducerId": producer,
        "v3AndBelowProducerEpoch": epoch,
        "v3AndBelowTopics": [{"name": Topic(topic), "partitions": [partition]}
                             for topic, partition in topics]})


def of_broker(verify, epoch=0, version=5, topics=(("t", 0),), producer=PRODUCER, name=ID):
    return Call("AddPartitionsToTxn", version, {"transactions": [{
        "transactionalId": name, "producerId": producer, "producerEpoch": epoch,
        "verifyOnly": verify, "topics": [{"name": Topic(topic), "partitions": [partition]}
                                         for topic, partition in topics]}]})


def end(commit=True, epoch=0, version=5, producer=PRODUCER, name=ID):
    return Call("EndTxn", version, {"transactionalId": name, "producerId": producer,
                                    "producerEpoch": epoch, "committed": commit}, changes=True)


def describe(name=ID):
    return Call("DescribeTransactions", 0, {"transactionalIds": [name]})


def send(sequence=0, epoch=0, version=12, producer=PRODUCER, name=ID, **call):
    batch = Batch((b"k", b"s%d" % sequence), attributes=0x10, base_sequence=sequence,
                  producer_id=producer, producer_epoch=epoch)
    return produce(batch, version=version, transactional_id=name, **call)


def add_offsets(epoch=0, version=4, group=GROUP, producer=PRODUCER, name=ID):
    return Call("AddOffsetsToTxn", version, {
        "transactionalId": name, "producerId": producer, "producerEpoch": epoch,
        "groupId": group})


def commit_offsets(offset, epoch=0, version=5, producer=PRODUCER, name=ID, group=GROUP,
                   topics=(("t", 0),), metadata="m", **member):
    values = {"transactionalId": name, "groupId": group, "producerId": producer,
              "producerEpoch": epoch,
              "topics": [{"name": Topic(topic), "partitions": [{
                  "partitionIndex": partition, "committedOffset": offset,
                  "committedLeaderEpoch": -1, "committedMetadata": metadata}]}
                  for topic, partition in topics]}
    if version >= 3:
        values.update({"generationId": -1, "memberId": "", "groupInstanceId": None, **member})
    return Call("TxnOffsetCommit", version, values)


def committed(stable=False):
    return Call("OffsetFetch", 8, {"requireStable": stable, "groups": [{
        "groupId": GROUP, "topics": [{"name": Topic("t"), "partitionIndexes": [0]}]}]})


def only_mine(version=2, pattern=Topic("", "{}.*"), **filters):
    return Call("ListTransactions", version, {"transactionalIdPattern": pattern, **filters})


READ = [fetch(), fetch(isolationLevel=1), *list_offsets(-1, isolation_level=1)]

WHO = [
    *[Case(f"InitProducerId v{version} of a transactional id, twice", [
        init(version), init(version)]) for version in INIT],
    *[Case(f"InitProducerId v{version} with a timeout of {timeout}",
           [init(version, timeout=timeout)])
      for version in (0, 5) for timeout in (0, -1, 900000, 900001)],
    *[Case(f"InitProducerId v{version} raises its own epoch, and again", [
        init(version), init(version, 0), init(version, 0), init(version, 1), init(version, 0)])
      for version in INIT if version >= 3],
    *[Case(f"InitProducerId v{version} of one whose id another took", [
        init(version), init(version), init(version, 0)]) for version in INIT if version >= 3],
    Case("InitProducerId with an epoch that is not there yet", [init(), init(own=7)]),
    Case("InitProducerId aborts what is open", [
        init(), add(), fence(), describe(), init(), describe()], topics=T),
    Case("InitProducerId of its own aborts what is open", [
        init(), add(), init(own=0, changes=True), init(own=0), init(own=0)], topics=T),
    Case("InitProducerId of an old epoch aborts what is open too", [
        init(), init(), add(1), init(own=0, changes=True), describe(), init(own=1)], topics=T),
    Case("InitProducerId after commits of both kinds", [
        init(), add(), end(version=4), init(own=0), add(1), end(epoch=1), init(own=1), init(own=2),
        describe()], topics=T),
]

JOIN = [
    *[Case(f"AddPartitionsToTxn v{version}", [
        init(), add(version=version), add(version=version), describe()], topics=T)
      for version in ADD],
    *[Case(f"AddPartitionsToTxn v{version} of those who may not", [
        init(), init(), add(0, version), add(2, version), add(1, version, producer=STRANGER),
        add(1, version, name=OTHER), add(1, version, name=""), describe()], topics=T)
      for version in ADD],
    Case("one partition that does not exist keeps the others out", [
        init(), add(topics=(("t", 0), ("t", 7), ("none", 0))), describe()], topics=T),
    Case("no partitions at all open a transaction", [init(), add(topics=()), describe()]),
    *[Case(f"brokers add and verify with v{version}", [
        init(), of_broker(True, version=version), of_broker(False, version=version),
        of_broker(True, version=version, topics=(("t", 0), ("u", 0))),
        of_broker(True, 1, version), of_broker(True, version=version, producer=STRANGER),
        of_broker(True, version=version, name=OTHER), of_broker(True, version=version, name=""),
        of_broker(True, version=version, topics=(("none", 0), ("t", 0))),
        of_broker(False, 1, version), describe()], topics={"t": 1, "u": 1})
      for version in (4, 5)],
    *[Case(f"AddOffsetsToTxn v{version}", [
        init(), add_offsets(1, version), add_offsets(version=version, producer=STRANGER),
        add_offsets(version=version, name=OTHER), add_offsets(version=version, name=""),
        add_offsets(version=version)]) for version in OFFSETS],
]

ENDS = [
    *[Case(f"EndTxn v{version} {'commits' if commit else 'aborts'}", [
        init(), end(commit, version=version), add(), end(commit, version=version),
        end(commit, version=version), end(not commit, version=version), describe()], topics=T)
      for version in END for commit in (True, False)],
    *[Case(f"EndTxn v{version} of those who may not", [
        init(), init(), add(1), end(epoch=0, version=version), end(epoch=2, version=version),
        end(epoch=1, version=version, producer=STRANGER), end(version=version, name=OTHER),
        end(version=version, name=""), describe()], topics=T) for version in END],
    Case("EndTxn v5 aborts what was never begun, more than once", [
        init(), end(False), end(False), end(False, 1), end(True, 2), describe()]),
    Case("transactions of both kinds in turn", [
        init(), add(), end(version=4), end(), end(False), describe(), add(1),
        end(epoch=1, version=4), of_broker(False, 1), end(epoch=1), add(2), end(False, 2, 4),
        describe()], topics=T),
    Case("what a fenced producer hears", [
        init(), add(), fence(), add(), end(), end(False), end(version=4), end(False, version=4),
        add_offsets(), of_broker(True), of_broker(False)], topics=T),
]

WRITES = [
    Case("records of a commit and of an abort", [
        init(), send(), *READ, end(), *READ, send(0, 1), send(1, 1), end(False, 1), *READ,
        send(0, 2), *READ], topics=T),
    Case("records of transactions whose partitions are announced", [
        init(), add(), send(version=11), end(version=4), send(1, version=11),
        send(1, version=10), add(), send(1, version=11), end(False, version=4), *READ], topics=T),
    *[Case(f"Produce v{version} without announcing the partition", [
        init(), send(version=version), describe(), *READ], topics=T)
      for version in (3, 9, 10, 11, 12, 13)],
    *[Case(f"Produce v{version} of those who may not", [
        init(), init(), send(epoch=0, version=version), send(epoch=2, version=version),
        send(epoch=1, version=version, producer=STRANGER), send(version=version, name=OTHER),
        send(version=version, name=""), describe()], topics=T) for version in (10, 11, 12, 13)],
    *[Case(f"Produce v{version} after the coordinator has aborted", [
        init(), add(), send(version=version), fence(), send(1, version=version),
        send(0, 1, version=version), *READ], topics=T) for version in (10, 11, 12)],
]

COMMITS = [
    Case("offsets are there with the commit, and not with an abort", [
        init(), commit_offsets(5), committed(), committed(True), end(), committed(True),
        commit_offsets(9, 1), end(False, 1), committed(True)], topics=T),
    *[Case(f"TxnOffsetCommit v{version} after AddOffsetsToTxn", [
        init(), commit_offsets(5, version=version), add_offsets(),
        commit_offsets(5, version=version), end(version=4), committed(True)], topics=T)
      for version in COMMIT if version < 5],
    *[Case(f"TxnOffsetCommit v{version} of those who may not", [
        init(), init(), commit_offsets(1, 0, version), commit_offsets(1, 2, version),
        commit_offsets(1, 1, version, producer=STRANGER),
        commit_offsets(1, version=version, name=OTHER),
        commit_offsets(1, version=version, name=""), commit_offsets(1, 1, version, group="")],
        topics=T) for version in COMMIT],
    *[Case(f"TxnOffsetCommit v{version} of a member that is none", [
        init(), add_offsets(), commit_offsets(1, version=version, generationId=3),
        commit_offsets(1, version=version, memberId="m"),
        commit_offsets(1, version=version, groupInstanceId="i"),
        commit_offsets(1, version=version, generationId=3),
        commit_offsets(1, version=version, generationId=3, memberId="m")], topics=T)
      for version in (3, 5)],
    Case("TxnOffsetCommit of what does not exist", [
        init(), commit_offsets(1, topics=(("none", 0),)), describe(),
        commit_offsets(1, topics=(("none", 0), ("t", 7), ("t", 0)))], topics=T),
    Case("TxnOffsetCommit with much metadata", [
        init(), commit_offsets(1, metadata="m" * 4096), commit_offsets(1, metadata="m" * 4097)],
        topics=T),
]

LOOKS = [
    Case("ListTransactions by state", [
        init(), add(), init(name=OTHER), only_mine(), only_mine(stateFilters=["Ongoing"]),
        only_mine(stateFilters=["Empty", "CompleteAbort"]), only_mine(stateFilters=["Dead"]),
        only_mine(stateFilters=["ongoing", "None"])], topics=T),
    Case("ListTransactions by producer", [
        init(), init(name=OTHER), only_mine(producerIdFilters=[PRODUCER]),
        only_mine(producerIdFilters=[STRANGER])]),
    Case("ListTransactions by duration", [
        init(), add(), init(name=OTHER), only_mine(durationFilter=1 << 40),
        only_mine(durationFilter=-5), only_mine(durationFilter=1 << 62)], topics=T),
    Case("ListTransactions by name", [
        init(), init(name=OTHER), only_mine(pattern=Topic("", "{}id")),
        only_mine(pattern=Topic("", "{}i")), only_mine(pattern=Topic("", "{}(id|other)")),
        only_mine(pattern="["), only_mine(pattern="nobody.*")]),
    Case("DescribeTransactions of nobody", [init(), describe(OTHER), describe("")]),
]

CASES = [*WHO, *JOIN, *ENDS, *WRITES, *COMMITS, *LOOKS]
