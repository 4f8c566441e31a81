"""Record batches (magic 2): built with any field wrong on purpose, and read back."""

import struct
import zlib

from .codec import Reader, unsigned_varint

NONE, GZIP, SNAPPY, LZ4, ZSTD = range(5)
OVERHEAD = 61  # bytes of a batch before its first record


def _crc_table():
    table = []
    for byte in range(256):
        crc = byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
        table.append(crc)
    return table


_CRC_TABLE = _crc_table()


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = (crc >> 8) ^ _CRC_TABLE[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


def varint(value):
    return unsigned_varint(((value << 1) ^ (value >> 63)) & 0xFFFFFFFFFFFFFFFF)


def _nullable(data):
    return varint(-1) if data is None else varint(len(data)) + data


def record(offset_delta, key, value, timestamp_delta=0, headers=()):
    body = b"\0" + varint(timestamp_delta) + varint(offset_delta) + _nullable(key)
    body += _nullable(value) + varint(len(headers))
    for name, content in headers:
        body += varint(len(name)) + name + _nullable(content)
    return varint(len(body)) + body


def _xxh32(data):
    """xxHash32 of fewer than 4 bytes: all that an LZ4 frame header needs."""
    prime1, prime2, prime3, prime5 = 2654435761, 2246822519, 3266489917, 374761393
    mask = 0xFFFFFFFF
    assert len(data) < 4
    value = (prime5 + len(data)) & mask
    for byte in data:
        value = (value + byte * prime5) & mask
        value = ((value << 11 | value >> 21) & mask) * prime1 & mask
    value = (value ^ value >> 15) * prime2 & mask
    value = (value ^ value >> 13) * prime3 & mask
    return value ^ value >> 16


def compress(codec, data):
    """Frames that every decoder takes; all but gzip store the bytes as they are."""
    if codec == GZIP:
        packer = zlib.compressobj(wbits=31)
        return packer.compress(data) + packer.flush()
    if codec == SNAPPY:
        out = unsigned_varint(len(data))
        for at in range(0, len(data), 65536):
            part = data[at:at + 65536]
            out += struct.pack("<BH", 61 << 2, len(part) - 1) + part
        return out
    if codec == LZ4:
        descriptor = bytes([0x60, 0x40])
        out = b"\x04\x22\x4d\x18" + descriptor + bytes([_xxh32(descriptor) >> 8 & 0xFF])
        for at in range(0, len(data), 65536):
            part = data[at:at + 65536]
            out += struct.pack("<I", len(part) | 0x80000000) + part
        return out + struct.pack("<I", 0)
    if codec == ZSTD:
        out = b"\x28\xb5\x2f\xfd" + b"\x80" + b"\x48" + struct.pack("<I", len(data))
        parts = [data[at:at + 65536] for at in range(0, len(data), 65536)] or [b""]
        for index, part in enumerate(parts):
            last = index == len(parts) - 1
            out += struct.pack("<I", len(part) << 3 | last)[:3] + part
        return out
    return data


class Batch:
    """A batch to be sent. `records` are (key, value[, timestamp delta[, headers]]) tuples.

    Each keyword overrides one field of the header, whether that makes sense or not; `body`
    replaces the encoded records and `cut` drops bytes from the end.
    """

    def __init__(self, *records, timestamp=0, **fields):
        self.records = records
        self.timestamp = timestamp
        self.fields = fields

    def encode(self):
        get = self.fields.get
        count = len(self.records)
        body = get("body")
        if body is None:
            body = b"".join(record(get("first_delta", 0) + index, *one)
                            for index, one in enumerate(self.records))
        codec = get("codec", NONE)
        body = compress(get("compress_as", codec), body)
        latest = self.timestamp + max([one[2] for one in self.records if len(one) > 2] or [0])
        checked = struct.pack(
            ">hiqqqhii", get("attributes", 0) | codec, get("last_offset_delta", count - 1),
            self.timestamp, get("max_timestamp", latest), get("producer_id", -1),
            get("producer_epoch", -1), get("base_sequence", -1), get("count", count)) + body
        head = struct.pack(">qiib", get("base_offset", 0), get("length", len(checked) + 9),
                           get("leader_epoch", -1), get("magic", 2))
        data = head + struct.pack(">I", get("crc", crc32c(checked))) + checked
        return data[:len(data) - get("cut", 0)]


def read_batches(data):
    """The batches in fetched bytes as dictionaries; a cut-off end shows as {"partial": bytes}."""
    batches = []
    at = 0
    while at < len(data):
        if len(data) - at < OVERHEAD:
            return batches + [{"partial": True}]
        base, length, epoch, magic, crc = struct.unpack_from(">qiibI", data, at)
        if len(data) - at < length + 12:
            return batches + [{"partial": True}]
        batches.append(_read_batch(data[at:at + 12 + length], base, epoch, magic, crc))
        at += 12 + length
    return batches


def _read_batch(data, base, epoch, magic, crc):
    fields = struct.unpack_from(">hiqqqhii", data, 21)
    attributes, last_delta, first_time, max_time, producer, producer_epoch, sequence, count = fields
    batch = {
        "baseOffset": base, "leaderEpoch": epoch, "magic": magic,
        "crcIsRight": crc == crc32c(data[21:]), "attributes": attributes,
        "lastOffsetDelta": last_delta, "baseTimestamp": first_time, "maxTimestamp": max_time,
        "producerId": producer, "producerEpoch": producer_epoch, "baseSequence": sequence,
        "count": count,
    }
    if attributes & 7 == NONE:
        batch["records"] = _read_records(Reader(data[OVERHEAD:]), count)
    else:
        batch["packed"] = data[OVERHEAD:]
    return batch


def _read_records(reader, count):
    records = []
    for _ in range(count):
        reader.varint()
        reader.take(1)
        one = {"timestampDelta": reader.varint(), "offsetDelta": reader.varint()}
        for name in ("key", "value"):
            length = reader.varint()
            one[name] = None if length < 0 else reader.take(length)
        one["headers"] = []
        for _ in range(reader.varint()):
            name = reader.take(reader.varint())
            length = reader.varint()
            one["headers"].append([name, None if length < 0 else reader.take(length)])
        records.append(one)
    return records
