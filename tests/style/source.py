"""A file of the tree, and just enough of C++ to ask questions about it."""

import functools
import pathlib
import re

IGNORED = {".git", "build", "data", "__pycache__"}
FUNCTION = re.compile(r"(    |)(?!(?:if|for|while|switch|else|do|namespace|class|struct|enum|union|"
                      r"extern)\b)[\w:<~\[].*\)[^;=]*\{$")
BLOCK_OPENERS = re.compile(r"(?:\)|\belse|\bdo|\btry|\bconst|\bnoexcept|\boverride|\bmutable|"
                           r"->\s*[\w:<>&*, ]+)\s*$")


def is_ignored(path):
    return bool(IGNORED & set(path.parts[:-1]))


class File:
    def __init__(self, root, path):
        self.path = path
        self.full = root / path
        self.name = self.full.name
        self.suffix = self.full.suffix
        self.folder = path.split("/")[0] if "/" in path else ""

    @functools.cached_property
    def text(self):
        return self.full.read_text(encoding="utf-8", errors="replace")

    @functools.cached_property
    def lines(self):
        return self.text.split("\n")

    @property
    def is_cpp(self):
        return self.suffix in (".h", ".cc")

    @property
    def is_python(self):
        return self.suffix == ".py" or self.text.startswith("#!/usr/bin/env python3")

    @property
    def is_code(self):
        return self.is_cpp or self.suffix in (".py", ".sh", ".cmake", ".msg") \
            or self.text.startswith("#!")

    @functools.cached_property
    def code(self):
        """C++ without comments and with empty literals, line by line as in the file."""
        return blank_out(self.text)


def blank_out(text):
    pattern = re.compile(
        r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', re.S)

    def replace(found):
        token = found.group(0)
        if token.startswith("/"):
            return "\n" * token.count("\n")
        # A digit separator is not a character.
        return '""' + "\n" * token.count("\n") if token[0] in 'R"' else "' '"
    text = re.sub(r"(?<=\d)'(?=\d)", "", text)
    return pattern.sub(replace, text)


def statements(code):
    """(line, text) of each statement; a brace inside one (not a block) stays in its text."""
    begin, line_of_begin, line = 0, 1, 1
    parens = 0
    inner = 0  # braces open inside the statement
    for at, character in enumerate(code):
        if character == "\n":
            line += 1
        if character in "([":
            parens += 1
        elif character in ")]":
            parens -= 1
        elif character == "{":
            if parens or inner or not is_block(code[begin:at]):
                inner += 1
                continue
        elif character == "}" and inner:
            inner -= 1
            continue
        if character in ";{}" and not parens and not inner:
            text = code[begin:at].strip()
            if text:
                blank = len(code[begin:at]) - len(code[begin:at].lstrip())
                yield line_of_begin + code.count("\n", begin, begin + blank), text
            begin, line_of_begin = at + 1, line


def is_block(before):
    """Whether a brace after this text opens a block rather than an initialiser."""
    before = before.strip()
    if not before or BLOCK_OPENERS.search(before) or before.endswith(":"):
        return True
    return bool(re.match(r"(?:namespace|class|struct|enum|union|extern|template|export|inline "
                         r"namespace|case|default|public|private|protected)\b", before))


def functions(lines):
    """(first line, number of lines) of what looks like a function at file or class level."""
    start, indent = None, None
    for number, line in enumerate(lines, 1):
        if start is None:
            found = FUNCTION.match(line)
            if found:
                start, indent = number, found.group(1)
        elif line.startswith(indent + "}"):
            yield start, number - start + 1
            start = None


def top_folders(files):
    return {file.folder for file in files if file.folder and not file.folder.startswith(".")}


def siblings(files, folder):
    return [file for file in files if str(pathlib.PurePosixPath(file.path).parent) == folder]
