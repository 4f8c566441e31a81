"""The rules. Each takes all files and yields complaints; its first line says what is wanted."""

import re
import shutil
import subprocess

import source

HARD_LIMIT, LIMIT, WITHIN_LIMIT = 500, 300, 0.9
FUNCTION_LIMIT = 70
LINE_LIMIT = 100

# What each folder may include besides itself.
MAY_INCLUDE = {
    "base": set(),
    "protocol": {"base"},
    "storage": {"base", "protocol"},
    "coordinator": {"base", "protocol", "storage"},
    "groups": {"base", "protocol", "storage", "coordinator"},
    "transactions": {"base", "protocol", "storage", "coordinator"},
    "cluster": {"base", "protocol", "storage", "coordinator"},
    "security": {"base", "protocol"},
    "console": {"base", "protocol", "storage", "groups", "cluster", "broker"},
}
# The files where threads meet. Everywhere else data has one owner.
SHARED_BETWEEN_THREADS = {
    "base/log.cc", "base/log.h", "broker/blocking_pool.cc", "broker/blocking_pool.h",
    "broker/connection_quota.h", "broker/crossing.h", "broker/letter.h", "broker/listener.h",
    "broker/log_cleaner.cc", "broker/log_cleaner.h", "broker/log_directories.cc",
    "broker/log_directories.h", "broker/shard_loop.h", "storage/log_directory.cc",
    "storage/log_directory.h", "storage/memory_file_system.h", "storage/posix_file_system.cc",
    "storage/posix_file_system.h",
}


def files_are_short(files):
    """No file is over 500 lines, and nine of ten are under 300."""
    code = [file for file in files if file.is_code]
    long = [file for file in code if len(file.lines) > LIMIT]
    for file in code:
        if len(file.lines) > HARD_LIMIT:
            yield f"{file.path} has {len(file.lines)} lines"
    if len(long) > (1 - WITHIN_LIMIT) * len(code):
        yield f"{len(long)} of {len(code)} files are over {LIMIT} lines"


def functions_are_short(files):
    """No function is over 70 lines."""
    for file in files:
        if file.is_cpp:
            for line, length in source.functions(file.lines):
                if length > FUNCTION_LIMIT:
                    yield f"{file.path}:{line} has a function of {length} lines"


def nothing_is_left_undone(files):
    """Nothing is called done that is not."""
    words = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b|not imple" r"mented", re.I)
    for file in files:
        if file.is_code and not file.path.startswith("tests/style/"):
            for number, line in enumerate(file.lines, 1):
                if words.search(line):
                    yield f"{file.path}:{number}: {line.strip()[:80]}"


def no_path_of_a_machine(files):
    """The tree does not know where it was written."""
    paths = re.compile(r"(?<![\w.])/(?:ro" r"ot|ho" r"me/\w+|wo" r"rk|Us" r"ers)/|/tm" r"p/wt")
    for file in files:
        if file.suffix in (".tsv", ".jsonl", ".bin") or file.path.startswith("tests/style/"):
            continue
        for number, line in enumerate(file.lines, 1):
            if paths.search(line):
                yield f"{file.path}:{number}: {line.strip()[:80]}"


def awaiting_is_plain(files):
    """A statement with co_await has no brace, capturing lambda or ?: (g++ 12 miscompiles)."""
    for file in files:
        if not file.is_cpp or "co_await" not in file.text:
            continue
        for line, statement in source.statements(file.code):
            if "co_await" not in statement:
                continue
            around = f"{file.path}:{line}: {' '.join(statement.split())[:80]}"
            if "{" in statement:
                yield around
            elif re.search(r"\[[^\]\[]+\]\s*(?:\(|mutable)", statement):
                yield around
            elif re.search(r"\s\?\s", statement):
                yield around


def includes_point_down(files):
    """A folder includes itself and those below it."""
    include = re.compile(r'^#include "(\w+)/')
    for file in files:
        allowed = MAY_INCLUDE.get(file.folder)
        if allowed is None or not file.is_cpp:
            continue
        for number, line in enumerate(file.lines, 1):
            found = include.match(line)
            if found and found.group(1) not in allowed | {file.folder}:
                yield f"{file.path}:{number}: {line}"


