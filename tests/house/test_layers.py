"""What may import what, where import-linter does not look."""

import ast
from pathlib import Path

import pytest

from smc.fingerprint import PACKAGE

REPOSITORY = PACKAGE.parent
FILES = sorted(PACKAGE.rglob("*.py"))
#: The only names that the top level may hold.
TOP = {"conf", "smc", "tests", "outputs", "multirun.sh", "pyproject.toml", "README.md", "LICENSE"}


def imports(path: Path) -> set[str]:
    """Name the top-level packages that a file imports anywhere."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {each.name.split(".")[0] for each in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found


def folder(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_heavy_packages_stay_where_they_are_needed(path: Path) -> None:
    found = imports(path)
    if found & {"torch", "pytorch_lightning", "lightning"}:
        assert folder(path) in {"model", "monitor", "aug", "artifact"}
    if found & {"hydra", "omegaconf"}:
        assert folder(path) in {"config", "train.py", "api.py"}
    if folder(path) == "launcher":  # joblib counts the cores that a container leaves
        found.discard("joblib")
    assert not found & {"pickle", "joblib", "dill", "cloudpickle", "shelve", "marshal"}


def test_the_top_level_holds_what_it_may() -> None:
    names = {path.name for path in REPOSITORY.iterdir() if not path.name.startswith(".")}
    tracked = {name for name in names if name not in {"build", "dist"} and not name.endswith(".egg-info")}
    assert tracked <= TOP
    assert {"conf", "smc", "tests", "outputs", "pyproject.toml", "README.md", "LICENSE"} <= tracked


def test_no_file_has_a_name_that_says_nothing() -> None:
    for path in FILES:
        assert path.stem not in {
            "utils",
            "util",
            "helpers",
            "common",
            "manager",
            "handler",
            "processor",
            "misc",
        }
