"""Runs cases on a broker and reports where its answers are not those wanted."""

import pathlib

import cases
import compare
import golden
import runner

HERE = pathlib.Path(__file__).resolve().parent


def chosen(patterns):
    """[(group, case)] whose name holds one of the patterns; all without patterns."""
    return [(group, case) for group, inner in cases.groups().items() for case in inner
            if not patterns or any(one in f"{group}: {case.title}" for one in patterns)]


def report(pairs, wanted, got, patterns):
    accepted = compare.Accepted(HERE / "accepted.txt")
    failed = 0
    for (group, case), right, ours in zip(pairs, wanted, got):
        differences = compare.answers(right, ours)
        left = [one for one in differences if not accepted.covers(f"{group}: {case.title}", one)]
        if left:
            failed += 1
            print(f"\n{group}: {case.title}")
            for difference in left[:12]:
                print(f"    {difference}")
            if len(left) > 12:
                print(f"    … and {len(left) - 12} more")
    stale = [] if patterns else accepted.unused()
    for line in stale:
        print(f"\naccepted.txt holds a line that no difference needs: {line}")
    failed += len(stale)
    print(f"{len(pairs) + len(stale) - failed} passed, {failed} failed")
    return 1 if failed else 0


def check(broker, patterns, patient):
    known = {group: golden.read(HERE / "golden" / f"{group}.txt") for group in cases.groups()}
    pairs = chosen(patterns)
    missing = [["the case", "has no golden answer"]]
    wanted = [known[group].get(case.title, missing) for group, case in pairs]
    ours = runner.run_cases([case for _, case in pairs], broker, settle=patient)
    return report(pairs, wanted, ours, patterns)
