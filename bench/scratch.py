"""The folder of one run, gigabytes of it: gone when the run ends, or when the next one begins.

It is locked as long as the run lives, and the kernel unlocks it whatever the run died of. So a
folder that can be locked is nobody's any more.
"""

import contextlib
import fcntl
import os
import pathlib
import shutil
import tempfile

PREFIX = "barnabas-bench-"


def locked(folder):
    """A descriptor that keeps the folder locked; None when another does, or it is gone."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:  # gone, or somebody else's
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.samestat(os.fstat(descriptor), os.stat(folder)):
            return descriptor
    except OSError:
        pass
    os.close(descriptor)
    return None


def remove_leftovers():
    for folder in pathlib.Path(tempfile.gettempdir()).glob(PREFIX + "*"):
        descriptor = locked(folder)
        if descriptor is not None:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(descriptor)


@contextlib.contextmanager
def run_folder():
    remove_leftovers()
    descriptor = None
    while descriptor is None:  # another start may take a new folder for a leftover
        folder = pathlib.Path(tempfile.mkdtemp(prefix=PREFIX))
        descriptor = locked(folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(descriptor)
