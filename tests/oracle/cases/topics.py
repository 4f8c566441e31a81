"""CreateTopics, DeleteTopics and CreatePartitions."""

from cases.requests import NOTHING, create_topics, list_offsets, metadata, produce, some_records
from plan import Call, Case, Topic, TopicId, config
from wire import schema

T = {"t": 1}
CREATE, REMOVE, GROW = (schema.versions(api)
                        for api in ("CreateTopics", "DeleteTopics", "CreatePartitions"))
BAD_NAMES = {"empty": "", "a dot": ".", "two dots": "..", "a slash": "a/b", "a blank": "a b",
             "outside ASCII": "tøpic", "250 letters": "x" * 250}


def assigned(*brokers):
    return {"numPartitions": -1, "replicationFactor": -1, "assignments": [
        {"partitionIndex": at, "brokerIds": ids} for at, ids in enumerate(brokers)]}


def new(**fields):
    return {"name": "n", **fields}


CREATING = [
    *[Case(f"CreateTopics v{version}", [create_topics(new(numPartitions=3), version=version),
                                        metadata("n")]) for version in CREATE],
    *[Case(f"CreateTopics v{version} of a topic that is there",
           [create_topics("t", version=version)], topics=T) for version in CREATE],
    *[Case(f"CreateTopics v{version} with default partitions and replicas",
           [create_topics(new(numPartitions=-1, replicationFactor=-1), version=version),
            metadata("n")]) for version in CREATE],
    *[Case(f"CreateTopics v{version} only validated",
           [create_topics("n", "t", version=version, validateOnly=True), metadata("n")], topics=T)
      for version in CREATE],
    *[Case(f"CreateTopics with a bad name: {what}",
           [create_topics({"name": Topic("", name)}), create_topics({"name": Topic("", name)},
                                                                    version=4)])
      for what, name in BAD_NAMES.items()],
    Case("CreateTopics with a name of 249 letters",
         [create_topics({"name": Topic("y" * 238, "{}")}, validateOnly=True)]),
    *[Case(f"CreateTopics with {count} partitions", [create_topics(new(numPartitions=count)),
                                                     metadata("n")]) for count in (0, -2)],
    *[Case(f"CreateTopics with {count} replicas", [create_topics(new(replicationFactor=count)),
                                                   metadata("n")]) for count in (0, -2, 2, 3)],
    Case("CreateTopics twice in a request", [create_topics("n", "n"), metadata("n")]),
    Case("CreateTopics twice in a request, beside another", [create_topics("n", "n", "m"),
                                                             metadata("n", "m")]),
    Case("CreateTopics of none", [create_topics()]),
    Case("CreateTopics of several, good and bad", [create_topics(
        "a", "t", {"name": Topic("", "a b")}, new(numPartitions=0)), metadata("a", "n")], topics=T),
    *[Case(f"CreateTopics with a timeout of {timeout}",
           [create_topics("n", timeoutMs=timeout)]) for timeout in (1, 60000)],
    Case("CreateTopics with names that collide as metrics", [
        create_topics({"name": Topic("a.b")}), create_topics({"name": Topic("a_b")}),
        create_topics({"name": Topic("a.b")})]),
    Case("CreateTopics with names that collide in one request", [
        create_topics({"name": Topic("a.b")}, {"name": Topic("a_b")}), metadata("a.b", "a_b")]),
    *[Case(f"CreateTopics assigned to {brokers}", [create_topics(new(**assigned(*brokers))),
                                                   metadata("n")])
      for brokers in ([[1]], [[1], [1]], [[2]], [[1, 1]], [[1], [1, 2]], [[]], [[-1]])],
    Case("CreateTopics assigned, and with a number of partitions", [
        create_topics(new(**{**assigned([1]), "numPartitions": 1}))]),
    Case("CreateTopics assigned, and with a number of replicas", [
        create_topics(new(**{**assigned([1]), "replicationFactor": 1}))]),
    Case("CreateTopics assigned with a gap", [create_topics(new(
        numPartitions=-1, replicationFactor=-1,
        assignments=[{"partitionIndex": at, "brokerIds": [1]} for at in (0, 2)]))]),
    Case("CreateTopics assigned from 1 on", [create_topics(new(
        numPartitions=-1, replicationFactor=-1,
        assignments=[{"partitionIndex": 1, "brokerIds": [1]}]))]),
    Case("CreateTopics assigned twice", [create_topics(new(
        numPartitions=-1, replicationFactor=-1,
        assignments=[{"partitionIndex": 0, "brokerIds": [1]}] * 2))]),
    *[Case(f"CreateTopics v{version} with configs", [
        create_topics(new(configs=config(cleanup_policy="compact", retention_ms="1000")),
                      version=version)]) for version in CREATE],
    *[Case(f"CreateTopics with a config that is wrong: {key}={value}", [
        create_topics(new(configs=[{"name": key, "value": value}])), metadata("n")])
      for key, value in (("no.such.config", "1"), ("retention.ms", "soon"), ("retention.ms", "-2"),
                         ("cleanup.policy", "eat"), ("retention.ms", None), ("", "1"),
                         ("compression.type", "rar"), ("segment.bytes", "10"),
                         ("min.insync.replicas", "0"), ("max.message.bytes", "-1"),
                         ("message.timestamp.type", "Never"), ("preallocate", "maybe"))],
    Case("CreateTopics with a config twice", [create_topics(new(configs=[
        {"name": "retention.ms", "value": "1000"}, {"name": "retention.ms", "value": "2000"}]))]),
    Case("CreateTopics right after its deletion", [
        create_topics("n"),
        Call("DeleteTopics", 6, {"topics": [{"name": Topic("n")}], "timeoutMs": 30000},
             changes=True),
        create_topics(new(numPartitions=2)), metadata("n"), *list_offsets(-1, topic="n")]),
]


