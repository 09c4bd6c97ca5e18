"""The commands by name: python -m smc, and the console script smc."""

import subprocess
import sys

import pytest

import smc
from smc.__main__ import COMMANDS, main, said
from smc.fingerprint import PACKAGE


def commands() -> set[str]:
    """Every module and package of smc that does something when it is run."""
    modules = {path.stem for path in PACKAGE.glob("*.py") if '__name__ == "__main__"' in path.read_text()}
    return modules - {"__main__"} | {path.parent.name for path in PACKAGE.glob("*/__main__.py")}


def test_every_command_is_listed_with_what_it_does_and_how_it_is_typed(capsys):
    assert set(COMMANDS) == commands()
    with pytest.raises(SystemExit) as end:
        main([])
    shown = capsys.readouterr().out
    assert end.value.code == 0
    for name in COMMANDS:
        what, _, example = said(name).partition(": ")
        assert example.startswith(f"python -m smc.{name}"), name
        assert what in shown
        assert example in shown


def test_the_version_is_that_of_the_code(capsys):
    with pytest.raises(SystemExit) as end:
        main(["--version"])
    assert (end.value.code, capsys.readouterr().out) == (0, f"smc {smc.__version__}\n")


def test_a_command_that_there_is_not_is_refused_with_the_nearest_one(capsys):
    with pytest.raises(SystemExit) as end:
        main(["shw", "3f2a"])
    assert end.value.code == 2
    assert capsys.readouterr().err.startswith(
        "error: there is no command shw; did you mean show? (commands: "
    )


def python(*arguments: str, cwd) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], cwd=cwd, capture_output=True, text=True, check=False, timeout=120
    )


def test_a_command_by_its_name_is_the_command(tmp_path):
    one = python("-m", "smc", "diff", "--help", cwd=tmp_path)
    other = python("-m", "smc.diff", "--help", cwd=tmp_path)
    assert (one.returncode, one.stdout) == (0, other.stdout)


def test_a_mistake_in_a_command_by_its_name_ends_as_the_command_does(tmp_path):
    done = python("-m", "smc", "train", "model=lsmt", cwd=tmp_path)
    assert done.returncode == 2
    assert "did you mean" in done.stderr
    assert "Traceback" not in done.stderr
