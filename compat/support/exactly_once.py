"""Exactly once, whatever is killed: a client's own consume-transform-produce loop, in two processes
that share a group, under random kills of the broker and of these processes. Now and then one of
them sleeps through its timeouts and goes on as if nothing had been.

BARNABAS_SEED repeats the moments of the kills, BARNABAS_KILLS says how many there are, and
EXACTLY_ONCE_BROKER=HOST:PORT takes a running broker instead, which is not killed.
"""

import collections
import os
import random
import signal
import threading
import time
import unittest

from barnabas_process import Barnabas
from client import EARLIEST, BrokerError, Client, Closed
from scenarios import Program, Worker, value_of

KILLS = int(os.environ.get("BARNABAS_KILLS", "10"))
# Without any progress; sessions of killed members end after three seconds.
LIMIT_S = 90
PARTITIONS = 4
COPIERS = 2
CHUNK = 100  # records fed at once
# Members are missed after three seconds, transactions aborted after five.
SLEEP_S = 6
KILLS_PER_SLEEP = 8
MOMENT_S = 1.5


class RunningBroker:
    """A broker that is not ours to kill."""

    def __init__(self, address):
        self.address = address

    def log(self):
        return f"the log of {self.address} is elsewhere"

    def running(self):
        return True

    def complaints(self):
        return ""

    def remove(self):
        pass


def broker_to_test():
    if "EXACTLY_ONCE_BROKER" in os.environ:
        return RunningBroker(os.environ["EXACTLY_ONCE_BROKER"])
    broker = Barnabas(os.environ["BARNABAS_BINARY"], [
        "auto.create.topics.enable=false", "group.initial.rebalance.delay.ms=0",
        "group.min.session.timeout.ms=1000", "group.consumer.min.session.timeout.ms=3000",
        "group.consumer.session.timeout.ms=3000", "group.consumer.heartbeat.interval.ms=500",
        "group.consumer.min.heartbeat.interval.ms=500",
        # What coordinators read at a start has been compacted many times.
        "offsets.topic.num.partitions=3", "transaction.state.log.num.partitions=3",
        "log.roll.ms=300", "log.cleaner.backoff.ms=100", "log.cleaner.min.cleanable.ratio=0.01"])
    broker.start()
    broker.settings.append(f"listeners=PLAINTEXT://{broker.address}")  # a restart must not move it
    return broker


class Copier:
    """A client's process that copies, and its successors."""

    def __init__(self, start):
        self.start_program = start
        self.programs = []
        self.alarm = None
        self.start()

    def start(self):
        self.programs.append(self.start_program())

    def kill(self):
        self.programs[-1].end()

    def sleep(self, is_replaced):
        """If it is replaced meanwhile, there are two for a moment after it has woken."""
        self.be_awake()
        sleeper = self.programs[-1].process
        sleeper.send_signal(signal.SIGSTOP)
        self.alarm = threading.Timer(SLEEP_S, self._wake, [sleeper, is_replaced])
        self.alarm.start()
        if is_replaced:
            self.start()

    @staticmethod
    def _wake(sleeper, is_replaced):
        sleeper.send_signal(signal.SIGCONT)
        if is_replaced:
            time.sleep(MOMENT_S)
            sleeper.kill()

    def be_awake(self):
        if self.alarm:
            self.alarm.join()

    def close(self):
        self.programs[-1].send("close")
        self.programs[-1].wait_for(lambda lines: ["closed"] in lines, "the copier's end")

    def ended(self):
        return self.programs[-1].process.poll() is not None

    def told(self, word):
        """The lines of all processes that begin with this word."""
        return [line for program in self.programs for line in list(program.lines)
                if line and line[0] == word]

    def last_words(self):
        program = self.programs[-1]
        lines = "\n".join(" ".join(line) for line in program.lines[-15:])
        return f"{lines}\n{''.join(program.errors[-15:])}"


