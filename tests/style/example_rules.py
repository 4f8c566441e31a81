"""What each of the harder rules must find, and what it must leave alone."""

import pathlib
import tempfile

import rules
import source

AWAITING = {
    "co_await send(Frame{1, 2});": True,
    "const auto frame = Frame{co_await size()};": True,
    "co_await run([&] { return 1; });": True,
    "co_await run([this](int at) { return at; });": True,
    "auto x = good ? co_await one() : two();": True,
    "co_await run(\n    // a comment with { and ?\n    \"a { literal ? yes\", kept);": False,
    "if (co_await ready()) { go(); }": False,
    "for (int at = 0; at < co_await count(); ++at) { go(Frame{at}); }": False,
    "while (co_await more()) {\n    const Frame frame{1};\n}": False,
    "const Frame frame{1, 2};\nco_await send(frame);": False,
    "co_return co_await send(frame);": False,
    "Task<int> get() {\n    co_return co_await next(1'000);\n}": False,
}


def file_of(folder, path, text):
    full = pathlib.Path(folder) / path
    full.parent.mkdir(parents=True, exist_ok=True)
    full.write_text(text, encoding="utf-8")
    return source.File(pathlib.Path(folder), path)


def complaints():
    with tempfile.TemporaryDirectory() as folder:
        for text, wrong in AWAITING.items():
            body = f"Task<> f() {{\n{text}\n}}\n"
            if bool(list(rules.awaiting_is_plain([file_of(folder, "broker/a.cc", body)]))) != wrong:
                yield f"awaiting_is_plain {'misses' if wrong else 'finds'}: {text}"
        long = "void f(int a) {\n" + "    g();\n" * 70 + "}\n"
        if not list(rules.functions_are_short([file_of(folder, "base/b.cc", long)])):
            yield "functions_are_short misses a function of 72 lines"
        up = file_of(folder, "protocol/c.h", '// C.\n#pragma once\n#include "storage/log.h"\n')
        if not list(rules.includes_point_down([up])):
            yield "includes_point_down misses storage/ in protocol/"
        down = file_of(folder, "storage/d.h", '// D.\n#pragma once\n#include "base/bytes.h"\n')
        if list(rules.includes_point_down([down])):
            yield "includes_point_down finds base/ in storage/"
        undone = file_of(folder, "base/e.cc", "// TO" + "DO: all of it\n")
        if not list(rules.nothing_is_left_undone([undone])):
            yield "nothing_is_left_undone misses what is left to do"
