"""Takes out of an answer what may differ between two right brokers, and nothing else.

| what | becomes |
|---|---|
| the tag that makes the topics of a run unique | nothing |
| ids of topics, in both spellings | `<id of NAME>`, others `<uuid>` |
| record times of the run | `T+ms`; what the broker stamped itself `<now>` |
| host, port, cluster id, fetch session, feature epoch, directories and their room | `<word>` |
| producer ids that the broker gave | `<producer N>` in order of appearance |
| throttle times | 0 |
| documentation of configs | `<text>` |
| order of keyed lists and of numbers | sorted |
| which partition a group is in | `<of the group's name>` |
"""

import base64
import re
import uuid

from plan import HOUR_MS
from wire import read_batches

NOTHING = "00000000-0000-0000-0000-000000000000"
INTERNAL = ("__consumer_offsets",)
TIME_IN_TEXT = re.compile(r"-?\d{13,}")
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# Whatever the value, so long as there is one.
PRESENT = {
    "host": ("", "<host>"), "port": (-1, "<port>"), "clusterId": (None, "<cluster>"),
    "sessionId": (0, "<session>"), "finalizedFeaturesEpoch": (-1, "<epoch>"),
    "documentation": (None, "<text>"), "logDir": ("", "<directory>"),
    "totalBytes": (-1, "<bytes>"), "usableBytes": (-1, "<bytes>"),
}
KEYS = ("apiKey", "nodeId", "brokerId", "resourceName", "name", "topicName", "topic", "topicId",
        "partitionIndex", "partition", "partitionId", "index", "logDir",
        "transactionalId", "producerId")


def key_of(element):
    """What names an element of a list, or None when its place does."""
    if not isinstance(element, dict):
        return None
    for key in KEYS:
        if element.get(key) not in (None, "", NOTHING):
            return str(element[key])
    return None


class Normaliser:
    def __init__(self, tag, base_time_ms, topic_ids):
        self.tag = tag
        self.base_time_ms = base_time_ms
        self.topic_ids = topic_ids  # id -> name, filled while the case runs
        self.producers = {}

    def answer(self, value, own_topics_only=False):
        value = self._value("", value)
        if own_topics_only:
            self._drop_strangers(value)
        return value

    def _drop_strangers(self, value):
        def own(element):
            name = element.get("name", element.get("topicName"))
            return name is None or name.startswith("~")
        for name in ("topics", "results"):
            if isinstance(value.get(name), list):
                for inner in value[name]:
                    self._drop_strangers(inner)
                value[name] = [inner for inner in value[name] if own(inner)]

    def _value(self, name, value):
        if name == "throttleTimeMs":
            return 0
        if name in PRESENT:
            absent, word = PRESENT[name]
            return value if value == absent else word
        if name in ("records", "packed") and isinstance(value, bytes):
            if name == "packed":
                return value.hex()
            return self._value("batches", read_batches(value))
        if name == "producerId" and isinstance(value, int):
            return self._producer(value)
        if isinstance(value, dict):
            if value.get("topic") in INTERNAL and isinstance(value.get("partitions"), list):
                value = {**value, "partitions": "<of the group's name>"}
            return {inner: self._value(inner, one) for inner, one in value.items()}
        if isinstance(value, list):
            return self._list(name, value)
        if isinstance(value, bytes):
            return value.decode("latin-1")
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, int) and not isinstance(value, bool):
            return self._number(value)
        return value

    def _list(self, name, value):
        elements = [self._value(name, one) for one in value]
        if all(isinstance(one, int) for one in elements):
            return sorted(elements)
        keys = [key_of(one) for one in elements]
        if name == "batches" or None in keys:
            return elements
        return [one for _, one in sorted(zip(keys, elements), key=lambda pair: pair[0])]

    def _number(self, value):
        delta = value - self.base_time_ms
        if HOUR_MS // 2 <= delta < 2 * HOUR_MS:
            return "<now>"
        if -HOUR_MS < delta < 100 * HOUR_MS:
            return f"T+{delta}"
        return value

    def _producer(self, value):
        if value < 0 or value >= 1 << 40:  # none, or one that the case made up
            return value
        number = self.producers.setdefault(value, len(self.producers))
        return f"<producer {number}>"

    def _text(self, value):
        for topic_id, name in self.topic_ids.items():
            packed = base64.urlsafe_b64encode(uuid.UUID(topic_id).bytes).decode().rstrip("=")
            value = value.replace(topic_id, f"<id of {name}>").replace(packed, f"<id of {name}>")
        if value != NOTHING:
            value = UUID.sub("<uuid>", value)
        if value.startswith("Timestamp "):
            value = TIME_IN_TEXT.sub("<time>", value)
        return value.replace(self.tag, "~")
