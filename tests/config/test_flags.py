"""Flags of a command line stand where people type them: before the overrides, between them, behind them."""

import pytest

from smc.config.command import read_command

LINES = (
    "symbol=SP500 -m model=baseline seed=0,1",
    "-m symbol=SP500 model=baseline seed=0,1",
    "symbol=SP500 model=baseline seed=0,1 -m",
    "symbol=SP500 --multirun model=baseline seed=0,1",
    "symbol=SP500 --config-dir . -m model=baseline seed=0,1",
    "symbol=SP500 -m model=baseline -cd . seed=0,1",
    "symbol=SP500 model=baseline -m --config-dir=. seed=0,1",
)


@pytest.mark.parametrize("line", LINES)
def test_flags_may_stand_anywhere(line):
    command = read_command(line.split())
    assert [job.name for job in command.jobs()[0]] == ["seed=0", "seed=1"]
    assert {job.config["model"]["_target_"] for job in command.jobs()[0]} == {"smc.model.baseline.Baseline"}


def test_flags_that_print_may_stand_anywhere(monkeypatch, capsys):
    for line in (
        "seed=7 --cfg job side=structure",
        "--cfg job seed=7 side=structure",
        "seed=7 side=structure -c job",
    ):
        monkeypatch.setattr("sys.argv", ["smc.train", *line.split()])
        assert read_command(line.split()) is None
        told = capsys.readouterr().out
        assert "\nseed: 7\n" in told
        assert "\nside: structure\n" in told
