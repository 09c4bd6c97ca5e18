"""python -m smc.select leaves its reports behind."""

import json

import pytest

from smc import select


@pytest.mark.parametrize("rule", ["honest", "classic"])
def test_the_page_and_the_markdown_stand_under_the_output(commit, fail, output, capsys, rule):
    commit("a1")
    commit("b2", 0.5, symbols=("GBPUSD",))
    fail("c3", "XAUUSD")
    select.main([f"paths.output={output}", f"selection={rule}"])
    suffix = "" if rule == "honest" else f".{rule}"
    manifest = json.loads((output / f"manifest{suffix}.json").read_bytes())
    (folder,) = (output / "reports" / "selection").iterdir()
    page = (folder / "index.html").read_text(encoding="utf-8")
    assert (output / f"report{suffix}.html").read_text(encoding="utf-8") == page
    assert {path.stem for path in folder.glob("*.md")} == {"overfitting", *manifest["selections"]}
    for entry in manifest["selections"].values():
        assert all(row["run_id"] in page for row in entry["comparison"])
    assert str(folder / "index.html") in capsys.readouterr().out.replace("\n   ", "")


def test_a_verdict_stands_on_its_page(commit, output):
    commit("a1")
    select.main([f"paths.output={output}"])
    (folder,) = (output / "reports" / "selection").iterdir()
    assert (folder / "EURUSD.md").read_text(encoding="utf-8").startswith("# EURUSD: DEPLOY\n")
