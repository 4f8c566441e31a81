"""WriteTxnMarkers and DescribeProducers: what a partition knows of its producers."""

from cases.idempotence import PRODUCER, send
from cases.requests import fetch, list_offsets, produce
from plan import Call, Case, Topic
from wire import Batch, schema

T = {"t": 1}


def mark(*partitions, producer=PRODUCER, epoch=0, commit=True, coordinator=0, version=2,
         transaction_version=0, topic="t"):
    """One marker for one topic."""
    return Call("WriteTxnMarkers", version, {"markers": [
        marker(producer, epoch, commit, coordinator, transaction_version,
               [(topic, list(partitions or [0]))])]})


def marker(producer, epoch, commit, coordinator, transaction_version, topics):
    return {"producerId": producer, "producerEpoch": epoch, "transactionResult": commit,
            "coordinatorEpoch": coordinator, "transactionVersion": transaction_version,
            "topics": [{"name": Topic(name) if isinstance(name, str) else name,
                        "partitionIndexes": partitions} for name, partitions in topics]}


def describe(*partitions, topic="t"):
    return Call("DescribeProducers", 0, {"topics": [
        {"name": Topic(topic) if isinstance(topic, str) else topic,
         "partitionIndexes": list(partitions or [0])}]})


def describe_all(*topics):
    return Call("DescribeProducers", 0, {"topics": [
        {"name": Topic(name), "partitionIndexes": partitions} for name, partitions in topics]})


NO_TOPIC = Topic("nope")

CASES = [
    *[Case(f"WriteTxnMarkers v{version} for a producer that is not known",
           [mark(version=version), *list_offsets(-1), describe(), fetch()], topics=T)
      for version in schema.versions("WriteTxnMarkers")],
    Case("no markers at all", [Call("WriteTxnMarkers", 2, {"markers": []})]),
    Case("a marker for no partition", [Call("WriteTxnMarkers", 2, {
        "markers": [marker(PRODUCER, 0, True, 0, 0, [])]})]),
    Case("a marker for a topic without partitions named", [Call("WriteTxnMarkers", 2, {
        "markers": [marker(PRODUCER, 0, True, 0, 0, [("t", [])])]})], topics=T),
    Case("a marker for a topic that does not exist", [mark(topic=NO_TOPIC)]),
    Case("a marker for a partition that does not exist", [mark(0, 7, -1)], topics=T),
    Case("an abort", [mark(commit=False), fetch(), fetch(isolationLevel=1), describe()], topics=T),
    Case("markers for several partitions", [mark(0, 1), describe(0, 1)], topics={"t": 2}),
    Case("markers of several producers in one request", [Call("WriteTxnMarkers", 2, {"markers": [
        marker(PRODUCER, 0, True, 0, 0, [("t", [0])]),
        marker(PRODUCER + 1, 3, False, 5, 2, [("t", [0]), ("u", [0])])]}),
        describe(), describe(topic="u"), fetch()], topics={"t": 1, "u": 1}),
    Case("a marker after idempotent batches", [
        send(0), send(1, 2), mark(epoch=1), describe(), send(0, epoch=1), describe(),
        *list_offsets(-1, isolation_level=1), fetch(isolationLevel=1)], topics=T),
    Case("a marker of an older epoch", [send(0, epoch=3), mark(epoch=2), mark(epoch=3),
                                        *list_offsets(-1), describe()], topics=T),
    *[Case(f"a marker of transaction version {version} with the epoch of the batches",
           [send(0), mark(transaction_version=version), mark(transaction_version=version),
            *list_offsets(-1), describe()], topics=T) for version in (0, 1, 2, 3, -1)],
    Case("an older coordinator", [mark(coordinator=5), mark(coordinator=4), mark(coordinator=5),
                                  mark(coordinator=6), *list_offsets(-1), describe()], topics=T),
    Case("an older coordinator with a newer epoch", [
        mark(coordinator=5), mark(coordinator=4, epoch=1), describe()], topics=T),
    Case("negative coordinators and epochs", [
        mark(coordinator=-1), mark(coordinator=-2), mark(epoch=-1), describe()], topics=T),
    Case("a producer id of -1 in a marker", [mark(producer=-1), *list_offsets(-1), describe()],
         topics=T),
    Case("nobody has produced", [describe()], topics=T),
    Case("idempotent producers", [
        send(0), send(1, 2), send(0, producer=PRODUCER + 1, epoch=4), describe()], topics=T),
    Case("ordinary records have no producer", [produce(Batch((b"k", b"v"))), describe()], topics=T),
    Case("partitions that do not exist", [describe(0, 9, -1)], topics=T),
    Case("a topic that does not exist", [describe(0, 1, topic=NO_TOPIC)]),
    Case("a topic without partitions named", [
        Call("DescribeProducers", 0, {"topics": [{"name": Topic("t"), "partitionIndexes": []}]})],
        topics=T),
    Case("no topics", [Call("DescribeProducers", 0, {"topics": []})]),
    *[Case(f"a topic whose name is {name!r}", [describe(topic=Topic("t", form=form))])
      for name, form in (("empty", ""), ("a dot", "."), ("with a space", "a b"),
                         ("too long", "x" * 250))],
    Case("a partition that is named twice", [send(0), describe(0, 0)], topics=T),
    Case("a topic that is named twice", [send(0), describe_all(("t", [0]), ("t", [0]))], topics=T),
]
