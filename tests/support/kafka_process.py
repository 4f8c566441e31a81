"""Apache Kafka 4.3.0 for tests: one node on a data directory that may be anybody's, and its tools.

Needs Java, and Maven to fetch it; kafka_jars() is None without.
"""

import functools
import pathlib
import re
import shutil
import socket
import subprocess
import time

from broker_process import BrokerProcess
from client import Client, Closed

ROOT = pathlib.Path(__file__).resolve().parents[2]
START_LIMIT_S = 90
# What it says of its own start, end, kill, and of a batch that it refuses: no word about files.
USUAL = re.compile("Performing controller activation|NetworkClient that has already been closed|"
                   "Error processing append operation|Non-monotonic update of high watermark|"
                   "Auto topic creation failed .* TOPIC_ALREADY_EXISTS")
WARNING = re.compile(r"^.* (?:WARN|ERROR|FATAL) .*$", re.MULTILINE)
# Of what else it warns on a slow machine, late heartbeats say, is not asked here.
OF_FILES = re.compile("log|index|segment|snapshot|checkpoint|corrupt|offset|producer|directory|"
                      "exception", re.IGNORECASE)


@functools.cache
def kafka_jars():
    """The class path of Apache Kafka; None when it cannot be had."""
    if not shutil.which("java"):
        return None
    got = subprocess.run([ROOT / "bench" / "kafka" / "kafka", "get"], capture_output=True,
                         text=True, check=False)
    return got.stdout.strip().splitlines()[-1] if got.returncode == 0 else None


def run_tool(name, *arguments):
    """What one of its tools says; raises when it fails."""
    told = subprocess.run(["java", "-Xmx256M", "-XX:TieredStopAtLevel=1", "-cp", kafka_jars(), name,
                           *arguments], capture_output=True, text=True, timeout=120, check=False)
    if told.returncode:
        raise RuntimeError(f"{name} failed:\n{told.stdout[-2000:]}{told.stderr[-2000:]}")
    return told.stdout


def dump_log_segments(*arguments):
    return run_tool("org.apache.kafka.tools.DumpLogSegments", *arguments)


def free_ports(count):
    """Nobody's at this moment. Both are looked for at once, so that they differ."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


class Kafka(BrokerProcess):
    """A directory without meta.properties is formatted first."""
    name = "Kafka"

    def __init__(self, data, settings=()):
        super().__init__()
        self.data = pathlib.Path(data)
        self.settings = settings

    def complaints(self):
        """What it warns of that may be the files' fault; empty is good."""
        return "\n".join(line for line in WARNING.findall(self.log())
                         if OF_FILES.search(line) and not USUAL.search(line))

    def _write_properties(self):
        self.port, controller = free_ports(2)
        path = self.folder / "server.properties"
        path.write_text("\n".join([
            "process.roles=broker,controller", "node.id=1", f"log.dirs={self.data}",
            f"controller.quorum.voters=1@127.0.0.1:{controller}",
            "controller.listener.names=CONTROLLER",
            f"listeners=PLAINTEXT://{self.address},CONTROLLER://127.0.0.1:{controller}",
            f"advertised.listeners=PLAINTEXT://{self.address}", "num.network.threads=2",
            "offsets.topic.replication.factor=1", "transaction.state.log.replication.factor=1",
            "transaction.state.log.min.isr=1", "log.cleaner.dedupe.buffer.size=16777216",
            "log.initial.task.delay.ms=100",
            # A node that did not say good-bye is awaited for so long.
            "broker.session.timeout.ms=4000", "broker.heartbeat.interval.ms=500",
            *self.settings]) + "\n")
        return path

    def start(self):
        """Returns when its metadata has a leader for every partition."""
        properties = self._write_properties()
        if not (self.data / "meta.properties").exists():
            run_tool("kafka.tools.StorageTool", "format", "--cluster-id", "AAAAAAAAAAAAAAAAAAAAAQ",
                     "--config", str(properties))
        self.starts += 1
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(
                ["java", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
                 "-Dlog4j2.level=INFO", "-cp", kafka_jars(), "kafka.Kafka", str(properties)],
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
        limit = time.monotonic() + START_LIMIT_S
        while not self._serves():
            if not self.running() or time.monotonic() > limit:
                raise RuntimeError(f"Apache Kafka did not start:\n{self.log()[-6000:]}")
            time.sleep(0.1)
        return self

    def _serves(self):
        try:
            with Client(self.address) as client:
                answer = client.call("Metadata", 12, {"topics": None})
        except (OSError, Closed):
            return False
        return bool(answer["brokers"]) and not any(
            topic["errorCode"] or partition["errorCode"] for topic in answer["topics"]
            for partition in topic["partitions"])
