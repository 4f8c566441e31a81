"""The cases, a module an API. Each module has CASES; a golden file of its name has the answers."""

import importlib
import pathlib


def groups():
    """Name of the group -> its cases, for all modules of this folder."""
    found = {}
    for path in sorted(pathlib.Path(__file__).parent.glob("*.py")):
        if path.stem in ("__init__", "requests"):
            continue
        cases = importlib.import_module(f"cases.{path.stem}").CASES
        titles = [case.title for case in cases]
        twice = {title for title in titles if titles.count(title) > 1}
        assert not twice, f"{path.stem}: more than one case is called {twice}"
        found[path.stem] = cases
    return found
