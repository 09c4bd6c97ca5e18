"""python -m smc.select at the terminal."""

import pytest

from smc import select
from smc.cli import EXIT_USER_ERROR


@pytest.fixture
def at_terminal(output, capsys, monkeypatch):
    """Run the command line; what it printed."""
    monkeypatch.setenv("COLUMNS", "160")

    def run(*arguments: str) -> str:
        select.main([f"paths.output={output}", *arguments])
        return capsys.readouterr().out

    return run


def test_a_row_a_symbol_then_why_then_where(commit, fail, at_terminal, output):
    commit("a1")
    commit("b2", 0.5, symbols=("GBPUSD",))
    fail("c3", "XAUUSD")
    lines = at_terminal().splitlines()
    (row,) = (line for line in lines if line.strip().startswith("EURUSD  "))
    assert row.split() == (
        [
            "EURUSD",
            "DEPLOY",
            "logistic",
            "strong",
            "all",
            "passed",
            "65.0",
            "%",
            "5.0",
            "%",
            "65.0",
            "%",
            "0.0005",
            "1",
        ]
    )
    assert any("GBPUSD: return coefficient above the baseline " in line for line in lines)
    assert any("no finished run has out-of-fold evidence" in line for line in lines)
    text = " ".join(" ".join(lines).split())
    assert f"1 of 3 symbols have a model, 2 need a look: {output}/manifest.json" in text
    assert "cannot be told from luck" in text
    assert "p 0.0005: it would pass as the best of 711 more" in text


def test_changes_are_told_when_asked_for(commit, at_terminal):
    commit("a1")
    assert "Changed" not in at_terminal()
    commit("b2", 0.8)
    text = at_terminal("--diff")
    assert "EURUSD: candidate logistic a1 -> logistic b2" in text
    assert "nothing" in at_terminal("--diff")


@pytest.mark.parametrize("last", ["{garbage", "[]", '{"selections": {"EURUSD": 3}}'])
def test_a_last_manifest_that_cannot_be_read_is_said_and_replaced(commit, at_terminal, output, last):
    commit("a1")
    output.mkdir(exist_ok=True)
    (output / "manifest.json").write_text(last)
    assert f"the last {output}/manifest.json cannot be compared with" in " ".join(
        at_terminal("--diff").split()
    )
    assert " - nothing" in at_terminal("--diff")


def test_another_rule_says_that_machines_do_not_read_it(commit, at_terminal, output):
    commit("a1")
    assert "Machines read" not in at_terminal()
    told = "".join(at_terminal("selection=classic").split())
    assert f"{output}/manifest.classic.json" in told
    assert f"Machinesread{output}/manifest.json" in told


def test_overrides_stand_before_and_after_options(commit, at_terminal):
    commit("a1", gap=0.16)
    assert "DEPLOY" in at_terminal("--diff", "selection=classic")


def test_overrides_work_as_for_a_run(commit, at_terminal):
    commit("a1", gap=0.16)
    assert "DEPLOY" in at_terminal("selection=classic")
    assert "NO_MODEL" in at_terminal("selection=classic", "selection.max_train_val_gap=0.15")


def test_damaged_and_missing_runs_are_told(commit, at_terminal):
    commit("a1")
    (commit("b2") / "run.json").write_bytes(b"{}")
    assert "damaged, left out: b2" in at_terminal()


@pytest.mark.parametrize("arguments", [[], ["selection=nothing"]])
def test_a_mistake_ends_in_a_line_and_code_2(output, capsys, arguments):
    with pytest.raises(SystemExit) as ended:
        select.main([f"paths.output={output}", *arguments])
    assert ended.value.code == EXIT_USER_ERROR
    assert capsys.readouterr().err.startswith("error: ")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("selecton=classic", "selection"),
        ("selection.n_drws=300", "selection.n_draws"),
        ("selection=clasic", "classic"),
    ],
)
def test_a_typo_is_told_what_it_may_mean(output, capsys, typed, meant):
    with pytest.raises(SystemExit):
        select.main([f"paths.output={output}", typed])
    assert f"did you mean {meant}?" in capsys.readouterr().err


def test_help_names_the_rules(capsys):
    with pytest.raises(SystemExit):
        select.main(["--help"])
    assert "selection=classic" in capsys.readouterr().out