class Feeder(threading.Thread):
    """Produces to the input until it is told to stop."""

    def __init__(self, worker, topic):
        super().__init__(daemon=True)
        self.worker, self.topic = worker, topic
        self.count = 0
        self.stopping = threading.Event()
        self.trouble = None

    def run(self):
        try:
            while not self.stopping.is_set():
                self.worker.must("produce", self.topic, "none", self.count, CHUNK)
                self.count += CHUNK
                self.stopping.wait(0.1)
        except AssertionError as error:
            self.trouble = error

    def stop(self):
        self.stopping.set()
        self.join(2 * LIMIT_S)
        if self.trouble or self.is_alive():
            raise AssertionError(f"the input could not be produced: {self.trouble}")


class ExactlyOnce(unittest.TestCase):
    """Subclassed in the `run` of each client that has transactions."""

    command = None         # of the client, without arguments
    protocol = "classic"   # of the group

    def setUp(self):
        self.seed = int(os.environ.get("BARNABAS_SEED", random.getrandbits(32)))
        self.chance = random.Random(self.seed)
        self.broker = broker_to_test()
        self.addCleanup(self.broker.remove)
        name = f"{random.getrandbits(32):x}"
        self.group, self.input, self.output = f"group-{name}", f"in-{name}", f"out-{name}"
        with Client(self.broker.address) as client:
            client.create_topic(self.input, PARTITIONS)
            client.create_topic(self.output, PARTITIONS)
        self.worker = Worker(self.command, self.broker.address, "worker")
        self.addCleanup(self.worker.end)

    def start_copiers(self):
        """The first one is a static member, whose successor takes its place at once."""
        copiers = []
        for at in range(COPIERS):
            def start(at=at):
                program = Program(
                    self.command, self.broker.address, "copier", self.group, self.input,
                    self.output, f"{self.group}-{at}", self.protocol,
                    f"{self.group}-static" if at == 0 else "-", self.chance.getrandbits(31))
                self.addCleanup(program.end)
                return program
            copiers.append(Copier(start))
        return copiers

    def test_every_record_is_copied_once_whatever_is_killed(self):
        print(f"seed {self.seed}: BARNABAS_SEED={self.seed} repeats the moments of the kills")
        self.copiers = self.start_copiers()
        self.feeder = feeder = Feeder(self.worker, self.input)
        feeder.start()

        killed = collections.Counter()
        for at in range(KILLS):
            if at % KILLS_PER_SLEEP == 3:
                self.chance.choice(self.copiers).sleep(is_replaced=self.chance.random() < 0.5)
                killed["asleep"] += 1
            killed[self.kill_something()] += 1
        for copier in self.copiers:
            copier.be_awake()
        feeder.stop()
        self.wait_until(lambda: self.left() == 0, "all of the input is copied")
        # What is decided is written to one partition after the other.
        self.wait_until(lambda: self.undecided() == 0, "all transactions have ended")
        for copier in self.copiers:
            copier.close()

        self.assert_copied_once(feeder.count)
        told = {word: [line for copier in self.copiers for line in copier.told(word)]
                for word in ("committed", "aborted", "trouble")}
        print(f"{feeder.count} records in {len(told['committed'])} transactions, besides "
              f"{len(told['aborted'])} that were aborted; {killed['broker']} kills of the broker, "
              f"{killed['copier']} of copiers, {killed['asleep']} sleeps: each record once; what "
              f"the copiers were told:")
        errors = collections.Counter(" ".join(line[1:])[:300] for line in told["trouble"])
        for error, times in errors.most_common():
            print(f"{times:5} x {error}")

    def kill_something(self):
        if self.chance.random() < 0.6:
            before = self.progress()
            self.wait_until(lambda: self.progress() > before, "another transaction is committed")
        time.sleep(self.chance.uniform(0, 0.3))
        if self.chance.random() < 0.35 or isinstance(self.broker, RunningBroker):
            copier = self.chance.choice(self.copiers)
            copier.kill()
            copier.start()
            return "copier"
        self.broker.kill()
        time.sleep(self.chance.choice([0, 0, 0.2]))
        self.broker.start()
        return "broker"

    def progress(self):
        return sum(len(copier.told("committed")) for copier in self.copiers)

    def left(self):
        """Records of the input that the group has not committed."""
        with Client(self.broker.address) as client:
            ends = [client.offset(self.input, partition=at) for at in range(PARTITIONS)]
            starts = [client.offset(self.input, EARLIEST, at) for at in range(PARTITIONS)]
            answer = client.call("OffsetFetch", 8, {"requireStable": True, "groups": [{
                "groupId": self.group, "topics": [{
                    "name": self.input, "partitionIndexes": list(range(PARTITIONS))}]}]})
        group = answer["groups"][0]
        if group["errorCode"]:
            return None
        found = {one["partitionIndex"]: one for one in group["topics"][0]["partitions"]}
        if any(one["errorCode"] for one in found.values()):
            return None
        return sum(ends[at] - max(found[at]["committedOffset"], starts[at])
                   for at in range(PARTITIONS))

    def undecided(self):
        """Records of the output behind a transaction that is open."""
        with Client(self.broker.address) as client:
            return sum(client.offset(self.output, partition=at)
                       - client.offset(self.output, partition=at, committed=True)
                       for at in range(PARTITIONS))

    def wait_until(self, condition, what):
        """Until `condition`; the limit is for the time without any transaction."""
        progress, limit = None, 0
        while True:
            try:
                if condition():
                    return
            except (BrokerError, Closed, OSError):
                pass  # it is not ready yet
            if self.progress() != progress:
                progress, limit = self.progress(), time.monotonic() + LIMIT_S
            if any(copier.ended() for copier in self.copiers):
                self.give_up("a copier ended", what)
            if self.feeder.trouble:
                self.give_up(f"the input could not be produced ({self.feeder.trouble})", what)
            if time.monotonic() > limit:
                self.give_up("no progress", what)
            time.sleep(0.02)

    def give_up(self, trouble, what):
        said = "\n--\n".join(copier.last_words() for copier in self.copiers)
        try:
            left = self.left()
        except (BrokerError, Closed, OSError) as error:
            left = error
        self.fail(f"seed {self.seed}: {trouble} before {what}; of {self.feeder.count} records or "
                  f"more are left: {left}; the copiers said:\n{said}\n"
                  f"and the broker:\n{self.broker.log()[-3000:]}")

    def assert_copied_once(self, count):
        """Partition by partition, the output is the input."""
        fed, seen, order = [], [], []
        with Client(self.broker.address) as client:
            for partition in range(PARTITIONS):
                given = [number_of(record)
                         for record in client.committed_records(self.input, partition)]
                copied = [number_of(record)
                          for record in client.committed_records(self.output, partition)]
                fed += given
                seen += copied
                if copied != given and sorted(copied) == sorted(given):
                    order.append(partition)
        doubled = [number for number, times in collections.Counter(seen).items() if times > 1]
        missing = sorted(set(range(count)) - set(seen))
        self.assertEqual(sorted(fed), list(range(count)),
                         f"seed {self.seed}: the input itself is not there once")
        if doubled or missing or order:
            self.fail(
                f"seed {self.seed}: of {count} records {len(missing)} are missing, {missing[:20]}; "
                f"{len(doubled)} are there more than once, {sorted(doubled)[:20]}; and not in "
                f"order are partitions {order}")
        self.assertEqual(len(seen), count)

    def tearDown(self):
        self.assertTrue(self.broker.running(), self.broker.log()[-4000:])
        self.assertEqual(self.broker.complaints(), "")


class ExactlyOnceWithConsumerProtocol(ExactlyOnce):
    protocol = "consumer"  # KIP-848


def number_of(record):
    """Of a key and a value as the worker of every client makes them."""
    number = int(record[1].split(b"-")[1])
    assert record == (b"key-%d" % number, value_of(number).encode()), f"{record} was changed"
    return number
