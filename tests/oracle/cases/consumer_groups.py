"""Classic groups and committed offsets: membership, static members, commits, administration."""

from plan import Call, Case, Topic, TopicId, answered
from wire import schema

T = {"t": 2}
GROUP = Topic("g")  # a name that nobody else has
PROTOCOLS = [{"name": "range", "metadata": b"\x00"}, {"name": "sticky", "metadata": b"\x01"}]
NO_ID = "00000000-0000-0000-0000-0000000000aa"


def join(member="", version=9, instance=None, connection="first", group=GROUP, session=10000,
         kind="consumer", protocols=PROTOCOLS, pipelined=False, rebalance=10000):
    values = {"groupId": group, "sessionTimeoutMs": session, "memberId": member,
              "protocolType": kind, "protocols": protocols}
    if version >= 1:
        values["rebalanceTimeoutMs"] = rebalance
    if version >= 5:
        values["groupInstanceId"] = instance
    return Call("JoinGroup", version, values, connection=connection, pipelined=pipelined)


def sync(member, generation=1, assignments=(), version=5, instance=None, connection="first",
         pipelined=False, kind="consumer", protocol="range", group=GROUP):
    values = {"groupId": group, "generationId": generation, "memberId": member,
              "assignments": [{"memberId": one, "assignment": assigned}
                              for one, assigned in assignments]}
    if version >= 3:
        values["groupInstanceId"] = instance
    if version >= 5:
        values.update(protocolType=kind, protocolName=protocol)
    return Call("SyncGroup", version, values, connection=connection, pipelined=pipelined)


def heartbeat(member, generation=1, version=4, instance=None, connection="first", group=GROUP):
    values = {"groupId": group, "generationId": generation, "memberId": member}
    if version >= 3:
        values["groupInstanceId"] = instance
    return Call("Heartbeat", version, values, connection=connection)


def leave(*members, version=5, connection="first", group=GROUP):
    if version < 3:
        return Call("LeaveGroup", version, {"groupId": group, "memberId": members[0]})
    return Call("LeaveGroup", version, {"groupId": group, "members": [
        {"memberId": one[0], "groupInstanceId": one[1]} if isinstance(one, tuple) else
        {"memberId": one, "groupInstanceId": None} for one in members]}, connection=connection)


def describe(version=6, group=GROUP):
    return Call("DescribeGroups", version, {"groups": [group]})


def commit(*partitions, version=9, member="", generation=-1, instance=None, topic=Topic("t"),
           group=GROUP, **more):
    named = {"topicId": topic} if version >= 10 else {"name": topic}
    values = {"groupId": group, "generationIdOrMemberEpoch": generation, "memberId": member,
              "topics": [{**named, "partitions": [
                  {"partitionIndex": index, "committedOffset": offset,
                   "committedMetadata": metadata}
                  for index, offset, metadata in partitions or [(0, 5, "where")]]}], **more}
    if version >= 7:
        values["groupInstanceId"] = instance
    return Call("OffsetCommit", version, values)


def fetch(*indexes, version=9, topic=Topic("t"), group=GROUP, everything=False, stable=False):
    named = {"topicId": topic} if version >= 10 else {"name": topic}
    topics = None if everything else [{**named, "partitionIndexes": list(indexes)}]
    values = {"requireStable": stable} if version >= 7 else {}
    if version < 8:
        return Call("OffsetFetch", version, {"groupId": group, "topics": topics, **values})
    return Call("OffsetFetch", version, {
        "groups": [{"groupId": group, "topics": topics}], **values})


def forget(*indexes, topic=Topic("t"), group=GROUP):
    return Call("OffsetDelete", 0, {"groupId": group, "topics": [
        {"name": topic, "partitions": [{"partitionIndex": index} for index in indexes]}]})


def delete(*groups, version=2):
    return Call("DeleteGroups", version, {"groupsNames": list(groups)})


ID = answered(0, "memberId")
# One member, stable in generation 1; three answers.
STABLE = [join(), join(ID), sync(ID, assignments=[(ID, b"mine")])]
STATIC = [join(instance="i"), sync(ID, instance="i", assignments=[(ID, b"mine")])]
AGAIN = answered(2, "memberId")

MEMBERSHIP = [
    *[Case(f"JoinGroup v{version} of a first member", [
        join(version=version), *([join(ID, version=version)] if version >= 4 else []),
        sync(ID, version=min(version, 5), assignments=[(ID, b"mine")]),
        heartbeat(ID, version=min(version, 4)), leave(ID, version=min(version, 5)),
        heartbeat(ID, 1)]) for version in schema.versions("JoinGroup")],
    *[Case(f"DescribeGroups v{version} in each state", [
        join(), join(ID), describe(version), sync(ID, assignments=[(ID, b"mine")]),
        describe(version), leave(ID), describe(version),
        delete(GROUP), describe(version)]) for version in schema.versions("DescribeGroups")],
    Case("heartbeats of wrong generations and members", [
        *STABLE, heartbeat(ID, 0), heartbeat(ID, 2), heartbeat(ID, -1), heartbeat("other"),
        heartbeat(""), heartbeat(ID, instance="none"), heartbeat(ID, group=Topic("none"))]),
    Case("syncs of wrong generations, members and protocols", [
        *STABLE, sync(ID, 2), sync("other"), sync(ID, kind="connect"), sync(ID, protocol="sticky"),
        sync(ID, kind=None), sync(ID, protocol=None), sync(ID, version=4), sync(ID),
        sync(ID, group=Topic("none"))]),
    Case("joins that cannot be", [
        *STABLE, join("other"), join(kind="connect"), join(kind=""), join(protocols=[]),
        join(protocols=[{"name": "roundrobin", "metadata": b""}]), join(session=5999),
        join(session=1800001), join("other", group=Topic("none")), join(ID, instance="none"),
        join(protocols=[], group=Topic("none")), join(kind="", group=Topic("none"))]),
    Case("a leader that forgets itself gets nothing", [
        join(), join(ID), sync(ID), sync(ID), describe()]),
    Case("a leader that joins again begins a generation", [
        *STABLE, join(ID), heartbeat(ID, 1), heartbeat(ID, 2), join(ID), sync(ID, 2)]),
    Case("leaving", [
        *STABLE, leave("other", ID, ID, ("", None), ("", "none")), leave(ID), leave(),
        leave(ID, group=Topic("none")), leave(ID, version=2), leave(ID, version=0)]),
    Case("an id that was given out can be given back", [join(), leave(ID), join(ID)]),
    Case("a group of another kind", [
        join(kind="connect"), join(ID, kind="connect"),
        sync(ID, kind="connect", assignments=[(ID, b"x")]), describe(), delete(GROUP)]),
]

