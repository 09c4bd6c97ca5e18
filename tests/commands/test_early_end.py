"""What ends a command before it has begun its work."""

import subprocess
import sys

import pytest

from smc import reproduce, train
from smc.cli import EXIT_INTERRUPTED, EXIT_USER_ERROR

#: Start a command, and press Ctrl-C as it begins to import pandas.
SCRIPT = """
import builtins, os, runpy, signal, sys

signal.signal(signal.SIGINT, signal.default_int_handler)
command, true_import = sys.argv.pop(1), builtins.__import__

def interrupted(name, *rest, **named):
    if name == "pandas":
        builtins.__import__ = true_import
        os.kill(os.getpid(), signal.SIGINT)
    return true_import(name, *rest, **named)

builtins.__import__ = interrupted
runpy.run_module(command, run_name="__main__", alter_sys=True)
"""


@pytest.mark.parametrize("command", ["train", "show", "select", "diff 3f2a 91cc", "reproduce", "explain"])
def test_ctrl_c_while_a_command_imports_ends_it_in_a_word(command, tmp_path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *f"smc.{command}".split()],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (done.returncode, done.stderr) == (EXIT_INTERRUPTED, "interrupted\n")


def test_all_symbols_in_one_run_are_told_to_be_a_sweep(tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["train", "symbol=all", "model=logistic"])
    with pytest.raises(SystemExit) as ended:
        train.main()
    assert ended.value.code == EXIT_USER_ERROR
    assert "symbol=all is a sweep over all symbols: add -m" in capsys.readouterr().err


def test_a_negative_tolerance_is_refused(capsys) -> None:
    with pytest.raises(SystemExit) as ended:
        reproduce.main(["--tolerance=-1"])
    assert ended.value.code == EXIT_USER_ERROR
    assert "--tolerance must not be negative, got -1.0" in capsys.readouterr().err
