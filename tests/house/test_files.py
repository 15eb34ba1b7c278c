"""The house rules that a machine can keep: sizes, names, and what an __init__ may hold."""

import ast
import subprocess
from pathlib import Path

import schema

ROOT = Path(__file__).resolve().parents[2]
LONGEST = 350
NINE_IN_TEN = 220
ROLE_NAMES = {"util", "utils", "helper", "helpers", "common", "misc", "manager", "managers", "service", "services"}


def tracked(pattern: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", pattern],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split("\n")
    return [ROOT / name for name in listed if name and (ROOT / name).exists()]


def product_files() -> list[Path]:
    aside = (ROOT / "tests", ROOT / "migrations" / "versions")
    return [path for path in tracked("*.py") if not any(path.is_relative_to(folder) for folder in aside)]


def lines_of(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def test_no_file_is_too_long_and_nine_in_ten_are_short():
    sizes = sorted((lines_of(path), str(path.relative_to(ROOT))) for path in product_files())
    assert [entry for entry in sizes if entry[0] > LONGEST] == []
    assert sizes[int(len(sizes) * 0.9)][0] <= NINE_IN_TEN


def test_files_are_named_by_what_they_know_not_by_a_role():
    named = [path for path in tracked("*.py") if {path.stem, path.parent.name} & ROLE_NAMES]
    assert named == []


def test_an_init_holds_a_docstring_and_nothing_else():
    for path in product_files():
        if path.name == "__init__.py" and path != ROOT / "schema" / "__init__.py":
            body = ast.parse(path.read_text(encoding="utf-8")).body
            assert len(body) == 1, path
            assert isinstance(body[0], ast.Expr), path


def test_tests_are_no_package():
    assert [path for path in tracked("tests/*.py") if path.name == "__init__.py"] == []


def test_every_module_says_in_one_sentence_what_it_knows():
    for path in tracked("*.py"):
        assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))), path


def test_no_import_stands_inside_a_function():
    # The launcher runs on Pythons that could not even parse what it imports late.
    for path in product_files():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        inside = [
            inner.lineno
            for function in ast.walk(tree)
            if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef))
            for inner in ast.walk(function)
            if isinstance(inner, (ast.Import, ast.ImportFrom))
        ]
        assert inside == [], path


def test_the_package_schema_is_ours():
    # A package of this name exists on the registry.
    assert Path(str(schema.__file__)).is_relative_to(ROOT)


def test_no_file_names_a_path_of_this_machine():
    texts = [path for path in tracked("*") if path.suffix in {".py", ".md", ".toml", ".txt", ".lock", ".graphql", ""}]
    found = [path for path in texts if f"{ROOT}/" in path.read_text(encoding="utf-8", errors="ignore")]
    assert found == []
