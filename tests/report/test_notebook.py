"""What a notebook shows of what `smc.api` returns."""

import html
import re

import pytest

from smc import api
from smc.report.document import Section, Table
from smc.report.notebook import in_notebook

MARKET = (
    "data=simulated",
    "data.n_bars=2500",
    "data.n_symbols=1",
    "symbol=S01",
    "events.last=150",
    "aug=none",
)


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> dict[str, object]:
    place = f"paths.output={tmp_path_factory.mktemp('notebook')}"
    run = api.train([*MARKET, "model=logistic", "cv=holdout", "monitor=none", place])
    root = run.path.parents[1]
    return {
        "run": run,
        "selection": api.select([place]),
        "audit": api.audit([*MARKET, "model=logistic", place], only=["split"]),
        "model": api.explain(run, output=root),
        "event": api.explain(run, "last", output=root),
    }


def text(shown: str) -> str:
    return html.unescape(re.sub(r"<style>.*?</style>|<[^>]+>", " ", shown))


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("run", "events.last"),
        ("selection", "NO_MODEL"),
        ("audit", "Leakage audit"),
        ("model", "Explained is the"),
        ("event", "One decision: S01"),
    ],
)
def test_a_cell_that_ends_in_a_result_shows_its_tables(made, name, says):
    shown = made[name]._repr_html_()
    assert "<table" in shown
    assert says.lower() in text(shown).lower()


def test_show_prints_what_the_command_does(made, capsys):
    run = made["run"]
    api.show(run, output=run.path.parents[1])
    printed = capsys.readouterr().out
    assert run.run_id in printed
    assert "Provenance" in printed or "Identity" in printed or "features" in printed


def test_text_from_outside_does_not_become_markup():
    evil = "<img src=x onerror=alert(1)>"
    shown = in_notebook([Section(evil, [evil], [Table((evil, "b"), [(evil, evil)], n_text=2)])])
    assert "<img" not in shown
    assert shown.count("&lt;img") == 5


def test_the_functions_are_named():
    commands = {"archive", "audit", "clean", "explain", "runs", "select", "show", "tag", "train"}
    of_the_desk = {"registry", "propose", "promote", "retire", "rollback"}
    assert set(api.__all__) == commands | of_the_desk | {"decide", "features", "trades"}
    assert all(callable(getattr(api, name)) for name in api.__all__)