def pure_layers_stay_pure(files):
    """protocol/ knows no threads, files, sockets or clocks."""
    impure = re.compile(r"#include <(?:thread|mutex|atomic|fstream|filesystem|chrono|boost/asio.*|"
                        r"sys/socket\.h|unistd\.h)>")
    for file in files:
        if file.folder == "protocol" and file.is_cpp and "/compiler/" not in file.path:
            for number, line in enumerate(file.lines, 1):
                if impure.match(line):
                    yield f"{file.path}:{number}: {line}"


def threads_meet_in_few_places(files):
    """Mutexes and atomics stay in the files named for it."""
    word = re.compile(r"\bstd::(?:mutex|shared_mutex|atomic|condition_variable|recursive_mutex)\b")
    for file in files:
        if not file.is_cpp or file.folder in ("tests", "bench", "") or \
                file.path in SHARED_BETWEEN_THREADS:
            continue
        for number, line in enumerate(file.code.split("\n"), 1):
            if word.search(line):
                yield f"{file.path}:{number}: {line.strip()[:80]}"


def headers_open_with_what_they_are(files):
    """A header opens with a comment and has #pragma once."""
    for file in files:
        if file.suffix != ".h":
            continue
        if not file.lines[0].startswith("// "):
            yield f"{file.path} does not say what it is"
        if "#pragma once" not in file.lines:
            yield f"{file.path} has no #pragma once"


def names_are_snake_case(files):
    """Source files are named in snake_case."""
    good = re.compile(r"^(?:\d+_)?[a-z][a-z0-9_]*\.\w+$")
    for file in files:
        if (file.is_cpp or file.suffix in (".py", ".msg")) and not good.match(file.name) \
                and file.name != "__init__.py":
            yield file.path


def folders_say_what_they_are(files):
    """Every folder with something of its own has a README.md."""
    folders = {folder for folder in source.top_folders(files) if folder != "cmake"}
    for file in files:
        parts = file.path.split("/")
        if parts[0] in ("compat", "tests") and len(parts) == 3:
            folders.add("/".join(parts[:2]))
    mirrors = {f"tests/{folder}" for folder in source.top_folders(files)}
    for folder in sorted(folders - mirrors):
        if not any(file.name == "README.md" for file in source.siblings(files, folder)):
            yield f"{folder}/ has no README.md"


def nothing_generated_is_in_git(files):
    """What is generated stays in the build directory."""
    for file in files:
        if re.search(r"(?:^|/)(?:build|gen|generated|__pycache__)/", file.path):
            yield file.path
        elif file.is_cpp and re.search(r"(?im)^//.*\b(?:do not edit|@generated)\b", file.text):
            yield file.path


def switches_name_every_case(files):
    """No `default:` in a switch over an enum of ours; it hides the case that was forgotten."""
    for file in files:
        if not file.is_cpp or file.folder in ("tests", "bench"):
            continue
        labels, opened = False, 0
        for number, line in enumerate(file.code.split("\n"), 1):
            if "switch (" in line:
                labels, opened = False, number
            if re.match(r"\s*case (?:\w+::)+[A-Z]\w*:", line):
                labels = True
            if re.match(r"\s*default:", line) and labels and opened:
                yield f"{file.path}:{number}"


def lines_fit(files):
    """Lines of code have at most 100 columns."""
    for file in files:
        if file.is_cpp or file.is_python or file.suffix == ".sh":
            for number, line in enumerate(file.lines, 1):
                if len(line) > LINE_LIMIT and "http" not in line:
                    yield f"{file.path}:{number} has {len(line)} columns"


def code_is_formatted(files):
    """clang-format has nothing to change."""
    if not shutil.which("clang-format"):
        return
    paths = [str(file.full) for file in files if file.is_cpp]
    told = subprocess.run(["clang-format", "--dry-run", "--ferror-limit=1", *paths],
                          capture_output=True, text=True, check=False)
    found = set(re.findall(r"(?m)^(\S+?):\d+:\d+: (?:warning|error)", told.stderr))
    for file in files:
        if str(file.full) in found:
            yield file.path


ALL = [files_are_short, functions_are_short, nothing_is_left_undone, no_path_of_a_machine,
       awaiting_is_plain, includes_point_down, pure_layers_stay_pure, threads_meet_in_few_places,
       headers_open_with_what_they_are, names_are_snake_case, folders_say_what_they_are,
       nothing_generated_is_in_git, switches_name_every_case, lines_fit, code_is_formatted]
