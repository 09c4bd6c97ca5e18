"""Importing a file of this repository reads no command line: pytest imports all of them under its own."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
BENCHES = sorted((REPOSITORY / "tests" / "bench").glob("*.py"))
FILES = sorted(path for folder in ("smc", "tests") for path in (REPOSITORY / folder).rglob("*.py"))

#: A name that stands for the command line.
COMMAND_LINE = {"argv", "orig_argv", "parse_args", "parse_known_args"}


def is_main_guard(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) == "__name__ == '__main__'"


def at_import(node: ast.AST) -> Iterator[ast.AST]:
    """Give every node that an import carries out: no body of a function, nothing under the guard of a script."""
    yield node
    for name, child in ast.iter_fields(node):
        if name == "body" and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        for part in child if isinstance(child, list) else [child]:
            if isinstance(part, ast.AST) and not is_main_guard(part):
                yield from at_import(part)


def reads_the_command_line(source: str) -> bool:
    names = {getattr(node, "attr", getattr(node, "id", None)) for node in at_import(ast.parse(source))}
    return bool(names & COMMAND_LINE)


@pytest.mark.parametrize(
    ("source", "reads"),
    [
        ("N = int(sys.argv[1])", True),
        ("if len(sys.argv) > 1:\n    N = 2", True),
        ("from sys import argv\nN = argv[1]", True),
        ("class A:\n    n = sys.argv", True),
        ("def main(n=sys.argv[1]): ...", True),
        ("OPTIONS = parser.parse_args()", True),
        ("def main():\n    return sys.argv", False),
        ("if __name__ == '__main__':\n    main(sys.argv)", False),
        ("CODE = 'sys.argv'", False),
    ],
)
def test_what_reads_the_command_line_is_told(source: str, reads: bool) -> None:
    assert reads_the_command_line(source) == reads


def test_no_file_reads_the_command_line_when_it_is_imported() -> None:
    assert len(BENCHES) > 20
    assert [path for path in FILES if reads_the_command_line(path.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize("path", BENCHES, ids=lambda path: path.stem)
def test_a_bench_runs_as_a_script_alone(path: Path) -> None:
    """Its last statement calls main, and every other one defines something."""
    *body, last = ast.parse(path.read_text(encoding="utf-8")).body
    assert is_main_guard(last)
    definitions = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef, ast.Assign, ast.AnnAssign)
    loose = [node for node in body[1:] if not isinstance(node, definitions)]
    assert [ast.unparse(node) for node in loose] == []
