"""A Barnabas process for tests: on a free port, in a directory of its own, with its log kept."""

import os
import pathlib
import re
import subprocess
import time

from broker_process import BrokerProcess

LISTENING = re.compile(r"listening on PLAINTEXT://\S*?:(\d+)")
SANITIZER = re.compile(r"ERROR: AddressSanitizer|ERROR: LeakSanitizer|WARNING: ThreadSanitizer|"
                       r"runtime error: ")
# A build with a sanitizer on a busy machine is slow; a good start takes milliseconds.
START_LIMIT_S = 60


class Barnabas(BrokerProcess):
    """Started by start() or `with`."""
    name = "Barnabas"

    def __init__(self, binary, settings=(), data=None, preexec=None):
        super().__init__()
        self.binary = str(pathlib.Path(binary).resolve())
        self.data = pathlib.Path(data) if data else self.folder / "data"
        self.settings = ["listeners=PLAINTEXT://127.0.0.1:0", *settings]
        self.preexec = preexec

    def all_logs(self):
        return "\n".join(path.read_text(errors="replace")
                         for path in sorted(self.folder.glob("log-*.txt")))

    def command(self):
        # Two, however many cores there are: what crosses from one to the other is tested.
        command = [self.binary, "--data", str(self.data), "--shards", "2"]
        for setting in self.settings:
            command += ["--set", setting]
        # ThreadSanitizer does not know where newer kernels put libraries.
        return ["setarch", "--addr-no-randomize", *command] if "tsan" in self.binary else command

    def start(self):
        """Returns when the broker listens."""
        self.starts += 1
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=subprocess.STDOUT, preexec_fn=self.preexec)
        limit = time.monotonic() + START_LIMIT_S
        while time.monotonic() < limit:
            found = LISTENING.search(self.log())
            if found:
                self.port = int(found.group(1))
                return self
            if self.process.poll() is not None:
                raise RuntimeError(f"the broker ended at its start:\n{self.log()}")
            time.sleep(0.002)
        self.kill()
        raise RuntimeError(f"the broker did not listen within {START_LIMIT_S} s:\n{self.log()}")

    def restart(self):
        self.stop()
        return self.start()

    def resident_bytes(self):
        with open(f"/proc/{self.process.pid}/statm", encoding="ascii") as statm:
            return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def cpu_seconds(self):
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def complaints(self):
        """What sanitizers said; empty is good."""
        logs = self.all_logs()
        found = SANITIZER.search(logs)
        return logs[found.start():found.start() + 4000] if found else ""

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.remove()
