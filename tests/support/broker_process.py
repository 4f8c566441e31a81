"""What every broker process of a test has: a folder, an address, a log of each start, an end."""

import pathlib
import shutil
import signal
import subprocess
import tempfile


class BrokerProcess:
    """kill() is SIGKILL, stop() is SIGTERM."""
    name = None

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix=f"{self.name.lower()}-"))
        self.process = None
        self.port = None
        self.starts = 0

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    @property
    def log_path(self):
        return self.folder / f"log-{self.starts}.txt"

    def log(self):
        return self.log_path.read_text(errors="replace")

    def running(self):
        return self.process is not None and self.process.poll() is None

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        """SIGTERM; returns the exit code."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.kill()
            raise RuntimeError(
                f"SIGTERM did not end {self.name}:\n{self.log()[-4000:]}") from None

    def remove(self):
        if self.running():
            self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)
