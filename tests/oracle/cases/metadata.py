"""Metadata: brokers, topics, partitions and their leaders."""

from cases.requests import NOTHING, create_topics, metadata, topic_fields
from plan import Call, Case, Topic, TopicId
from wire import schema

VERSIONS = schema.versions("Metadata")
WITH_IDS = [version for version in VERSIONS if version >= 10]
BAD_NAMES = {"empty": "", "a dot": ".", "two dots": "..", "a slash": "a/b", "a blank": "a b",
             "outside ASCII": "tøpic", "250 letters": "x" * 250, "a colon": "a:b"}


def ask(version, topics, **fields):
    return Call("Metadata", version, {"topics": topics, **fields}, own_topics_only=True)


CASES = [
    *[Case(f"v{version} names a topic", [metadata("t", version=version)], topics={"t": 3})
      for version in VERSIONS],
    *[Case(f"v{version} of a topic that is not there", [metadata("none", version=version)])
      for version in VERSIONS if version >= 4],
    *[Case(f"v{version} of no topics", [ask(version, [])], topics={"t": 1})
      for version in VERSIONS],
    *[Case(f"v{version} of all topics", [ask(version, None)], topics={"t": 1, "u": 2})
      for version in VERSIONS if version >= 1],
    Case("v0 with a null list", [ask(0, None)]),
    *[Case(f"v{version} by id", [ask(version, [{"topicId": TopicId("t"), "name": None}])],
           topics={"t": 1}) for version in WITH_IDS],
    *[Case(f"v{version} by an unknown id",
           [ask(version, [{"topicId": "00000000-1111-2222-3333-444444444444", "name": None}])])
      for version in WITH_IDS],
    *[Case(f"v{version} by neither name nor id",
           [ask(version, [{"topicId": NOTHING, "name": None}])]) for version in WITH_IDS],
    *[Case(f"v{version} by both name and id", [ask(version, [topic_fields("t")])],
           topics={"t": 1}) for version in WITH_IDS],
    Case("v12 by one id and one name", [ask(12, [
        {"topicId": TopicId("t"), "name": None}, {"name": Topic("u")}])], topics={"t": 1, "u": 1}),
    *[Case(f"a bad name is refused: {what}", [metadata(Topic("", name), version=version)
                                              for version in (4, 12)])
      for what, name in BAD_NAMES.items()],
    *[Case(f"a bad name is not created: {what}",
           [metadata(Topic("", name), allowAutoTopicCreation=True)])
      for what, name in BAD_NAMES.items()],
    Case("a name of 249 letters is good", [metadata(Topic("", "x" * 249))]),
    Case("a topic asked twice is answered once", [metadata("t", "t")], topics={"t": 1}),
    Case("known, unknown and bad names in one request",
         [metadata("t", "none", Topic("", "a b"))], topics={"t": 1}),
    *[Case(f"v{version} with authorized operations", [
        metadata("t", version=version, includeTopicAuthorizedOperations=True,
                 includeClusterAuthorizedOperations=True)], topics={"t": 1})
      for version in VERSIONS if version >= 8],
    Case("auto creation answers that it is on its way, and then the topic is there", [
        Call("Metadata", 12, {"topics": [{"name": Topic("auto")}], "allowAutoTopicCreation": True},
             changes=True),
        metadata("auto")]),
    Case("auto creation with v1, which cannot say no to it", [
        Call("Metadata", 1, {"topics": [{"name": Topic("auto")}]}, changes=True),
        metadata("auto")]),
    Case("a deleted topic is gone, and its id with it", [
        create_topics("t"),
        metadata("t"),
        Call("DeleteTopics", 6, {"topics": [{"name": Topic("t")}], "timeoutMs": 30000},
             changes=True),
        metadata("t"),
        ask(12, [{"topicId": TopicId("t"), "name": None}])]),
]
