"""Short forms of the requests that many cases say."""

from plan import Call, Topic, TopicId
from wire import Batch

NOTHING = "00000000-0000-0000-0000-000000000000"


def topic_fields(name):
    """Name and id of a topic, for requests that use the one or the other by version."""
    if isinstance(name, str):
        return {"name": Topic(name), "topicId": TopicId(name)}
    return {"name": name, "topicId": NOTHING}


def produce(*batches, version=11, topic="t", partition=0, acks=-1, timeout_ms=30000,
            transactional_id=None, **call):
    """One partition; `batches` may be bytes, or a single None for null records."""
    records = None if batches == (None,) else list(batches)
    return produce_all([(topic, partition, records)], version=version, acks=acks,
                       timeout_ms=timeout_ms, transactional_id=transactional_id, **call)


def produce_all(entries, version=11, acks=-1, timeout_ms=30000, transactional_id=None, **call):
    """`entries`: (topic, partition, records); neighbours of one topic share it."""
    topics = []
    for topic, partition, records in entries:
        if not topics or topics[-1][0] != topic:
            topics.append((topic, []))
        topics[-1][1].append({"index": partition, "records": records})
    values = {"transactionalId": transactional_id, "acks": acks, "timeoutMs": timeout_ms,
              "topicData": [{**topic_fields(topic), "partitionData": data}
                            for topic, data in topics]}
    return Call("Produce", version, values, **call)


def some_records(how_many, timestamp=0, **fields):
    return Batch(*[(b"k%d" % at, b"v%d" % at, at) for at in range(how_many)], timestamp=timestamp,
                 **fields)


def fetch_partition(partition=0, offset=0, **fields):
    return {"partition": partition, "fetchOffset": offset, "partitionMaxBytes": 1 << 20, **fields}


def fetch(*partitions, version=12, topic="t", topics=None, **fields):
    """One topic, or `topics`: (name, [partition…]). Answers at once unless told to wait."""
    call = {name: fields.pop(name) for name in list(fields)
            if name in ("connection", "pipelined", "body")}
    asked = topics if topics is not None else [(topic, list(partitions or [fetch_partition()]))]
    named = []
    for name, inner in asked:
        both = topic_fields(name)
        named.append({"topic": both["name"], "topicId": both["topicId"], "partitions": inner})
    values = {"maxWaitMs": 0, "minBytes": 0, "maxBytes": 1 << 20, "topics": named, **fields}
    return Call("Fetch", version, values, **call)


def list_offsets(*timestamps, version=9, topic="t", partition=0, isolation_level=0, **fields):
    """A request of one partition for each timestamp would repeat it, so these are several calls."""
    return [Call("ListOffsets", version, {
        "replicaId": -1, "isolationLevel": isolation_level, "timeoutMs": 1000,
        "topics": [{"name": Topic(topic) if isinstance(topic, str) else topic, "partitions": [
            {"partitionIndex": partition, "timestamp": timestamp, **fields}]}]})
        for timestamp in timestamps]


def metadata(*names, version=12, **fields):
    topics = [{"name": Topic(name) if isinstance(name, str) else name} for name in names]
    return Call("Metadata", version, {"topics": topics, "allowAutoTopicCreation": False, **fields})


def create_topics(*topics, version=7, **fields):
    """Each topic is a name or a dictionary of its fields."""
    asked = []
    for topic in topics:
        fields_of = {"name": topic} if not isinstance(topic, dict) else dict(topic)
        if isinstance(fields_of["name"], str):
            fields_of["name"] = Topic(fields_of["name"])
        asked.append({"numPartitions": 1, "replicationFactor": 1, **fields_of})
    return Call("CreateTopics", version, {"topics": asked, "timeoutMs": 30000, **fields},
                changes=True)


TOPIC, BROKER = 2, 4


def describe_configs(*keys, version=4, kind=TOPIC, name=Topic("t"), **fields):
    return Call("DescribeConfigs", version, {
        "resources": [{"resourceType": kind, "resourceName": name,
                       "configurationKeys": list(keys) or None}], **fields})


SET, DELETE, APPEND, SUBTRACT = range(4)


def incremental(*changes, version=1, kind=TOPIC, name=Topic("t"), **fields):
    """`changes`: (key, operation, value)."""
    return Call("IncrementalAlterConfigs", version, {"resources": [{
        "resourceType": kind, "resourceName": name,
        "configs": [{"name": key, "configOperation": operation, "value": value}
                    for key, operation, value in changes]}], **fields},
        changes=not fields.get("validateOnly"))
