"""How long a producer waits while the broker compacts, or serves a reader of cold data.

The floor keeps nothing that could be compacted or cold.
"""

import os
import time

from measurements import Measurement, beside, create, load, running

RATE = 2000             # requests a second: 33 MB/s, which a slow disk can follow
DIRTY_BYTES = 4e9
PARTITIONS = 4
UNTIL_COMPACTED_S = 40  # enough to write all of it to the disk
COLD_BYTES = 4e9
SEGMENT = "segment.bytes=67108864"


def p99_ms(contestant, seconds, topic):
    """Of 16 KiB batches at a fixed rate to partitions of their own."""
    return load(contestant, "produce", "--topic", topic, "--partitions", PARTITIONS, "--rate", RATE,
                "--seconds", seconds)["p99_us"] / 1000


def write_back(data, forget=False):
    """The kernel has nothing left to write; with `forget`, nothing of it in memory either."""
    os.sync()
    if not forget:
        return
    for path in data.rglob("*.log"):
        with open(path, "rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def fill_compacted(contestant, scale, lag_ms):
    """Of what is written, half is obsolete, and all may be compacted `lag_ms` from now."""
    keys = int(DIRTY_BYTES * scale / 1024 / PARTITIONS / 2)
    load(contestant, "create", "--topic", "compacted", "--partitions", PARTITIONS,
         "--config", "cleanup.policy=compact", "--config", SEGMENT,
         "--config", "min.cleanable.dirty.ratio=0.01",
         "--config", f"min.compaction.lag.ms={lag_ms}")
    load(contestant, "produce", "--topic", "compacted", "--partitions", PARTITIONS, "--keys", keys,
         "--bytes", DIRTY_BYTES * scale)
    write_back(contestant.data)


def beside_compaction(contestant, scale):
    """The same topics and bytes; only whether they may be compacted yet differs."""
    measured = {}
    for name, lag_s in (("without", 86400), ("beside", UNTIL_COMPACTED_S)):
        with running(contestant, ("log.cleaner.backoff.ms=100",)):
            create(contestant, "warm", PARTITIONS)
            p99_ms(contestant, 3, "warm")
            create(contestant, "live", PARTITIONS)
            may_begin = time.monotonic() + UNTIL_COMPACTED_S
            fill_compacted(contestant, scale, lag_s * 1000)
            time.sleep(max(0, may_begin - time.monotonic()))
            before = contestant.cpu_seconds()
            measured[name] = p99_ms(contestant, 5, "live")
            measured[name + " cpu"] = contestant.cpu_seconds() - before
    return {
        "produce at 2,000/s: p99 ms": measured["without"],
        "the same beside compaction: p99 ms": measured["beside"],
        "CPU s that compaction took meanwhile": measured["beside cpu"] - measured["without cpu"],
    }


def beside_cold_reader(contestant, scale):
    with running(contestant):
        create(contestant, "warm", PARTITIONS)
        p99_ms(contestant, 3, "warm")
        create(contestant, "cold", PARTITIONS)
        load(contestant, "produce", "--topic", "cold", "--partitions", PARTITIONS, "--bytes",
             COLD_BYTES * scale)
        create(contestant, "live", PARTITIONS)
        write_back(contestant.data, forget=True)
        without = p99_ms(contestant, 10, "live")
        write_back(contestant.data, forget=True)
        with beside("fetch", contestant, "--topic", "cold", "--partitions", PARTITIONS,
                    "--connections", 1):
            with_reader = p99_ms(contestant, 10, "live")
    return {
        "produce at 2,000/s, cold data on the disk: p99 ms": without,
        "the same beside a reader of the cold data: p99 ms": with_reader,
    }


ALL = [
    Measurement("compaction", beside_compaction, in_rounds=False, needs_data=True),
    Measurement("cold", beside_cold_reader, in_rounds=False, needs_data=True),
]
