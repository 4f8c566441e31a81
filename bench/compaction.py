"""How fast a log is compacted, and with how much memory.

The log is written under another policy, so that all of it is there when the compaction begins; the
time is from the change of policy to the checkpoint that says that all is clean.
"""

import os
import pathlib
import time

from measurements import Measurement, load, running

KEYS = 10e6
ROUNDS = 2                # so often each key is written: half is obsolete
RECORD_BYTES = 100
ON_DISK_BYTES = 120       # of such a record, about
TOPIC = ("--topic", "table", "--partitions", 1)
LIMIT_S = 600


def log_files(data):
    return sorted((data / "table-0").glob("*.log"))


def is_clean(data):
    """The checkpoint has come to the active segment."""
    try:
        lines = (data / "cleaner-offset-checkpoint").read_text().splitlines()
    except FileNotFoundError:
        return False
    cleaned = [int(line.split()[2]) for line in lines if line.startswith("table 0 ")]
    return bool(cleaned) and cleaned[0] >= int(log_files(data)[-1].stem)


def fill(contestant, scale):
    load(contestant, "create", *TOPIC, "--config", "cleanup.policy=delete",
         "--config", "segment.bytes=104857600", "--config", "min.cleanable.dirty.ratio=0.001")
    load(contestant, "produce", *TOPIC, "--record-bytes", RECORD_BYTES, "--keys", int(KEYS * scale),
         "--bytes", KEYS * scale * ROUNDS * ON_DISK_BYTES)
    os.sync()


def peak_mb(contestant):
    status = pathlib.Path(f"/proc/{contestant.pid}/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024 / 1e6


def compacting(contestant, scale):
    with running(contestant, ("log.cleaner.backoff.ms=100",)):
        fill(contestant, scale)
        size = sum(file.stat().st_size for file in log_files(contestant.data)[:-1])
        cpu_before, begun = contestant.cpu_seconds(), time.monotonic()
        load(contestant, "alter", *TOPIC, "--config", "cleanup.policy=compact")
        while not is_clean(contestant.data):
            if time.monotonic() - begun > LIMIT_S:
                raise RuntimeError(f"{contestant.name} does not compact")
            time.sleep(0.005)
        seconds = time.monotonic() - begun
        cpu = contestant.cpu_seconds() - cpu_before
        memory = peak_mb(contestant)
    return {
        "compaction, two records each of 10 million keys: MB/s": size / 1e6 / seconds,
        "the same: CPU s/GB": cpu / (size / 1e9),
        "the same: peak resident memory, MB": memory,
    }


ALL = [Measurement("compacting", compacting, in_rounds=False, needs_data=True)]
