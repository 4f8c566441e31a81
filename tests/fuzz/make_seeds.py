#!/usr/bin/env python3
"""Inputs to begin with, from what Apache Kafka and clients wrote. usage: make_seeds.py FOLDER"""

import pathlib
import struct
import sys

DATA = pathlib.Path(__file__).resolve().parents[1] / "data"
KINDS = {".log": 1, ".index": 2, ".timeindex": 3, ".snapshot": 4}
BASES = {0: 0, 2: 1, 7: 2, 1000: 3}


def tag_of(name):
    """The hash by which messages.cc finds a message."""
    value = 2166136261
    for character in name.encode():
        value = (value ^ character) * 16777619 & 0xffffffff
    return (value ^ value >> 16) & 0xffff


def messages():
    """One vector of each version of each message."""
    first = {}
    for line in (DATA / "wire" / "vectors.tsv").read_text().splitlines():
        name, version, text = line.split("\t")[:3]
        first.setdefault(name.removesuffix("Data"), {}).setdefault(int(version), text)
    for name, versions in first.items():
        for version, text in versions.items():
            at = version - min(versions)
            yield f"{name}-{version}", struct.pack(">HB", tag_of(name), at) + bytes.fromhex(text)


def batches():
    for path in sorted((DATA / "batches").glob("*.log")):
        data = path.read_bytes()
        yield path.stem, data[:12 + struct.unpack_from(">i", data, 8)[0]]


def record_batch():
    for name, batch in batches():
        for rules in (0, 1, 2, 3, 4, 5, 5 | 8, 4 | 16):
            yield f"{name}-{rules}", bytes([rules | 32, 0x0f]) + batch


def codecs():
    for name, batch in batches():
        attributes, = struct.unpack_from(">h", batch, 21)
        yield name, bytes([attributes & 7]) + batch[61:]


def text_files():
    golden = DATA / "storage" / "golden-0"
    yield "checkpoint", b"\0" + b"0\n2\norders 0 17\norders 1 4\n"
    yield "epochs", b"\1" + (golden / "leader-epoch-checkpoint").read_bytes()
    yield "meta", b"\2cluster.id=abc\ndirectory.id=AAAAAAAAAAAAAAAAAAAAAQ\nnode.id=1\nversion=1\n"
    yield "partition", b"\3" + (golden / "partition.metadata").read_bytes()
    for path in sorted((DATA / "producer_state").glob("*.snapshot")):
        yield path.stem, b"\4" + path.read_bytes()


def partition_folder():
    def file(kind, base, data):
        return struct.pack(">BH", kind | BASES[base] << 4, len(data)) + data

    for name, batch in batches():
        if len(batch) > 4000:
            continue
        count, = struct.unpack_from(">i", batch, 23)
        second = struct.pack(">q", count + 1) + batch[8:]
        for mode in range(3):
            yield f"{name}-{mode}", bytes([mode]) + file(0, 0, batch + second)
        index = struct.pack(">ii", 2 * count + 1, len(batch))
        yield name + "-indexed", b"\0" + file(0, 0, batch + second) + file(2, 0, index)
    snapshot = next((DATA / "producer_state").glob("*.snapshot")).read_bytes()
    log = next((DATA / "producer_state").glob("*.log")).read_bytes()
    yield "snapshot", b"\0" + file(0, 0, log) + file(4, 7, snapshot)
    yield "epochs", b"\1" + file(0, 0, log) + file(5, 0, b"0\n1\n0 0\n")


def main():
    folder = pathlib.Path(sys.argv[1])
    for target in (messages, record_batch, codecs, text_files, partition_folder):
        into = folder / target.__name__
        into.mkdir(parents=True, exist_ok=True)
        for name, data in target():
            (into / name).write_bytes(data)


if __name__ == "__main__":
    main()
