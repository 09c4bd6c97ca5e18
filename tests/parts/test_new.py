"""What `python -m smc.new` writes works as it is; what it must not write over stays."""

import doctest
import importlib
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from smc.config.compose import compose
from smc.config.options import options
from smc.errors import ConfigError
from smc.new import main
from smc.parts.kinds import GROUPS, KINDS, Kind, kind_of
from smc.parts.written import NewPart

IDS = [kind.name for kind in KINDS]
#: What `callback` needs: it is one of Lightning's.
KINDS_HERE = [pytest.param(kind, marks=pytest.mark.slow if kind.name == "callback" else ()) for kind in KINDS]


@pytest.fixture
def in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def lines_of(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().out


@pytest.mark.parametrize("kind", KINDS_HERE, ids=IDS)
def test_the_option_is_found_and_composes_to_what_the_constructor_takes(kind: Kind, write) -> None:
    part = write(kind.name)
    assert part.name in options(kind.group, [Path("conf")])
    config = compose([f"{kind.group}={part.name}", *part.kind.typed.split()], config_dir="conf")
    node = config[kind.group]
    node = node[kind.entry][part.name] if kind.entry else node
    assert node["_target_"] == part.target
    option = Path("conf", kind.group, f"{part.name}.yaml").read_text()
    assert part.train in option
    assert "my_part" not in option
    assert "MyPart" not in option
    assert yaml.safe_load(option)


@pytest.mark.parametrize("kind", KINDS_HERE, ids=IDS)
def test_the_class_keeps_its_own_examples(kind: Kind, write) -> None:
    part = write(kind.name)
    module = importlib.import_module(part.name)
    assert doctest.testmod(module).failed == 0
    assert module.__doc__
    cls = getattr(module, part.class_name)
    assert cls.__doc__
    assert all(own.__doc__ for name, own in vars(cls).items() if callable(own) and not name.startswith("__"))


def test_what_is_written_is_as_tidy_as_smc(write) -> None:
    for name in GROUPS:
        write(name)
    rules = Path(__file__).parents[2] / "pyproject.toml"
    for command in (["check", "--ignore", "ARG002,I001"], ["format", "--check"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--config", rules, "--no-cache", "."],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout


def test_the_commands_are_told_and_the_files_are_there(tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    main(["label", "weekly_move"])
    told = lines_of(capsys)
    for words in (
        "WeeklyMove, a label:",
        "weekly_move.py",
        "python -m smc.check weekly_move.WeeklyMove",
        "python -m pytest test_weekly_move.py",
        "SMC_ALLOW=weekly_move python -m smc.train --config-dir conf labels=weekly_move",
        "python -m smc.check --contract label",
    ):
        assert words in told
    found = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert found == {"weekly_move.py", "test_weekly_move.py", "conf/labels/weekly_move.yaml"}


@pytest.mark.parametrize(
    ("typed", "module"), [("WeeklyMove", "weekly_move"), ("weekly_move", "weekly_move"), ("RSI2", "rsi2")]
)
def test_a_part_is_named_by_its_module_or_by_its_class(typed, module, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert NewPart.called(kind_of("label"), typed, "conf").name == module


@pytest.mark.parametrize(
    ("kind", "name", "told"),
    [
        ("label", "2fast", "a word of letters, digits and _"),
        ("label", "my-label", "a word of letters, digits and _"),
        ("label", "class", "a word of letters, digits and _"),
        ("label", "../up", "a word of letters, digits and _"),
        ("label", "direction", "is an option of labels already; choose another name, as my_direction"),
        ("model", "xgboost", "is an option of model already"),
        ("label", "random", "is a module of Python's own"),
        ("label", "numpy", "is the name of a module that can be imported already"),
        ("label", "smc", "is the name of a module"),
        ("label", "conf", "is the name of a folder"),
    ],
)
def test_a_name_that_is_taken_or_none_is_refused(kind, name, told, in_a_folder, capsys) -> None:
    with pytest.raises(SystemExit) as end:
        main([kind, name])
    assert end.value.code == 2
    assert told in capsys.readouterr().err
    assert list(in_a_folder.iterdir()) == []


@pytest.mark.parametrize("there", ["own_label.py", "test_own_label.py", "conf/labels/own_label.yaml"])
def test_nothing_is_written_over_and_nothing_is_half_written(there, tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / there
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("mine: 1\n")
    with pytest.raises(SystemExit) as end:
        main(["label", "own_label"])
    assert end.value.code == 2
    assert "already" in capsys.readouterr().err
    assert [each for each in tmp_path.rglob("*") if each.is_file()] == [path]
    assert path.read_text() == "mine: 1\n"


def test_a_folder_that_may_not_be_written_is_named(tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "conf").write_text("a file, and no folder")
    with pytest.raises(SystemExit) as end:
        main(["label", "own_label"])
    assert end.value.code in (2, 3)
    assert "conf" in capsys.readouterr().err
    assert {path.name for path in tmp_path.iterdir()} == {"conf"}


def test_a_name_is_refused_by_its_error_class() -> None:
    with pytest.raises(ConfigError):
        NewPart.called(kind_of("label"), "", "conf")
