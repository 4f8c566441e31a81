#!/usr/bin/env python3
"""As much of Kafka's kafka-topics.sh as librdkafka's tests call, without Java."""

import argparse
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[4] / "tests" / "support"))

from client import Client, check  # noqa: E402

parser = argparse.ArgumentParser()
parser.add_argument("--bootstrap-server", required=True)
parser.add_argument("--topic", required=True)
action = parser.add_mutually_exclusive_group(required=True)
action.add_argument("--create", action="store_true")
action.add_argument("--alter", action="store_true")
action.add_argument("--delete", action="store_true")
parser.add_argument("--partitions", type=int, default=-1)
parser.add_argument("--replication-factor", type=int)  # there is one broker
parser.add_argument("--config", action="append", default=[])
given = parser.parse_args()

client = Client(given.bootstrap_server)
if given.create:
    client.create_topic(given.topic, given.partitions,
                        **dict(config.split("=", 1) for config in given.config))
elif given.alter:
    answer = client.call("CreatePartitions", 3, {"timeoutMs": 30000, "topics": [{
        "name": given.topic, "count": given.partitions, "assignments": None}]})
    check(f"altering {given.topic}", answer["results"][0]["errorCode"])
else:
    answer = client.call("DeleteTopics", 6, {"timeoutMs": 30000, "topics": [{
        "name": given.topic}]})
    check(f"deleting {given.topic}", answer["responses"][0]["errorCode"])
