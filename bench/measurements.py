"""What is measured, and how. Each measurement leaves its contestant stopped."""

import contextlib
import dataclasses
import json
import statistics
import subprocess
import time

from contestants import BUILD

LOAD = str(BUILD / "bench_load")
PARTITIONS = 16
MANY_PARTITIONS = 1000


@dataclasses.dataclass
class Measurement:
    name: str
    take: object              # (contestant, scale) -> {title: value}
    in_rounds: bool = True    # cheap enough to repeat
    needs_data: bool = False  # says nothing about a contestant that keeps none


def load(contestant, mode, *arguments, pid=False):
    """Runs bench_load; its measurements as a dictionary."""
    command = [LOAD, mode, "--address", contestant.address, *map(str, arguments)]
    if pid:
        command += ["--pid", str(contestant.pid)]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    if told.returncode:
        raise RuntimeError(f"{contestant.name}: {' '.join(command)}: {told.stderr}")
    return json.loads(told.stdout.splitlines()[-1]) if told.stdout.strip() else {}


@contextlib.contextmanager
def running(contestant, settings=()):
    contestant.settings = settings
    contestant.prepare()
    contestant.start()
    try:
        yield
    finally:
        contestant.kill()


@contextlib.contextmanager
def beside(mode, contestant, *arguments):
    """bench_load, and its output, as long as something else is measured."""
    command = [LOAD, mode, "--address", contestant.address, *map(str, arguments)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def create(contestant, topic, partitions):
    load(contestant, "create", "--topic", topic, "--partitions", partitions)


def throughput(contestant, scale):
    """Produce of large batches, then the same read back from the page cache."""
    written = ("--topic", "bench", "--partitions", PARTITIONS)
    with running(contestant):
        create(contestant, "warm", PARTITIONS)
        load(contestant, "produce", "--topic", "warm", "--partitions", PARTITIONS, "--bytes",
             5e8 * scale)
        create(contestant, "bench", PARTITIONS)
        produced = load(contestant, "produce", *written, "--bytes", 2e9 * scale, pid=True)
        # Who pays for a byte on the loopback changes from one run to the next.
        passes = [load(contestant, "fetch", *written, pid=True) for _ in range(6)]
        fetched = {title: statistics.mean(each[title] for each in passes) for title in passes[0]}
    return {
        "produce, 16 KiB batches: CPU s/GB": produced["cpu_s_per_gb"],
        "produce, 16 KiB batches: MB/s": produced["megabytes_per_s"],
        "catch-up fetch: CPU s/GB": fetched["cpu_s_per_gb"],
        "catch-up fetch: MB/s": fetched["megabytes_per_s"],
    }


def small_records(contestant, scale):
    arguments = ("--partitions", PARTITIONS, "--batch-bytes", 1, "--record-bytes", 100,
                 "--in-flight", 20)
    with running(contestant):
        create(contestant, "warm", PARTITIONS)
        load(contestant, "produce", "--topic", "warm", *arguments, "--bytes", 2e7 * scale)
        create(contestant, "small", PARTITIONS)
        produced = load(contestant, "produce", "--topic", "small", *arguments, "--bytes",
                        5e7 * scale, pid=True)
    return {
        "produce, one 100-byte record a request: CPU µs": produced["cpu_us_per_request"],
        "produce, one 100-byte record a request: requests/s": produced["requests_per_s"],
    }


def end_to_end(contestant, scale):
    arguments = ("--topic", "e2e", "--partitions", 1, "--batch-bytes", 1, "--record-bytes", 1000,
                 "--rate", 1000)
    with running(contestant):
        create(contestant, "e2e", 1)
        load(contestant, "e2e", *arguments, "--seconds", max(1, 5 * scale))
        measured = load(contestant, "e2e", *arguments, "--seconds", max(2, 10 * scale))
    return {
        "produce → consume at 1,000/s: p50 µs": measured["p50_us"],
        "produce → consume at 1,000/s: p99 µs": measured["p99_us"],
    }


def transactions(contestant, scale):
    """One producer with transactions V2, and one reader of committed records in a long poll."""
    arguments = ("--topic", "transactions", "--partitions", 1, "--record-bytes", 100)
    one, many = ("--batch-bytes", 1), ("--batch-bytes", 110_000)
    seconds = max(2, 10 * scale)
    with running(contestant):
        create(contestant, "transactions", 1)
        load(contestant, "transactions", *arguments, *one, "--seconds", seconds)
        single = load(contestant, "transactions", *arguments, *one, "--seconds", seconds, pid=True)
        large = load(contestant, "transactions", *arguments, *many, "--seconds", seconds)
        paced = load(contestant, "transactions", *arguments, *one, "--seconds", seconds,
                     "--rate", 200)
    return {
        "transactions of one record, one producer: commits/s": single["commits_per_s"],
        "transactions of one record, one producer: CPU µs": single["cpu_us_per_commit"],
        "transactions of 1,000 records, one producer: commits/s": large["commits_per_s"],
        "commit → visible at 200/s: p50 µs": paced["p50_us"],
        "commit → visible at 200/s: p99 µs": paced["p99_us"],
        "commit → visible at 200/s: p99.9 µs": paced["p999_us"],
    }


def start_empty(contestant, _scale):
    contestant.prepare()
    measured = load(contestant, "start", "--topic", "first", "--partitions", 1, "--",
                    *contestant.command())
    return {"exec → first acknowledged record, empty directory: ms": measured["first_ack_ms"]}


def start_after_kill(contestant, scale):
    partitions = int(MANY_PARTITIONS * max(scale, 0.1))
    with running(contestant):
        create(contestant, "full", partitions)
        load(contestant, "produce", "--topic", "full", "--partitions", partitions, "--bytes",
             2e9 * scale, "--connections", 8)
    measured = load(contestant, "start", "--topic", "full", "--partitions", partitions, "--",
                    *contestant.command())
    return {"the same after kill -9 with 1,000 partitions and 2 GB: ms": measured["first_ack_ms"]}


def memory(contestant, scale):
    """Resident memory as it grows, and what a broker with nothing to do costs."""
    partitions = int(MANY_PARTITIONS * max(scale, 0.1))
    with running(contestant):
        time.sleep(2)
        idle = contestant.resident_mb()
        create(contestant, "many", partitions)
        load(contestant, "produce", "--topic", "many", "--partitions", partitions,
             "--batch-bytes", 1, "--record-bytes", 100, "--bytes", 170 * partitions)
        time.sleep(3)
        filled = contestant.resident_mb()
        before, started = contestant.cpu_seconds(), time.monotonic()
        time.sleep(20 if scale == 1 else 5)
        idle_cpu = (contestant.cpu_seconds() - before) / (time.monotonic() - started) * 100
        with beside("connections", contestant, "--topic", "many", "--connections", 2000,
                    "--seconds", 2) as holder:
            if not holder.stdout.readline():
                raise RuntimeError(f"{contestant.name} does not hold 2,000 connections")
            connected = contestant.resident_mb()
    return {
        "resident memory, idle: MB": idle,
        "resident memory, 1,000 partitions with a record each: MB": filled,
        "resident memory, also with 2,000 connections: MB": connected,
        "idle CPU with 1,000 partitions: %": idle_cpu,
    }


ALL = [
    Measurement("throughput", throughput),
    Measurement("small", small_records),
    Measurement("e2e", end_to_end),
    Measurement("transactions", transactions, needs_data=True),
    Measurement("start", start_empty),
    Measurement("restart", start_after_kill, in_rounds=False, needs_data=True),
    Measurement("memory", memory, in_rounds=False),
]
