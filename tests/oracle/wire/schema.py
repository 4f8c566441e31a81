"""The message definitions (tests/data/wire/messages.jsonl) as Python objects.

Fields carry parsed version ranges, so that the codec asks `version in field.versions` and nothing
else. Names are lowerCamel, as in Kafka's own JSON form of a message.
"""

import functools
import json
import pathlib

DEFINITIONS = pathlib.Path(__file__).resolve().parents[2] / "data" / "wire" / "messages.jsonl"
NEVER = range(0)
LAST_VERSION = 32767
# Defined, but served only by a broker that is told to serve what is unstable.
UNSTABLE = {"InitProducerId": {6}}
INTEGER_TYPES = {
    "int8": ">b", "int16": ">h", "int32": ">i", "int64": ">q",
    "uint16": ">H", "uint32": ">I", "float64": ">d", "bool": ">?",
}


def parse_range(text):
    if text in (None, "", "none"):
        return NEVER
    first, plus, _ = text.partition("+")
    if plus:
        return range(int(first), LAST_VERSION + 1)
    first, _, last = text.partition("-")
    return range(int(first), int(last or first) + 1)


class Field:
    def __init__(self, definition, message_flexible):
        self.name = definition["name"][0].lower() + definition["name"][1:]
        self.type = definition["type"]
        self.element_type = self.type.removeprefix("[]")
        self.is_array = self.type.startswith("[]")
        self.tag = definition.get("tag")
        self.tagged = parse_range(definition.get("taggedVersions"))
        self.versions = parse_range(definition.get("versions", definition.get("taggedVersions")))
        self.nullable = parse_range(definition.get("nullableVersions"))
        self.flexible = parse_range(definition.get("flexibleVersions", None)) \
            if "flexibleVersions" in definition else message_flexible
        self.default = self._default(definition.get("default"))

    def _default(self, text):
        if text == "null":
            return None
        if self.is_array:
            return []
        if self.type == "string":
            return text or ""
        if self.type in ("bytes", "records"):
            return b""
        if self.type == "uuid":
            return "00000000-0000-0000-0000-000000000000"
        if self.type == "bool":
            return str(text).lower() == "true"
        if self.type == "float64":
            return float(text or 0)
        if self.type in INTEGER_TYPES:
            return int(text, 0) if isinstance(text, str) and text else int(text or 0)
        return {}


class Message:
    def __init__(self, definition):
        self.name = definition["name"]
        self.kind = definition["type"]
        self.api_key = definition.get("apiKey")
        self.versions = parse_range(definition["validVersions"])
        self.flexible = parse_range(definition.get("flexibleVersions"))
        self.structs = {}
        for struct in definition.get("commonStructs", []):
            self._add_struct(struct["name"], struct["fields"])
        self.fields = self._fields(definition["fields"])

    def _add_struct(self, name, definitions):
        self.structs[name] = self._fields(definitions)

    def _fields(self, definitions):
        for inner in definitions:
            if "fields" in inner:
                self._add_struct(inner["type"].removeprefix("[]"), inner["fields"])
        return [Field(inner, self.flexible) for inner in definitions]


@functools.cache
def _messages():
    with open(DEFINITIONS, encoding="utf-8") as lines:
        messages = [Message(json.loads(line)) for line in lines]
    return {message.name: message for message in messages}


def message(name):
    return _messages()[name]


def request(api):
    return message(api + "Request")


def response(api):
    return message(api + "Response")


def versions(api):
    """The versions of an API that Apache Kafka serves, oldest first."""
    return [one for one in request(api).versions if one not in UNSTABLE.get(api, ())]