STATIC_MEMBERS = [
    *[Case(f"a static member returns, v{version}", [
        *STATIC, join(version=version, instance="i"), heartbeat(ID, instance="i"),
        sync(ID, instance="i"), join(ID, instance="i"), heartbeat(AGAIN, instance="i"),
        sync(AGAIN, instance="i"), describe()]) for version in (5, 6, 7, 8, 9)],
    Case("a static member returns with other wishes", [
        *STATIC, join(instance="i", protocols=PROTOCOLS[:1]),
        join(instance="i", protocols=PROTOCOLS[1:])]),
    Case("commits of a static member and of its former self", [
        *STATIC, join(instance="i"), commit(member=ID, generation=1),
        commit(member=ID, generation=1, instance="i"), commit(member=AGAIN, generation=1),
        commit(member=AGAIN, generation=1, instance="i")], topics=T),
    Case("administrators remove a static member", [
        *STATIC, leave(("", "none")), leave(("other", "i")), leave(("", "i")), describe()]),
]

OFFSETS = [
    *[Case(f"OffsetCommit v{version} without members", [
        commit((0, 5, "where"), (1, 6, None), (2, 7, ""), version=version,
               topic=TopicId("t") if version >= 10 else Topic("t")),
        fetch(0, 1, 2)], topics=T) for version in schema.versions("OffsetCommit")],
    *[Case(f"OffsetFetch v{version}", [
        commit((0, 5, "where")), fetch(0, 1, 7, version=version,
                                       topic=TopicId("t") if version >= 10 else Topic("t")),
        *([fetch(version=version, everything=True)] if version >= 2 else []),
        fetch(0, version=version, group=Topic("none"),
              topic=TopicId("t") if version >= 10 else Topic("t")),
        *([fetch(0, version=version, topic=Topic("none"))] if version < 10 else
          [fetch(0, version=version, topic=NO_ID)])], topics=T)
      for version in schema.versions("OffsetFetch")],
    Case("commits for topics that are not there", [
        commit(topic=Topic("none")), commit(version=10, topic=NO_ID), commit((9, 1, None)),
        commit((-1, 1, None))], topics=T),
    Case("commits of generations that are not there", [
        commit(generation=5, version=8), commit(generation=5, version=9), commit(member="m"),
        commit(generation=0, member="m"), commit(generation=-1, instance="i")], topics=T),
    Case("commits of members", [
        *STABLE, commit(member=ID, generation=1), commit(member=ID, generation=0),
        commit(member=ID), commit(member="other", generation=1), commit(),
        join(ID), commit(member=ID, generation=2), commit(member=ID, generation=1)], topics=T),
    Case("metadata that is too large", [
        commit((0, 1, "x" * 4096), (1, 1, "x" * 4097)), commit((0, 1, "\u00e9" * 4096)),
        commit((0, 1, "\u00e9" * 4097))], topics=T),
    Case("offsets that no log has", [commit((0, -1, None), (1, -7, None)), fetch(0, 1)], topics=T),
    Case("forgetting offsets", [
        commit((0, 5, None)), forget(0, 1, 7), fetch(0), forget(0, topic=Topic("none")),
        forget(0, group=Topic("none"))], topics=T),
    Case("forgetting what is in no topic of a group that is not there", [
        forget(7, group=Topic("none")), forget(0, topic=Topic("none"), group=Topic("none")),
        forget(7)], topics=T),
    Case("forgetting offsets of a group with members that cannot be understood", [
        *STABLE, commit(member=ID, generation=1), forget(0), leave(ID), forget(0), fetch(0)],
        topics=T),
]

ADMINISTRATION = [
    *[Case(f"DeleteGroups v{version}", [
        *STABLE, commit(member=ID, generation=1), delete(GROUP, version=version), leave(ID),
        delete(GROUP, version=version), fetch(0), delete(GROUP, version=version)], topics=T)
      for version in schema.versions("DeleteGroups")],
    Case("a repeated name is answered once", [delete(Topic("none"), Topic("none"))]),
    Case("groups of states and types that do not exist", [
        Call("ListGroups", 5, {"statesFilter": ["Bogus"], "typesFilter": []}),
        Call("ListGroups", 5, {"statesFilter": [], "typesFilter": ["Bogus"]}),
        Call("ListGroups", 4, {"statesFilter": ["Bogus"]})]),
    *[Case(f"what may be done with a group, v{version}", [
        commit(), Call("DescribeGroups", version, {
            "groups": [GROUP], "includeAuthorizedOperations": True})], topics=T)
      for version in (3, 4, 5, 6)],
]

CASES = MEMBERSHIP + STATIC_MEMBERS + OFFSETS + ADMINISTRATION
