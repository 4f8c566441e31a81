"""Idempotent produce and InitProducerId: every batch once, in order (KIP-98)."""

from cases.requests import fetch, list_offsets, produce, produce_all
from plan import Call, Case, Topic, answered
from wire import Batch, schema

T = {"t": 1}
PRODUCER = (1 << 41) + 5  # no broker gives such an id by itself
INIT_VERSIONS = schema.versions("InitProducerId")


def init(version=5, **fields):
    return Call("InitProducerId", version, {"transactionalId": None,
                                            "transactionTimeoutMs": 60000, **fields})


def send(sequence, count=1, epoch=0, producer=PRODUCER, version=11, **fields):
    batch = Batch(*[(b"k", b"s%d" % (sequence + at)) for at in range(count)],
                  producer_id=producer, producer_epoch=epoch, base_sequence=sequence)
    return produce(batch, version=version, **fields)


LAST = 2147483647

CASES = [
    *[Case(f"InitProducerId v{version} without a transactional id", [init(version), init(version)])
      for version in INIT_VERSIONS],
    *[Case(f"InitProducerId v{version} with an empty transactional id",
           [init(version, transactionalId="")]) for version in INIT_VERSIONS],
    *[Case(f"InitProducerId without a transactional id and a timeout of {timeout}",
           [init(transactionTimeoutMs=timeout)]) for timeout in (0, -1, 2147483647)],
    *[Case(f"InitProducerId v{version} with producer id {producer} and epoch {epoch}",
           [init(version, producerId=producer, producerEpoch=epoch)])
      for version in (3, 5)
      for producer, epoch in ((PRODUCER, 0), (PRODUCER, -1), (-1, 0), (-2, -1))],
    Case("an id the broker gave is good for producing", [
        init(),
        produce(Batch((b"k", b"v"), producer_id=answered(0, "producerId"), producer_epoch=0,
                      base_sequence=0)),
        fetch()], topics=T),
    Case("sequences one after the other", [send(0), send(1, 3), send(4), *list_offsets(-1),
                                           fetch()], topics=T),
    *[Case(f"v{version}: a batch sent twice is kept once",
           [send(0, 2, version=version), send(0, 2, version=version), *list_offsets(-1)], topics=T)
      for version in (3, 11, 13)],
    Case("each of the last five batches is known", [
        *[send(at) for at in range(5)], *[send(at) for at in range(5)], *list_offsets(-1)],
        topics=T),
    Case("the sixth last batch is not known any more", [
        *[send(at) for at in range(6)], send(0), send(1), *list_offsets(-1)], topics=T),
    Case("a gap in the sequence", [send(0), send(2), send(1), *list_offsets(-1)], topics=T),
    Case("a batch that covers a known one and more", [send(0), send(0, 2), *list_offsets(-1)],
         topics=T),
    Case("a part of a known batch", [send(0, 3), send(1), send(2), *list_offsets(-1)], topics=T),
    Case("an unknown producer may begin anywhere", [send(7), send(8), *list_offsets(-1)], topics=T),
    Case("an unknown producer with an epoch", [send(0, epoch=5), send(1, epoch=5),
                                               *list_offsets(-1)], topics=T),
    Case("a new epoch begins at 0", [send(0), send(1), send(0, epoch=1), send(1, epoch=1),
                                     *list_offsets(-1)], topics=T),
    Case("a new epoch that begins elsewhere", [send(0), send(1, epoch=1), *list_offsets(-1)],
         topics=T),
    Case("an old epoch", [send(0, epoch=3), send(1, epoch=2), send(1, epoch=3),
                          *list_offsets(-1)], topics=T),
    Case("an old epoch in v3, v9, v11 and v13",
         [send(0, epoch=3), *[send(1, epoch=2, version=version) for version in (3, 9, 11, 13)]],
         topics=T),
    Case("the sequence wraps to 0", [send(LAST - 1), send(LAST), send(0), send(1),
                                     *list_offsets(-1)], topics=T),
    Case("the sequence wraps inside a batch", [send(LAST - 1, 4), send(2), *list_offsets(-1)],
         topics=T),
    Case("a sequence of -1 with a producer id", [send(-1), *list_offsets(-1)], topics=T),
    Case("a sequence of -2 with a producer id", [send(-2), *list_offsets(-1)], topics=T),
    Case("an epoch of -1 with a producer id", [send(0, epoch=-1), *list_offsets(-1)], topics=T),
    Case("an epoch and sequence without a producer id", [send(0, producer=-1),
                                                         *list_offsets(-1)], topics=T),
    Case("a producer id of -2", [send(0, producer=-2), *list_offsets(-1)], topics=T),
    Case("two producers do not know of each other", [
        send(0), send(0, producer=PRODUCER + 1), send(1), send(1, producer=PRODUCER + 1),
        *list_offsets(-1)], topics=T),
    Case("one producer counts in each partition for itself", [
        produce_all([("t", at, [Batch((b"k", b"v"), producer_id=PRODUCER, producer_epoch=0,
                                      base_sequence=0)]) for at in (0, 1)]),
        send(1, partition=1), send(1, partition=0)], topics={"t": 2}),
    Case("batches without a producer between the others", [
        send(0), produce(Batch((b"k", b"v"))), send(1), send(0), *list_offsets(-1)], topics=T),
    Case("deleted records do not make a producer forgotten", [
        send(0), send(1),
        Call("DeleteRecords", 2, {"timeoutMs": 10000, "topics": [{
            "name": Topic("t"),
            "partitions": [{"partitionIndex": 0, "offset": -1}]}]}, changes=True),
        send(1), send(2), *list_offsets(-1, -2)], topics=T),
    Case("acks 0 counts too", [send(0, acks=0, answers=False), send(1), *list_offsets(-1)],
         topics=T),
    Case("pipelined batches", [
        *[send(at, pipelined=True) for at in range(4)], send(4), *list_offsets(-1)], topics=T),
    Case("a transactional batch of an unknown transaction", [
        produce(Batch((b"k", b"v"), attributes=0x10, producer_id=PRODUCER, producer_epoch=0,
                      base_sequence=0), transactional_id="nobody"), *list_offsets(-1)], topics=T),
]
