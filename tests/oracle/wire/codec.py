"""Dictionaries to bytes and back, for any message in any version.

A dictionary may hold fields that the version does not have: they are left out, so that one
dictionary serves all versions. A name that no version has is a mistake and raises.
"""

import struct
import uuid

from .schema import INTEGER_TYPES


def unsigned_varint(value):
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


class Reader:
    """Takes bytes from the front; a short read raises ValueError."""

    def __init__(self, data):
        self.data = data
        self.at = 0

    def left(self):
        return len(self.data) - self.at

    def take(self, count):
        if count < 0 or count > self.left():
            raise ValueError(f"{count} bytes wanted, {self.left()} left")
        self.at += count
        return bytes(self.data[self.at - count:self.at])

    def number(self, layout):
        return struct.unpack(layout, self.take(struct.calcsize(layout)))[0]

    def unsigned_varint(self):
        value = shift = 0
        while True:
            byte = self.number(">B")
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    def varint(self):
        value = self.unsigned_varint()
        return (value >> 1) ^ -(value & 1)


def encode(message, version, values):
    return _encode_fields(message, message.fields, version, values)


def decode(message, version, data):
    """Bytes after the last field are an error of the sender: they show as `trailingBytes`."""
    reader = Reader(data)
    values = _decode_fields(message, message.fields, version, reader)
    if reader.left():
        values["trailingBytes"] = reader.left()
    return values


def _length(count, flexible, layout):
    if flexible:
        return unsigned_varint(count + 1)
    return struct.pack(layout, count)


def _encode_fields(message, fields, version, values):
    known = {field.name for field in fields}
    unknown = set(values) - known - {"unknownTags"}
    if unknown:
        raise KeyError(f"{message.name} has no field {', '.join(sorted(unknown))}")
    out = bytearray()
    tags = dict(values.get("unknownTags", {}))
    for field in fields:
        if version not in field.versions:
            continue
        value = values.get(field.name, field.default)
        if version not in field.tagged:
            out += _encode_value(message, field, version, value)
        elif value != field.default:
            tags[field.tag] = _encode_value(message, field, version, value)
    if version in message.flexible:
        out += unsigned_varint(len(tags))
        for tag in sorted(tags):
            out += unsigned_varint(tag) + unsigned_varint(len(tags[tag])) + tags[tag]
    return bytes(out)


def _encode_value(message, field, version, value):
    flexible = version in field.flexible
    if not field.is_array:
        return _encode_one(message, field, version, value)
    if value is None:
        return _length(-1, flexible, ">i")
    return _length(len(value), flexible, ">i") + b"".join(
        _encode_one(message, field, version, one, element=True) for one in value)


def _encode_one(message, field, version, value, element=False):
    kind = field.element_type
    flexible = version in field.flexible
    if kind in INTEGER_TYPES:
        return struct.pack(INTEGER_TYPES[kind], value)
    if kind == "uuid":
        return uuid.UUID(value).bytes
    if kind in ("string", "bytes", "records"):
        layout = ">h" if kind == "string" else ">i"
        if value is None:
            return _length(-1, flexible, layout)
        data = value.encode() if isinstance(value, str) else bytes(value)
        return _length(len(data), flexible, layout) + data
    inner = message.structs[kind]
    if element or version not in field.nullable:
        return _encode_fields(message, inner, version, value)
    if value is None:
        return b"\xff"
    return b"\x01" + _encode_fields(message, inner, version, value)


def _decode_fields(message, fields, version, reader):
    values = {}
    tagged = {}
    for field in fields:
        if version in field.tagged:
            tagged[field.tag] = field
        elif version in field.versions:
            values[field.name] = _decode_value(message, field, version, reader)
    if version in message.flexible:
        for _ in range(reader.unsigned_varint()):
            tag = reader.unsigned_varint()
            data = Reader(reader.take(reader.unsigned_varint()))
            if tag in tagged:
                values[tagged[tag].name] = _decode_value(message, tagged[tag], version, data)
            else:
                values[f"unknownTag{tag}"] = data.data.hex()
    return values


def _decode_value(message, field, version, reader):
    if not field.is_array:
        return _decode_one(message, field, version, reader)
    flexible = version in field.flexible
    count = reader.unsigned_varint() - 1 if flexible else reader.number(">i")
    if count < 0:
        return None
    return [_decode_one(message, field, version, reader, element=True) for _ in range(count)]


def _decode_one(message, field, version, reader, element=False):
    kind = field.element_type
    flexible = version in field.flexible
    if kind in INTEGER_TYPES:
        return reader.number(INTEGER_TYPES[kind])
    if kind == "uuid":
        return str(uuid.UUID(bytes=reader.take(16)))
    if kind in ("string", "bytes", "records"):
        layout = ">h" if kind == "string" else ">i"
        count = reader.unsigned_varint() - 1 if flexible else reader.number(layout)
        if count < 0:
            return None
        data = reader.take(count)
        return data.decode(errors="replace") if kind == "string" else data
    if not element and version in field.nullable and reader.number(">b") < 0:
        return None
    return _decode_fields(message, message.structs[kind], version, reader)
