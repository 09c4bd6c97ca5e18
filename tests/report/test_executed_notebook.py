"""A notebook from top to bottom, in a kernel of its own."""

import re

import nbformat
import pytest
from nbclient import NotebookClient

CELLS = (
    """
import pandas as pd
from smc import api
from smc.data.simulated import Simulated
bars = Simulated(n_bars=2500, n_symbols=1).load("S01")
small = ["model=baseline", "events.last=150", "cv=holdout", "aug=none", "monitor=none"]
run = api.train(small, bars=bars)
run
""",
    "api.train(['model=lsmt'])",
    "api.train(small, bars=bars.assign(high=bars['low'] - 1))",
    "api.select()",
    "api.show(run)",
    "import warnings; warnings.warn('look here')",
)


@pytest.fixture(scope="module")
def cells(tmp_path_factory) -> list[nbformat.NotebookNode]:
    """The cells with what each gave."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in CELLS])
    place = tmp_path_factory.mktemp("notebook")
    client = NotebookClient(notebook, timeout=300, allow_errors=True, resources={"metadata": {"path": place}})
    return client.execute().cells


def shown(cell: nbformat.NotebookNode, kind: str = "text/html") -> str:
    return "".join(
        output.data.get(kind, "") for output in cell.outputs if output.output_type == "execute_result"
    )


def errors(cell: nbformat.NotebookNode) -> list[str]:
    told = ["\n".join(output.traceback) for output in cell.outputs if output.output_type == "error"]
    return [re.sub(r"\x1b\[[0-9;]*m", "", each) for each in told]


def test_a_run_on_a_table_shows_its_figures_and_a_selection_its_verdicts(cells):
    first, _, _, selection, *_ = cells
    assert "<table>" in shown(first)
    assert errors(first) == []
    assert "NO_MODEL" in shown(selection)


def test_a_mistake_is_one_line(cells):
    _, typo, bad_bars, *_ = cells
    (said,) = errors(typo)
    assert said.startswith("error: model=lsmt")
    assert "did you mean" in said
    assert "\n" not in said
    (said,) = errors(bad_bars)
    assert said.startswith("error: ")
    assert "BARS.parquet" in said
    assert "Traceback" not in said


def test_show_prints_tables_and_warnings_are_seen(cells):
    *_, show, warned = cells
    assert any(output.get("name") == "stdout" and "BARS" in output.text for output in show.outputs)
    assert any(output.get("name") == "stderr" and "look here" in output.text for output in warned.outputs)
