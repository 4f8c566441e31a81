"""All that can be asked of a broker about its data, as lines of text by which brokers are compared.

What belongs to a broker's term and not to its data is left out: ports, and the leader's epoch.
"""

from client import CONTROL, TRANSACTIONAL, check
from observe import batches, observe

TOPIC_CONFIG = 1  # the source of a value that was set for the topic
TOPIC = 2  # among the kinds of what has settings


def settings_of(client, topic):
    """Those that were set for the topic."""
    answer = client.call("DescribeConfigs", 4, {"resources": [{
        "resourceType": TOPIC, "resourceName": topic, "configurationKeys": None}]})
    check(f"settings of {topic}", answer["results"][0]["errorCode"])
    return {one["name"]: one["value"] for one in answer["results"][0]["configs"]
            if one["configSource"] == TOPIC_CONFIG}


def topic_facts(client):
    lines = []
    for name, topic in sorted(client.topics().items()):
        lines.append(f"topic {name} {topic['topicId']} {len(topic['partitions'])}")
        lines += [f"setting {name} {key}={value}"
                  for key, value in sorted(settings_of(client, name).items())]
    return lines


def epoch_facts(client, topic, partition):
    """The leader epoch of each batch, and where each epoch up to the last of them ends."""
    end = client.offset(topic, partition=partition)
    written = [(batch["baseOffset"], batch["leaderEpoch"], batch["crcIsRight"])
               for batch, _ in batches(client, topic, partition, 0, end)]
    lines = [f"batch at {offset} of epoch {epoch} whole {whole}"
             for offset, epoch, whole in written]
    for epoch in range(max([epoch for _, epoch, _ in written] or [-1]) + 1):
        answer = client.call("OffsetForLeaderEpoch", 4, {"replicaId": -1, "topics": [{
            "topic": topic, "partitions": [{
                "partition": partition, "currentLeaderEpoch": -1, "leaderEpoch": epoch}]}]})
        found = answer["topics"][0]["partitions"][0]
        check(f"the end of an epoch of {topic}", found["errorCode"])
        lines.append(f"epoch {epoch} {found['leaderEpoch']} {found['endOffset']}")
    return lines


def producer_facts(client, topic, partition):
    answer = client.call("DescribeProducers", 0, {
        "topics": [{"name": topic, "partitionIndexes": [partition]}]})
    found = answer["topics"][0]["partitions"][0]
    check(f"producers of {topic}", found["errorCode"])
    return sorted("producer " + " ".join(str(one[field]) for field in (
        "producerId", "producerEpoch", "lastSequence", "lastTimestamp", "coordinatorEpoch",
        "currentTxnStartOffset")) for one in found["activeProducers"])


def committed_facts(client, topic, partition):
    """The batches of which a reader of committed records makes use."""
    end = client.offset(topic, partition=partition, committed=True)
    lines, aborted, known = [], set(), set()
    for batch, told in batches(client, topic, partition, 1, end):
        begun = {one for one in told if one[1] <= batch["baseOffset"]} - known
        known |= begun
        aborted |= {producer for producer, _ in begun}
        if batch["attributes"] & CONTROL:
            aborted.discard(batch["producerId"])
        elif not (batch["attributes"] & TRANSACTIONAL and batch["producerId"] in aborted):
            lines.append(f"committed {batch['baseOffset']}")
    return lines


def partition_facts(client, topic, partition):
    lines = observe(client, topic, partition).splitlines()
    if "compact" in settings_of(client, topic).get("cleanup.policy", ""):
        # Of an aborted transaction whose records are gone a broker may know or not; and where the
        # newest record of a segment is gone, Kafka does not look on behind it for one by its time.
        lines = [line for line in lines if not line.startswith(("aborted ", "newest ", "from "))]
    lines += (committed_facts(client, topic, partition) + epoch_facts(client, topic, partition) +
              producer_facts(client, topic, partition))
    return [f"{topic}-{partition}: {line}" for line in lines]


def group_facts(client, groups):
    """Committed offsets, with and without those that wait for a transaction's end."""
    lines = []
    for stable in (False, True):
        answer = client.call("OffsetFetch", 8, {"requireStable": stable, "groups": [
            {"groupId": group, "topics": None} for group in groups]})
        for group in answer["groups"]:
            check(f"offsets of {group['groupId']}", group["errorCode"])
            lines += sorted(
                f"group {group['groupId']} stable {stable} {topic['name']} "
                f"{' '.join(str(part) for part in one.values())}"
                for topic in group["topics"] for one in topic["partitions"])
    answer = client.call("ListGroups", 5)
    check("groups", answer["errorCode"])
    return lines + sorted("group " + " ".join(one.values()) for one in answer["groups"])


def transaction_facts(client):
    answer = client.call("ListTransactions", 1, {"durationFilter": -1})
    check("transactions", answer["errorCode"])
    names = sorted(one["transactionalId"] for one in answer["transactionStates"])
    answer = client.call("DescribeTransactions", 0, {"transactionalIds": names})
    lines = []
    for one in answer["transactionStates"]:
        check(f"transaction {one['transactionalId']}", one["errorCode"])
        for topic in one["topics"]:
            topic["partitions"].sort()
        one["topics"].sort(key=lambda topic: topic["topic"])
        lines.append(f"transaction {sorted(one.items())}")
    return sorted(lines)


def all_facts(client, partitions, groups):
    """`partitions`: (topic, partition) pairs."""
    lines = topic_facts(client)
    for topic, partition in partitions:
        lines += partition_facts(client, topic, partition)
    return lines + group_facts(client, groups) + transaction_facts(client)