def delete(*names, version=6, ids=(), **fields):
    real = [Topic(name) if isinstance(name, str) else name for name in names]
    return Call("DeleteTopics", version, {
        "topics": [{"name": name} for name in real]
        + [{"name": None, "topicId": one} for one in ids],
        "topicNames": real, "timeoutMs": 30000, **fields}, changes=True)


DELETING = [
    *[Case(f"DeleteTopics v{version}", [delete("t", version=version), metadata("t"),
                                        delete("t", version=version)], topics=T)
      for version in REMOVE],
    *[Case(f"DeleteTopics v{version} of several", [delete("t", "none", "u", version=version),
                                                   metadata("t", "u")], topics={"t": 1, "u": 2})
      for version in REMOVE],
    *[Case(f"DeleteTopics v{version} twice in a request", [delete("t", "t", version=version),
                                                           metadata("t")], topics=T)
      for version in (1, 5, 6)],
    *[Case(f"DeleteTopics v{version} of none", [delete(version=version)]) for version in REMOVE],
    Case("DeleteTopics by id", [delete(ids=[TopicId("t")]), metadata("t")], topics=T),
    Case("DeleteTopics by an unknown id",
         [delete(ids=["00000000-1111-2222-3333-444444444444"])]),
    Case("DeleteTopics by the zero id", [delete(ids=[NOTHING])]),
    Case("DeleteTopics by id twice", [delete(ids=[TopicId("t"), TopicId("t")]), metadata("t")],
         topics=T),
    Case("DeleteTopics by name and by id", [delete("t", ids=[TopicId("t")]), metadata("t")],
         topics=T),
    Case("DeleteTopics with name and id in one entry", [Call("DeleteTopics", 6, {
        "topics": [{"name": Topic("t"), "topicId": TopicId("t")}], "timeoutMs": 1000},
        changes=True), metadata("t")], topics=T),
    *[Case(f"DeleteTopics with a bad name: {what}", [delete(Topic("", name))])
      for what, name in BAD_NAMES.items()],
    Case("what was produced before the deletion is gone after it", [
        produce(some_records(3)), delete("t"), create_topics("t"), *list_offsets(-1, -2)],
         topics=T),
    Case("producing to a deleted topic", [delete("t"), produce(some_records(1))], topics=T),
]


def grow(count, name=Topic("t"), version=3, assignments=None, **fields):
    return Call("CreatePartitions", version, {"topics": [{
        "name": name, "count": count,
        "assignments": assignments and [{"brokerIds": ids} for ids in assignments]}],
        "timeoutMs": 30000, **fields}, changes=True)


GROWING = [
    *[Case(f"CreatePartitions v{version} from 1 to {count}", [
        grow(count, version=version), metadata("t")], topics=T)
      for version in GROW for count in (3, 1, 0, -1)],
    *[Case(f"CreatePartitions v{version} only validated", [
        grow(3, version=version, validateOnly=True), metadata("t")], topics=T)
      for version in GROW],
    Case("CreatePartitions of fewer than there are", [grow(2), metadata("t")], topics={"t": 3}),
    Case("CreatePartitions of what is not there", [grow(2, name=Topic("none")),
                                                   grow(2, name=Topic("", "a b"))]),
    *[Case(f"CreatePartitions assigned to {brokers}", [grow(3, assignments=brokers),
                                                       metadata("t")], topics=T)
      for brokers in ([[1], [1]], [[1]], [[1], [1], [1]], [[2], [1]], [[1, 1], [1]],
                      [[1], [1, 2]], [[], [1]])],
    Case("CreatePartitions twice in a request", [Call("CreatePartitions", 3, {"topics": [
        {"name": Topic("t"), "count": count, "assignments": None} for count in (2, 3)],
        "timeoutMs": 30000}, changes=True), metadata("t")], topics=T),
    Case("CreatePartitions of none", [Call("CreatePartitions", 3, {"timeoutMs": 1000})]),
    Case("CreatePartitions of several, good and bad", [Call("CreatePartitions", 3, {"topics": [
        {"name": Topic(name), "count": 2, "assignments": None} for name in ("t", "none", "u")],
        "timeoutMs": 30000}, changes=True), metadata("t", "u")], topics={"t": 1, "u": 2}),
    Case("new partitions take records", [
        grow(3), produce(some_records(2), partition=2), *list_offsets(-1, partition=2)], topics=T),
]

CASES = [*CREATING, *DELETING, *GROWING]
