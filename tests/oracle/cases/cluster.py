"""DescribeCluster and DescribeTopicPartitions."""

from plan import Call, Case, Topic
from wire import schema


def cluster(version, **fields):
    return Call("DescribeCluster", version, fields)


def partitions(*names, **fields):
    return Call("DescribeTopicPartitions", 0, {
        "topics": [{"name": Topic(name) if isinstance(name, str) else name} for name in names],
        **fields})


def cursor(name, partition):
    return {"topicName": Topic(name), "partitionIndex": partition}


CASES = [
    *[Case(f"DescribeCluster v{version}", [cluster(version)])
      for version in schema.versions("DescribeCluster")],
    *[Case(f"DescribeCluster v{version} with authorized operations",
           [cluster(version, includeClusterAuthorizedOperations=True)])
      for version in schema.versions("DescribeCluster")],
    *[Case(f"DescribeCluster v{version} asks a broker for endpoints of type {kind}",
           [cluster(version, endpointType=kind)])
      for version in (1, 2) for kind in (0, 2, 3, 127, -1)],
    Case("DescribeCluster v2 with fenced brokers", [cluster(2, includeFencedBrokers=True)]),
    Case("partitions of one topic", [partitions("t")], topics={"t": 3}),
    Case("partitions of several topics come sorted", [partitions("c", "a", "b")],
         topics={"a": 1, "b": 2, "c": 1}),
    Case("partitions of a topic that is not there", [partitions("none")]),
    Case("partitions of a bad name", [partitions(Topic("", "a b"))]),
    Case("partitions of an empty name", [partitions(Topic("", ""))]),
    Case("partitions of a topic asked twice", [partitions("t", "t")], topics={"t": 1}),
    *[Case(f"a limit of {limit} partitions", [partitions("a", "b", responsePartitionLimit=limit)],
           topics={"a": 3, "b": 3}) for limit in (1, 3, 4, 6, 7)],
    *[Case(f"a limit of {limit} partitions is none",
           [partitions("a", responsePartitionLimit=limit)], topics={"a": 2})
      for limit in (0, -1)],
    *[Case(f"goes on from a cursor at partition {at}",
           [partitions("a", "b", cursor=cursor("a", at))], topics={"a": 3, "b": 1})
      for at in (0, 1, 2, 3, 9, -1)],
    Case("goes on from a cursor between the topics",
         [partitions("a", "c", cursor=cursor("b", 0))], topics={"a": 1, "b": 1, "c": 1}),
    Case("goes on from a cursor behind all topics",
         [partitions("a", cursor=cursor("z", 0))], topics={"a": 1}),
    Case("goes on from a cursor with a limit",
         [partitions("a", "b", cursor=cursor("a", 1), responsePartitionLimit=2)],
         topics={"a": 3, "b": 3}),
]
