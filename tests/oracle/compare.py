"""Differences of two answers, each as `step path: right, ours`, and those that are meant."""

import fnmatch
import re

from normalise import key_of


def answers(right, ours):
    found = []
    for at in range(max(len(right), len(ours))):
        one = right[at] if at < len(right) else ["nothing", "no answer"]
        other = ours[at] if at < len(ours) else ["nothing", "no answer"]
        where = f"{at} {one[0] if at < len(right) else other[0]}"
        _compare(where, one[1], other[1], found)
    return found


def _short(value):
    text = str(value)
    return text if len(text) <= 160 else text[:157] + "…"


def _compare(where, right, ours, found):
    if isinstance(right, dict) and isinstance(ours, dict):
        for name in list(right) + [name for name in ours if name not in right]:
            if name not in ours:
                found.append(f"{where} {name}: Kafka has {_short(right[name])}, we have no field")
            elif name not in right:
                found.append(f"{where} {name}: Kafka has no field, we have {_short(ours[name])}")
            else:
                _compare(f"{where} {name}", right[name], ours[name], found)
    elif isinstance(right, list) and isinstance(ours, list):
        _compare_lists(where, right, ours, found)
    elif right != ours or type(right) is not type(ours):
        found.append(f"{where}: Kafka has {_short(right)}, we have {_short(ours)}")


def _compare_lists(where, right, ours, found):
    keys = [key_of(one) for one in right], [key_of(one) for one in ours]
    keyed = all(None not in one and len(set(one)) == len(one) for one in keys)
    if not keyed:
        keys = list(range(len(right))), list(range(len(ours)))
    right, ours = dict(zip(keys[0], right)), dict(zip(keys[1], ours))
    for key in list(right) + [key for key in ours if key not in right]:
        if key not in ours:
            found.append(f"{where}[{key}]: Kafka has {_short(right[key])}, we have nothing")
        elif key not in right:
            found.append(f"{where}[{key}]: Kafka has nothing, we have {_short(ours[key])}")
        else:
            _compare(f"{where}[{key}]", right[key], ours[key], found)


class Accepted:
    """accepted.txt: `case | difference | reason` lines; `*` and `?` stand for anything."""

    def __init__(self, path):
        self.lines = []
        for line in path.read_text(encoding="utf-8").splitlines():
            if line and not line.startswith("#"):
                case, difference, _ = (part.strip() for part in line.split(" | "))
                self.lines.append([line, self._pattern(case), self._pattern(difference), False])

    @staticmethod
    def _pattern(text):
        return re.compile(fnmatch.translate(text.replace("[", "[[]")))

    def covers(self, case, difference):
        for line in self.lines:
            if line[1].match(case) and line[2].match(difference):
                line[3] = True
                return True
        return False

    def unused(self):
        return [line[0] for line in self.lines if not line[3]]
