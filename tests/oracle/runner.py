"""Says a case to a broker and returns its normalised answers, one a step."""

import concurrent.futures
import copy
import json
import random
import time

from normalise import Normaliser
from plan import HOUR_MS, Answered, Bytes, Ref, Time, Topic, TopicId
from wire import Batch, Closed, Connection, codec, schema

# Apache Kafka answers a change before its own broker half has seen it.
SETTLE_S = 0.25
# The correlation id that cases put into requests they build byte by byte.
SENT_IN_BYTES = 7


class Run:
    """One case on one broker."""

    def __init__(self, case, address, settle):
        self.case = case
        self.address = address
        self.settle = settle
        self.tag = f"{random.getrandbits(40):010x}"
        self.base_time_ms = int(time.time()) * 1000 - HOUR_MS
        self.connections = {}
        self.topic_ids = {}
        self.raw_answers = []
        self.waiting = []
        self.normaliser = Normaliser(self.tag, self.base_time_ms, self.topic_ids)

    def answers(self):
        try:
            self._make_topics()
            kept = []
            for step in self.case.steps:
                kept += self._step(step)
            return kept
        finally:
            self._remove_topics()
            for connection in self.connections.values():
                connection.close()

    # What the requests hold

    def _resolve(self, value):
        if isinstance(value, Ref):
            return self._resolve_ref(value)
        if isinstance(value, Batch):
            value = copy.copy(value)
            value.timestamp += self.base_time_ms
            value.fields = self._resolve(value.fields)
            return value.encode()
        if isinstance(value, dict):
            resolved = {name: self._resolve(one) for name, one in value.items()}
            if isinstance(resolved.get("records"), list):
                resolved["records"] = b"".join(resolved["records"])
            return resolved
        if isinstance(value, list):
            return [self._resolve(one) for one in value]
        return value

    def _resolve_ref(self, ref):
        if isinstance(ref, Topic):
            return ref.form.format(f"{self.tag}{ref.name}")
        if isinstance(ref, TopicId):
            return next(one for one, name in self.topic_ids.items() if name == ref.name)
        if isinstance(ref, Time):
            return self.base_time_ms + ref.delta_ms
        assert isinstance(ref, Answered)
        value = self.raw_answers[ref.step]
        for part in ref.path:
            value = value[part]
        return value + ref.plus if ref.plus else value

    # Steps

    def _connection(self, name):
        if name not in self.connections:
            self.connections[name] = Connection(self.address)
        return self.connections[name]

    def _step(self, step):
        if isinstance(step, Bytes):
            return [self._say_bytes(step)]
        try:
            connection = self._connection(step.connection)
            values = self._resolve(step.values or {})
            body = None
            if step.body:
                message = schema.request(step.api)
                body = step.body(codec.encode(message, step.version, values))
            correlation_id = connection.send(step.api, step.version, values, body)
            if not step.answers:
                self.raw_answers.append(None)
                return []
            self.waiting.append((step, correlation_id))
            return [] if step.pipelined else [self._receive(*one) for one in self._take_waiting()]
        except Closed:
            return self._closed(step)

    def _take_waiting(self):
        waiting, self.waiting = self.waiting, []
        return waiting

    def _receive(self, step, correlation_id):
        try:
            connection = self._connection(step.connection)
            answer = connection.receive(step.api, step.version, correlation_id)
        except Closed:
            return self._closed(step)[0]
        self.raw_answers.append(answer)
        self._learn_topic_ids(answer)
        if step.changes and self.settle:
            time.sleep(SETTLE_S)
        return step.describe(), self.normaliser.answer(answer, step.own_topics_only)

    def _closed(self, step):
        self.connections.pop(step.connection).close()
        self.raw_answers.append(None)
        return [(step.describe(), "closed")]

    def _say_bytes(self, step):
        connection = self._connection(step.connection)
        self.raw_answers.append(None)
        try:
            connection.send_bytes(step.data)
            return step.describe(), self.normaliser.answer(
                connection.receive(*step.reads, SENT_IN_BYTES))
        except Closed:
            return self._closed(step)[0]

    # Topics

    def _learn_topic_ids(self, answer):
        for topic in answer.get("topics") or []:
            name = topic.get("name") if isinstance(topic, dict) else None
            if name and name.startswith(self.tag) and topic.get("topicId"):
                self.topic_ids[topic["topicId"]] = name.removeprefix(self.tag)
        self.topic_ids.pop("00000000-0000-0000-0000-000000000000", None)

    def _make_topics(self):
        if not self.case.topics:
            return
        connection = self._connection("topics")
        wanted = []
        for name, what in self.case.topics.items():
            fields = {"numPartitions": what} if isinstance(what, int) else what
            wanted.append({"name": self.tag + name, "numPartitions": 1, "replicationFactor": 1,
                           **fields})
        answer = connection.call("CreateTopics", 7, {"topics": wanted, "timeoutMs": 30000})
        for topic in answer["topics"]:
            if topic["errorCode"]:
                raise RuntimeError(f"{self.case.title}: cannot make its topic: {topic}")
        self._learn_topic_ids(answer)
        asked = {"replicaId": -1, "topics": [{"name": topic["name"], "partitions": [
            {"partitionIndex": at, "timestamp": -1}
            for at in range(len(topic.get("assignments", [])) or topic["numPartitions"])]}
            for topic in wanted]}
        for _ in range(400):
            answer = connection.call("ListOffsets", 7, asked)
            if all(one["errorCode"] == 0 for topic in answer["topics"]
                   for one in topic["partitions"]):
                return
            time.sleep(0.02)
        raise RuntimeError(f"{self.case.title}: its topics have no leaders")

    def _remove_topics(self):
        """Also those that the steps made, so that the broker stays small."""
        try:
            with Connection(self.address) as connection:
                known = connection.call("Metadata", 12, {"topics": None})["topics"]
                own = [{"name": one["name"]} for one in known if one["name"].startswith(self.tag)]
                if own:
                    connection.call("DeleteTopics", 6, {"topics": own, "timeoutMs": 30000})
        except (Closed, OSError):
            pass


def run_case(case, address, settle=False):
    try:
        return json.loads(json.dumps(Run(case, address, settle).answers()))
    except Exception as error:  # what a case makes of a broken broker is a finding like any other
        return [["the case", f"stopped by {type(error).__name__}: {error}"]]


def await_coordinators(address):
    """Their topics are made when somebody first asks for a coordinator; Kafka had them."""
    for key_type in (0, 1):
        for _ in range(100):
            with Connection(address) as connection:
                answer = connection.call("FindCoordinator", 4, {"keyType": key_type,
                                                                "coordinatorKeys": ["oracle"]})
            if answer["coordinators"][0]["errorCode"] == 0:
                break
            time.sleep(0.1)


def run_cases(cases, address, settle=False, threads=6):
    """The answers to each case, in the cases' order."""
    await_coordinators(address)
    with concurrent.futures.ThreadPoolExecutor(threads) as pool:
        return list(pool.map(lambda case: run_case(case, address, settle), cases))
