"""Gets what a client suite needs from its registry, once, into the cache, or says why it cannot."""

import fcntl
import hashlib
import os
import pathlib
import shutil
import subprocess

LIMIT_S = 600


class Unavailable(Exception):
    """The suite cannot be run here; what() is told, and the suite counts as skipped."""


def _run(command, folder, environment=None):
    try:
        told = subprocess.run(command, cwd=folder, env={**os.environ, **(environment or {})},
                              stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=LIMIT_S, check=False)
    except subprocess.TimeoutExpired:
        raise Unavailable(f"{command[0]} was not done after {LIMIT_S} s") from None
    if told.returncode != 0:
        raise Unavailable(f"{' '.join(map(str, command[:4]))} failed:\n"
                          f"{(told.stdout + told.stderr)[-2000:]}")


def _need(*programs):
    for program in programs:
        if not shutil.which(program):
            raise Unavailable(f"there is no {program}")


def _cached(cache, source, make):
    """A folder of the cache that make(folder) has filled from the files in `source`, once."""
    digest = hashlib.sha256()
    for path in sorted(source.iterdir()):
        if path.is_file() and path.name != "README.md":
            digest.update(path.name.encode() + path.read_bytes())
    folder = pathlib.Path(cache) / f"{source.name}-{digest.hexdigest()[:12]}"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with open(f"{folder}.lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / ".complete").exists():
            shutil.rmtree(folder, ignore_errors=True)
            shutil.copytree(source, folder)
            make(folder)
            (folder / ".complete").touch()
    return folder


def python(cache, source):
    """The command of client.py with the packages of requirements.txt."""
    def make(folder):
        _run(["python3", "-m", "venv", "packages"], folder)
        _run(["packages/bin/pip", "install", "-q", "--disable-pip-version-check",
              "--only-binary", ":all:", "-r", "requirements.txt"], folder)
    _need("python3")
    folder = _cached(cache, source, make)
    return [folder / "packages/bin/python", folder / "client.py"]


def node(cache, source):
    """The command of client.js with the packages of package-lock.json."""
    _need("node", "npm")
    folder = _cached(cache, source, lambda folder: _run(
        ["npm", "ci", "--silent", "--ignore-scripts", "--no-audit", "--no-fund"], folder))
    return ["node", folder / "client.js"]


def go(cache, source):
    """The command that go.mod and main.go were built to."""
    _need("go")
    environment = {"GOPATH": str(pathlib.Path(cache) / "go"), "CGO_ENABLED": "0",
                   "GOFLAGS": "-mod=readonly -modcacherw"}
    folder = _cached(cache, source, lambda folder: _run(["go", "build", "-o", "client", "."],
                                                        folder, environment))
    return [folder / "client"]


def _java_folder(cache, source):
    def make(folder):
        _run(["mvn", "-q", "-B", "dependency:copy-dependencies", "-DoutputDirectory=jars"], folder)
        _run(["javac", "-cp", "jars/*", "-d", "classes", *folder.glob("*.java")], folder)
    _need("java", "javac", "mvn")
    return _cached(cache, source, make)


def java(cache, source):
    """The command that runs a class of *.java with the dependencies of pom.xml."""
    folder = _java_folder(cache, source)
    # One short process after the other: what makes a long one fast only costs here.
    return ["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m", "-Xshare:auto",
            "-cp", f"{folder}/classes:{folder}/jars/*"]


def java_libraries(cache, source):
    """The folder with the dependencies of pom.xml."""
    return _java_folder(cache, source) / "jars"
