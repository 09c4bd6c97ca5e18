"""Every mistake of the table gets one clear line, and writes nothing."""

import importlib.util
import runpy
import shlex
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hydra._internal.utils import get_args_parser

from smc.config.flags import FLAGS, WORKING

spec = importlib.util.spec_from_file_location("mistakes", Path(__file__).with_name("mistakes.py"))
mistakes = importlib.util.module_from_spec(spec)
spec.loader.exec_module(mistakes)


ALL = {**mistakes.QUICK, **mistakes.DEAR}
#: Every third of those that are answered at once; all with --slow.
SOME = set(list(mistakes.QUICK)[::3])


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    """Leave Ctrl-C, and what prints surprises, to the tests that follow as they were."""
    before, hook = signal.getsignal(signal.SIGINT), sys.excepthook
    yield
    signal.signal(signal.SIGINT, before)
    sys.excepthook = hook


@pytest.mark.filterwarnings("ignore::RuntimeWarning:runpy")
@pytest.mark.parametrize(
    "line", [line if line in SOME else pytest.param(line, marks=pytest.mark.slow) for line in ALL]
)
def test_a_mistake_is_one_clear_line(line, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["smc", *shlex.split(line)])
    with pytest.raises(SystemExit) as ended:
        runpy.run_module("smc", run_name="__main__")
    shown = capsys.readouterr()
    text = (shown.out + shown.err).strip()
    assert mistakes.is_well_said(text, ended.value.code, ALL[line]), text
    assert list(tmp_path.iterdir()) == []


def test_the_table_is_large():
    assert len(ALL) > 130


def test_every_option_of_the_installed_hydra_works_or_is_refused_by_name():
    known = {action.dest for action in get_args_parser()._actions}
    assert known == WORKING | FLAGS.keys()
