"""Golden files: the normalised answers of Apache Kafka 4.3.0 as text that a diff can show.

    == title of the case
    Metadata v12
    {"throttleTimeMs": 0, …}       one line, or `closed`
"""

import json


def write(path, cases, answers):
    with open(path, "w", encoding="utf-8") as out:
        for case, steps in zip(cases, answers):
            out.write(f"== {case.title}\n")
            for what, answer in steps:
                text = answer if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False)
                out.write(f"{what}\n{text}\n")


def read(path):
    """Title -> [[what was said, answer]…]; empty when there is no such file."""
    if not path.exists():
        return {}
    known = {}
    steps = None
    lines = iter(path.read_text(encoding="utf-8").split("\n")[:-1])
    for line in lines:
        if line.startswith("== "):
            steps = known[line[3:]] = []
            continue
        answer = next(lines)
        steps.append([line, json.loads(answer) if answer.startswith("{") else answer])
    return known
