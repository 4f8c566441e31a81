"""Runs the unittest cases of a folder and ends with the line that ./barnabas test adds up."""

import pathlib
import sys
import time
import unittest


class Result(unittest.TextTestResult):
    def startTest(self, test):
        super().startTest(test)
        self.started = time.monotonic()

    def addSuccess(self, test):
        super().addSuccess(test)
        print(f"passed   {test.id()} ({time.monotonic() - self.started:.1f} s)", flush=True)

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        print(f"skipped  {test.id()}: {reason}", flush=True)

    def _failed(self, test):
        print(f"failed   {test.id()} ({time.monotonic() - self.started:.1f} s)", flush=True)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self._failed(test)

    def addError(self, test, err):
        super().addError(test, err)
        self._failed(test)


def main(folder, patterns):
    """`patterns`: parts of the names of the tests to run; none means all."""
    sys.path.insert(0, str(folder))
    return run(loader_of(patterns).discover(str(pathlib.Path(folder)), pattern="test_*.py"))


def run_cases(cases, patterns):
    """The same for classes of test cases that are at hand."""
    loader = loader_of(patterns)
    return run(unittest.TestSuite(loader.loadTestsFromTestCase(case) for case in cases))


def loader_of(patterns):
    loader = unittest.TestLoader()
    loader.testNamePatterns = [f"*{one}*" for one in patterns] or None
    return loader


def run(suite):
    runner = unittest.TextTestRunner(stream=sys.stdout, resultclass=Result, verbosity=0)
    result = runner.run(suite)
    failed = len(result.failures) + len(result.errors)
    skipped = len(result.skipped)
    passed = result.testsRun - failed - skipped
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0
