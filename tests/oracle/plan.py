"""What a case is: topics to make, and requests to say, as data.

A case never names a topic of the broker directly. Everything that is only known while it runs
(the real topic name, its id, an answer given earlier, the time) is a `Ref` inside the request.
"""

import dataclasses
import typing

# The times of records are given relative to the base time of a run, in ms. It lies an hour in the
# past, so that what the broker stamps itself cannot be mistaken for it.
HOUR_MS = 3_600_000


class Ref:
    """Something that the runner replaces when the request is sent."""


@dataclasses.dataclass(frozen=True)
class Topic(Ref):
    """The real name of the case's topic."""
    name: str
    form: str = "{}"


@dataclasses.dataclass(frozen=True)
class TopicId(Ref):
    name: str


@dataclasses.dataclass(frozen=True)
class Time(Ref):
    delta_ms: int


@dataclasses.dataclass(frozen=True)
class Answered(Ref):
    """A value out of the answer to an earlier step."""
    step: int
    path: tuple
    plus: int = 0


def answered(step, *path, plus=0):
    return Answered(step, path, plus)


@dataclasses.dataclass
class Call:
    """A request, and the answer that is kept. `body` replaces the encoded values when given."""
    api: str
    version: int
    values: typing.Any = None
    body: typing.Optional[typing.Callable] = None  # the encoded values -> the bytes to send
    answers: bool = True      # False: no answer is due; the next step proves it
    own_topics_only: bool = False  # drop what the answer says of other cases' topics
    connection: str = "first"
    pipelined: bool = False   # send now, read after the next step that is not pipelined
    changes: bool = False     # the runner lets the change become visible before the next step

    def describe(self):
        return f"{self.api} v{self.version}"


@dataclasses.dataclass
class Bytes:
    """Raw bytes, and what comes back: an answer of `reads` or the end of the connection."""
    data: bytes
    reads: tuple = ("ApiVersions", 0)
    connection: str = "first"

    def describe(self):
        return f"{len(self.data)} bytes"


@dataclasses.dataclass
class Case:
    title: str
    steps: list
    # Name -> number of partitions, or fields of CreateTopics.
    topics: dict = dataclasses.field(default_factory=dict)


def config(**values):
    """CreateTopics' form of configs; `_` in a keyword stands for `.`."""
    return [{"name": name.replace("_", "."), "value": value} for name, value in values.items()]
