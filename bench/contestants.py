"""The brokers that are measured side by side, each in a directory of its own, on a free port."""

import os
import pathlib
import shutil
import signal
import socket
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
BUILD = ROOT / "build" / "release"
KAFKA = ROOT / "bench" / "kafka" / "kafka"
START_LIMIT_S = 120


def free_port():
    """Kafka's controller takes the port after it, so both are free."""
    while True:
        with socket.socket() as one, socket.socket() as other:
            one.bind(("127.0.0.1", 0))
            port = one.getsockname()[1]
            try:
                other.bind(("127.0.0.1", port + 1))
                return port
            except OSError:
                continue


class Contestant:
    """prepare() empties the data; start() and kill() may follow each other on the same."""
    name = None
    keeps_data = True    # a restart finds what was written

    def __init__(self, run_folder):
        self.folder = run_folder / self.name
        self.folder.mkdir()
        self.port = free_port()
        self.process = None
        self.settings = ()  # of the next starts, as key=value

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    @property
    def data(self):
        return self.folder / "data"

    def prepare(self):
        shutil.rmtree(self.data, ignore_errors=True)
        self.data.mkdir(parents=True)

    def command(self):
        raise NotImplementedError

    def start(self):
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=subprocess.STDOUT)
        limit = time.monotonic() + START_LIMIT_S
        while time.monotonic() < limit and self.process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.01)
        told = (self.folder / "log").read_text()
        raise RuntimeError(f"{self.name} did not start:\n{told[-3000:]}")

    @property
    def pid(self):
        return self.process.pid

    def kill(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()

    def resident_mb(self):
        with open(f"/proc/{self.pid}/statm", encoding="ascii") as statm:
            return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6

    def cpu_seconds(self):
        with open(f"/proc/{self.pid}/stat", encoding="ascii") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Floor(Contestant):
    name = "floor"
    keeps_data = False

    def command(self):
        return [str(BUILD / "bench_floor"), str(self.port), str(self.data)]


class Barnabas(Contestant):
    name = "Barnabas"

    def command(self):
        settings = (f"listeners=PLAINTEXT://127.0.0.1:{self.port}", *self.settings)
        return [str(BUILD / "barnabas"), "--data", str(self.data),
                *(word for setting in settings for word in ("--set", setting))]


class Kafka(Contestant):
    name = "Kafka"

    def prepare(self):
        subprocess.run([KAFKA, "format", str(self.folder), str(self.port)], check=True)

    def command(self):
        told = subprocess.run([KAFKA, "command", str(self.folder)], capture_output=True, text=True,
                              check=True)
        overrides = (word for setting in self.settings for word in ("--override", setting))
        return [*told.stdout.splitlines(), *overrides]


def all_contestants(run_folder, names=()):
    """Those that can run here, in the order of the table; each with a folder in `run_folder`."""
    found = []
    for kind in (Floor, Barnabas, Kafka):
        if names and kind.name not in names:
            continue
        if kind is Kafka:
            if subprocess.run([KAFKA, "get"], capture_output=True, check=False).returncode:
                print("Apache Kafka is not measured: it needs Java and Maven")
                continue
        elif not pathlib.Path(BUILD / ("bench_floor" if kind is Floor else "barnabas")).exists():
            print(f"{kind.name} is not built")
            continue
        found.append(kind(run_folder))
    return found
