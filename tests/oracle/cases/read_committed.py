"""Transactions as readers see them: Fetch and ListOffsets of both isolation levels."""

from cases.markers import describe
from cases.requests import fetch, fetch_partition, list_offsets, produce
from plan import Call, Case, Topic, answered
from wire import Batch

T = {"t": 1}
COMMITTED = 1


def begin(name="id", version=4):
    return Call("InitProducerId", version, {
        "transactionalId": Topic(name), "transactionTimeoutMs": 60000,
        "producerId": -1, "producerEpoch": -1}, changes=True)


def add(step, name="id", partitions=(0,), epoch=0, topic="t"):
    return Call("AddPartitionsToTxn", 3, {
        "v3AndBelowTransactionalId": Topic(name),
        "v3AndBelowProducerId": answered(step, "producerId"),
        "v3AndBelowProducerEpoch": epoch,
        "v3AndBelowTopics": [{"name": Topic(topic), "partitions": list(partitions)}]})


def write(step, sequence=0, count=1, name="id", epoch=0, version=11, partition=0, topic="t"):
    batch = Batch(*[(b"k", b"s%d" % (sequence + at)) for at in range(count)], attributes=0x10,
                  producer_id=answered(step, "producerId"), producer_epoch=epoch,
                  base_sequence=sequence)
    return produce(batch, version=version, transactional_id=Topic(name), topic=topic,
                   partition=partition)


def end(step, commit=True, name="id", epoch=0, version=4):
    return Call("EndTxn", version, {
        "transactionalId": Topic(name), "producerId": answered(step, "producerId"),
        "producerEpoch": epoch, "committed": commit}, changes=True)


def plain(value=b"v"):
    return produce(Batch((b"k", value)))


def both(offset=0):
    return [fetch(fetch_partition(offset=offset)),
            fetch(fetch_partition(offset=offset), isolationLevel=COMMITTED)]


def ends():
    return [*list_offsets(-1), *list_offsets(-1, isolation_level=COMMITTED),
            *list_offsets(0, -3, isolation_level=COMMITTED)]


CASES = [
    Case("an open transaction", [
        begin(), add(0), plain(), write(0), plain(), *both(), *both(1), *ends(), describe()],
        topics=T),
    Case("a committed transaction", [
        begin(), add(0), write(0, 0, 2), write(0, 2), end(0), *both(), *ends(), describe()],
        topics=T),
    Case("an aborted transaction", [
        begin(), add(0), plain(), write(0, 0, 2), end(0, commit=False), plain(), *both(), *both(2),
        *both(3), *both(4), *ends(), describe()], topics=T),
    Case("two transactions in each other", [
        begin("a"), begin("b"), add(0, "a"), add(1, "b"), write(0, name="a"),
        write(1, 0, 2, name="b"), end(1, commit=False, name="b"), *both(), *ends(),
        end(0, commit=False, name="a"), *both(), *both(1), *both(4), *ends()],
        topics=T),
    Case("aborted transactions one after another", [
        begin(), *[step for at in range(3) for step in (
            add(0), write(0, at), end(0, commit=False))], *both(), *both(3), *both(6), *ends()],
        topics=T),
    Case("a small fetch is told of what it may reach", [
        begin(), *[step for at in range(3) for step in (
            add(0), write(0, at), end(0, commit=False))],
        fetch(fetch_partition(partitionMaxBytes=1), isolationLevel=COMMITTED),
        fetch(fetch_partition(offset=2, partitionMaxBytes=1), isolationLevel=COMMITTED),
        fetch(fetch_partition(partitionMaxBytes=0), isolationLevel=COMMITTED)], topics=T),
    Case("deleted records of an aborted transaction", [
        begin(), add(0), write(0, 0, 3), end(0, commit=False), plain(),
        Call("DeleteRecords", 2, {"timeoutMs": 10000, "topics": [{
            "name": Topic("t"), "partitions": [{"partitionIndex": 0, "offset": 2}]}]},
            changes=True),
        *both(2), *ends()], topics=T),
    Case("deleted records of an open transaction", [
        begin(), add(0), write(0, 0, 3), plain(),
        Call("DeleteRecords", 2, {"timeoutMs": 10000, "topics": [{
            "name": Topic("t"), "partitions": [{"partitionIndex": 0, "offset": 2}]}]},
            changes=True),
        *both(2), *ends(), end(0), *both(2), *ends()], topics=T),
    *[Case(f"a partition that is not in the transaction, v{version}", [
        begin(), write(0, version=version), *ends(), describe()], topics=T)
      for version in (3, 9, 10, 11)],
    Case("a partition that was never announced, v12", [
        begin(), write(0, version=12), write(0, 1, version=12), *both(), describe(),
        end(0, version=5), *both(), describe()], topics=T),
    Case("an old epoch", [
        begin(), begin(), add(1, epoch=1), write(1, epoch=0), write(1, epoch=1), write(1, epoch=0),
        *ends(), describe()], topics=T),
    Case("a plain batch of a producer in a transaction", [
        begin(), add(0), write(0),
        produce(Batch((b"k", b"v"), producer_id=answered(0, "producerId"), producer_epoch=0,
                      base_sequence=1)), *ends()], topics=T),
    Case("a gap in a transaction", [
        begin(), add(0), write(0), write(0, 2), write(0, 1), *ends()], topics=T),
    Case("a transaction that does not begin at 0, v11", [
        begin(), add(0), write(0, 5), *ends(), describe()], topics=T),
    Case("a transaction that does not begin at 0, v12", [
        begin(), write(0, 5, version=12), *ends(), describe()], topics=T),
    Case("a retry in a transaction", [
        begin(), add(0), write(0), write(0), write(0, 1), write(0), *ends()], topics=T),
    Case("a transactional id that is another's", [
        begin("a"), begin("b"), add(0, "a"), write(0, name="b"), *ends()], topics=T),
]
