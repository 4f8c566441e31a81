"""What every client must be able to do with a Barnabas: the same scenarios for each of them.

A client is a program that takes words from stdin and answers each line with one that begins with
"ok" or "error"; compat/README.md has the words.
"""

import os
import pathlib
import random
import subprocess
import threading
import time
import unittest

from barnabas_process import Barnabas

# Nothing here depends on how long it takes; this is for what never comes.
LIMIT_S = 90
RECORDS = 100


class Program:
    """A client's process, and everything that it has said."""

    def __init__(self, command, *arguments):
        self.lines = []
        self.changed = threading.Condition()
        self.ended = False
        self.process = subprocess.Popen([*map(str, command), *map(str, arguments)], text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE)
        self.errors = []
        self.readers = [threading.Thread(target=self._read, daemon=True),
                        threading.Thread(target=self._read_errors, daemon=True)]
        for reader in self.readers:
            reader.start()

    def _read(self):
        for line in self.process.stdout:
            with self.changed:
                self.lines.append(line.split())
                self.changed.notify_all()
        with self.changed:
            self.ended = True
            self.changed.notify_all()

    def _read_errors(self):
        for line in self.process.stderr:
            self.errors.append(line)

    def wait_for(self, wanted, what, limit_s=LIMIT_S):
        """What wanted(lines) returns, once it is true."""
        limit = time.monotonic() + limit_s
        with self.changed:
            while True:
                found = wanted(self.lines)
                if found:
                    return found
                left = limit - time.monotonic()
                if left <= 0 or self.ended:
                    raise AssertionError(
                        f"{'the client ended' if self.ended else 'nothing came'} before {what}; it "
                        f"said:\n{self.lines[-20:]}\n{''.join(self.errors[-40:])}")
                self.changed.wait(left)

    def send(self, *words):
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()

    def end(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for reader in self.readers:
            reader.join()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            try:
                pipe.close()
            except BrokenPipeError:
                pass


class Worker(Program):
    """Does one thing after the other: produces, administrates."""

    def do(self, *words):
        """The words behind "ok"; None when the client says that it failed."""
        with self.changed:
            before = len(self.lines)
        self.send(*words)
        answer = self.wait_for(lambda lines: lines[before:], f"an answer to {words}")[0]
        if answer[0] not in ("ok", "error"):
            raise AssertionError(f"{words} was answered {answer}")
        return answer[1:] if answer[0] == "ok" else None

    def must(self, *words):
        answer = self.do(*words)
        if answer is None:
            raise AssertionError(f"{words} failed: {self.lines[-1]}\n{''.join(self.errors[-40:])}")
        return answer


class Member(Program):
    """Consumes as a member of a group, and tells what it is assigned and what it reads."""

    def assigned(self):
        """Partitions that it has now; None before the first assignment."""
        with self.changed:
            return self._assigned(self.lines)

    @staticmethod
    def _assigned(lines):
        told = [line for line in lines if line[0] == "assigned"]
        return sorted(map(int, told[-1][1:])) if told else None

    def wait_assigned(self, accept, what):
        self.wait_for(lambda lines: accept(self._assigned(lines)), what)

    def records(self):
        """(partition, offset, key, value, header) of all that it read."""
        with self.changed:
            return self._records(self.lines)

    @staticmethod
    def _records(lines):
        return [(int(line[1]), int(line[2]), *line[3:]) for line in lines if line[0] == "record"]

    def wait_values(self, values):
        wanted = set(values)
        self.wait_for(lambda lines: wanted <= {record[3] for record in self._records(lines)},
                      f"all of {len(wanted)} records")

    def commit(self):
        with self.changed:
            before = sum(line[0] == "committed" for line in self.lines)
        self.send("commit")
        self.wait_for(lambda lines: sum(line[0] == "committed" for line in lines) > before,
                      "the commit")

    def close(self):
        self.send("close")
        self.wait_for(lambda lines: ["closed"] in lines, "the end")
        self.process.wait(LIMIT_S)


def value_of(number):
    """As every client makes it: easy to compress, and of many sizes."""
    return f"value-{number}-" + "x" * (number * 7 % 300)


class ClientScenarios(unittest.TestCase):
    """Subclassed in the `run` of each client, which says what is different about it."""

    command = None                      # of the client, without arguments
    codecs = ("none", "gzip", "snappy", "lz4", "zstd")
    protocol = "classic"                # of groups
    settings = ()                       # of the broker, besides

    def setUp(self):
        self.broker = Barnabas(os.environ["BARNABAS_BINARY"],
                               ["num.partitions=1", "auto.create.topics.enable=false",
                                *self.settings]).start()
        # A restart must not move it.
        self.broker.settings.append(f"listeners=PLAINTEXT://{self.broker.address}")
        self.addCleanup(self.broker.remove)
        self.topic = f"topic-{random.getrandbits(32):x}"
        self.group = f"group-{random.getrandbits(32):x}"
        self.worker = Worker(self.command, self.broker.address, "worker")
        self.addCleanup(self.worker.end)

    def member(self):
        member = Member(self.command, self.broker.address, "member", self.group, self.topic,
                        self.protocol)
        self.addCleanup(member.end)
        return member

    def produce(self, first, codec="none", count=RECORDS):
        self.worker.must("produce", self.topic, codec, first, count)
        return [value_of(number) for number in range(first, first + count)]

    def test_each_codec_is_read_back(self):
        self.worker.must("create", self.topic, 3)
        sent = []
        for at, codec in enumerate(self.codecs):
            sent += self.produce(at * RECORDS, codec)
        member = self.member()

        member.wait_values(sent)

        records = member.records()
        self.assertEqual(sorted(record[3] for record in records), sorted(sent))
        for _, _, key, value, header in records:
            number = value.split("-")[1]
            self.assertEqual((key, header), (f"key-{number}", f"header-{number}"))
        for partition in range(3):
            offsets = [record[1] for record in records if record[0] == partition]
            self.assertEqual(offsets, list(range(len(offsets))))

    def test_a_second_member_comes_and_goes(self):
        self.worker.must("create", self.topic, 4)
        first = self.member()
        first.wait_assigned(lambda mine: mine == [0, 1, 2, 3], "all partitions")

        second = self.member()

        second.wait_assigned(lambda mine: mine and len(mine) == 2, "half of the partitions")
        theirs = second.assigned()
        first.wait_assigned(lambda mine: mine == sorted({0, 1, 2, 3} - set(theirs)),
                            "the other half")
        sent = self.produce(0)
        both = set(sent)
        limit = time.monotonic() + LIMIT_S
        while both - {record[3] for record in first.records() + second.records()}:
            self.assertLess(time.monotonic(), limit, "records are missing")
            time.sleep(0.01)
        self.assertEqual(len(first.records()) + len(second.records()), len(sent))
        first.commit()
        second.commit()

        second.close()

        first.wait_assigned(lambda mine: mine == [0, 1, 2, 3], "all partitions again")
        first.wait_values(self.produce(RECORDS)
                          + [record[3] for record in first.records()])

    def test_reading_goes_on_where_it_was_after_a_restart_of_the_broker(self):
        self.worker.must("create", self.topic, 2)
        before = self.produce(0)
        member = self.member()
        member.wait_values(before)
        member.commit()

        self.broker.restart()

        while_there = self.produce(RECORDS)
        member.wait_values(while_there)
        member.commit()
        self.assertEqual(sorted(record[3] for record in member.records()),
                         sorted(before + while_there))
        member.close()
        while_gone = self.produce(2 * RECORDS)
        successor = self.member()
        successor.wait_values(while_gone)
        self.assertEqual(sorted(record[3] for record in successor.records()), sorted(while_gone))

    def test_topics_and_groups_are_administrated(self):
        self.worker.must("create", self.topic, 3)
        self.assertIsNone(self.worker.do("create", self.topic, 3), "it is there already")
        self.assertEqual(self.worker.must("partitions", self.topic), ["3"])
        self.worker.must("set", self.topic, "retention.ms", 12345678)
        self.assertEqual(self.worker.must("get", self.topic, "retention.ms"), ["12345678"])
        member = self.member()
        member.wait_values(self.produce(0))
        member.commit()
        self.assertIn(self.group, self.worker.must("groups"))
        member.close()
        self.worker.must("delete", self.topic)
        limit = time.monotonic() + LIMIT_S
        while self.topic in self.worker.must("topics"):
            self.assertLess(time.monotonic(), limit, "the topic is still listed")

    def tearDown(self):
        self.assertTrue(self.broker.running(), self.broker.log()[-4000:])


class ConsumerProtocol:
    """The same with groups of KIP-848: the broker assigns, and says how often it wants to hear of
    its members. What has nothing to do with groups need not be seen twice."""

    protocol = "consumer"
    settings = ("group.consumer.heartbeat.interval.ms=500",
                "group.consumer.min.heartbeat.interval.ms=500")
    test_each_codec_is_read_back = None


def main(get_command, here, arguments, cases):
    """Runs `cases` with the command that get_command(cache, folder) gives."""
    import suites
    import toolchain
    binary, cache, *patterns = arguments
    os.environ["BARNABAS_BINARY"] = binary
    try:
        command = get_command(pathlib.Path(cache), pathlib.Path(here))
    except toolchain.Unavailable as reason:
        print(f"skipped: {reason}")
        print("0 passed, 0 failed, 1 skipped")
        return 0
    for case in cases:
        case.command = command
    return suites.run_cases(cases, patterns)
