"""The recount shares no code with what it checks: it would repeat its slips."""

import ast
import sys
from pathlib import Path

CLI = Path(__file__).resolve().parents[2] / "cli"
RECOUNT = (CLI / "recount.py", CLI / "recount_words.py")
ITS_OWN = {f"cli.{path.stem}" for path in RECOUNT}


def modules_of(source: str) -> set[str]:
    """Every module the source imports, by whatever way."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            found.add(f"{'.' * node.level}{node.module or ''}")
        elif isinstance(node, ast.Name) and node.id in {"__import__", "exec", "eval"}:
            found.add(node.id)
    return found


def strangers_in(source: str) -> set[str]:
    """What it imports beyond the standard library and itself."""
    return {
        module for module in modules_of(source) if module.partition(".")[0] not in _STANDARD and module not in ITS_OWN
    }


_STANDARD = sys.stdlib_module_names - {"importlib", "runpy"}


def test_a_recount_knows_the_standard_library_and_itself():
    for path in RECOUNT:
        assert strangers_in(path.read_text(encoding="utf-8")) == set(), path


def test_whatever_way_it_came_in_it_would_be_seen():
    for line in (
        "import glaze.highlights.voice",
        "from glaze.highlights import receipts",
        "from cli.demo import check",
        "from . import demo",
        "import importlib",
        "__import__('glaze')",
        "def f():\n    from glaze.snapshots import compute",
    ):
        assert strangers_in(line), line
