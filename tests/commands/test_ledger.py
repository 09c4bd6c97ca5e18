"""What was tried, shown, checked and brought in from elsewhere: python -m smc.ledger"""

import shutil

import numpy as np
import pytest

from smc import api, ledger, show
from smc.errors import ResultsError
from smc.results import load_run
from smc.selection.measures import return_coefficient
from smc.training import evidence
from smc.trials import Ledger

QUICK = (
    *("data=simulated", "data.n_bars=4000", "data.n_symbols=1", "data.edge_frac=1.0", "symbol=S01"),
    *("model=logistic", "aug=none", "evaluation.n_bootstrap=20"),
)


@pytest.fixture
def output(tmp_path):
    return tmp_path / "outputs"


@pytest.fixture
def train(output):
    """Carry out a small run that a selection deploys."""
    return lambda *overrides: api.train([*QUICK, f"paths.output={output}", *overrides])


@pytest.fixture
def said(output, capsys, monkeypatch):
    """Run the command, and return its exit code with all that it printed, in one line."""
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments: str) -> tuple[int, str]:
        try:
            ledger.main([*arguments, "--output", str(output)])
            code = 0
        except SystemExit as ended:
            code = int(ended.code or 0)
        printed = capsys.readouterr()
        return code, " ".join(f"{printed.out} {printed.err}".split())

    return run


def test_an_empty_one_says_what_to_do(said):
    assert "Nothing was tried yet: python -m smc.train makes a run." in said()[1]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["import"], "import: name a folder of results or a CSV file"),
        (["verify", "outputs"], "verify outputs: places are for `import` alone"),
        (["list", "a", "b"], "list a b: places are for `import` alone"),
    ],
)
def test_places_are_asked_for_by_import_alone(said, arguments, told):
    code, text = said(*arguments)
    assert code == 2
    assert told in text


def test_a_market_is_a_row_with_all_that_it_is_charged_for(train, said, output):
    train()
    train("reg=tiny")
    api.select([f"paths.output={output}"])
    code, text = said()
    assert code == 0
    assert "symbols first bar last bar trials untold rounds openings runs" in text
    assert text.endswith("S01 2000-01-02 2002-07-23 2 0 2 1 2")


def test_a_sound_one_is_said_to_be_and_a_changed_one_is_named(train, said):
    train()
    assert said("verify") == (0, f"Ledger - At {Ledger().place}. - 4 events, each naming the one before; "
                                 "every row follows from them.")  # fmt: skip
    from sqlalchemy import create_engine, text

    engine = create_engine(Ledger().place)
    with engine.begin() as connection:
        connection.execute(text("UPDATE runs SET round = 0"))
    engine.dispose()
    code, told = said("verify")
    assert code == 1
    assert "runs" in told


def test_runs_of_a_colleague_are_counted_with_what_they_looked_at(train, said, output, tmp_path, monkeypatch):
    """The p-value, the opening and what was asked for come along: another ledger makes no verdict better."""
    train()
    train("reg=tiny")
    before = api.select([f"paths.output={output}"]).manifest["selections"]["S01"]
    monkeypatch.setenv("SMC_LEDGER", str(tmp_path / "mine.sqlite"))
    with pytest.raises(ResultsError, match=r"2 finished runs .* are not in the ledger .*mine\.sqlite"):
        api.select([f"paths.output={output}"])
    assert said("import", str(output)) == (0, f"From {output} - 2 trials counted.")
    assert said("import", str(output))[1].endswith("nothing that the ledger does not know.")
    after = api.select([f"paths.output={output}", "selection.alpha=0.2"]).manifest
    entry = after["selections"]["S01"]
    assert entry["verdict"] == "WATCH", "what the first selection asked for binds this one"
    assert entry["evidence"]["p_values"]["corrected"] >= before["evidence"]["p_values"]["corrected"]
    market = Ledger().market_trials(Ledger().trials()["market"].iloc[0])
    assert [opening.by for opening in market.openings] == ["honest"]
    assert Ledger().verify() == []


def test_runs_of_an_earlier_measure_are_counted_by_that_of_today(train, said, output, tmp_path, monkeypatch):
    """A folder that keeps what was flattered makes no verdict better in a ledger that is new."""

    def column():
        (own,) = Ledger().market_trials(Ledger().trials()["market"].iloc[0]).columns
        return own.values

    with monkeypatch.context() as patch:
        patch.setattr(evidence, "return_coefficient", lambda rows: return_coefficient(rows) + 1.0)
        train()
    flattered = column()
    monkeypatch.setenv("SMC_LEDGER", str(tmp_path / "mine.sqlite"))
    assert said("import", str(output)) == (0, f"From {output} - 1 trials counted.")
    np.testing.assert_allclose(column(), flattered - 1.0, atol=1e-6)


def test_trials_made_elsewhere_cost_what_untold_ones_do(train, said, output, tmp_path):
    train()
    before = api.select([f"paths.output={output}"]).manifest["selections"]["S01"]["evidence"]
    path = tmp_path / "notebook.csv"
    path.write_text("symbol,name,date\nS01,ridge,2024-01-05\nS01,lasso,2024-01-05\nS01,forest,\n")
    assert said("import", str(path))[1].endswith("3 trials counted.")
    assert said("import", str(path))[1].endswith("nothing that the ledger does not know.")
    after = api.select([f"paths.output={output}"]).manifest["selections"]["S01"]["evidence"]
    assert (after["n_trials"], after["n_untold"]) == (4, 3)
    single = before["p_values"]["single"]
    assert after["p_values"]["corrected"] == pytest.approx(before["p_values"]["corrected"] + 3 * single)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("symbol,title\nS01,ridge\n", "no column name; it needs symbol, name, and may have date"),
        ("symbol,name\nS01,\n", "row 2: `name` is empty"),
        ("symbol,name\nS01,ridge\nEURUSD,ridge\n", "row 3: `symbol` 'EURUSD' was never tried here"),
        ("symbol,name,date\nS01,ridge,5.1.24\n", "row 2: `date` '5.1.24' is no date; write it as 2024-05-31"),
    ],
)
def test_a_row_that_cannot_be_counted_is_named_and_nothing_is(train, said, tmp_path, content, told):
    train()
    path = tmp_path / "notebook.csv"
    path.write_text(content)
    code, text = said("import", str(path))
    assert (code, told in text) == (2, True), text
    assert len(Ledger().trials()) == 1


def test_a_place_that_is_not_there_is_named(said, tmp_path):
    code, text = said("import", str(tmp_path / "nowhere"))
    assert code == 2
    assert "no such folder of results, no CSV file of trials, and no study" in text


def test_an_opened_test_part_is_shown_and_its_folder_stays_as_it_was(train, output, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    run = train()
    before = {path: path.read_bytes() for path in run.path.rglob("*") if path.is_file()}

    def shown() -> str:
        show.main([run.run_id, "--no-pictures", "--output", str(output)])
        return capsys.readouterr().out

    assert "The test part is sealed" in shown()
    api.select([f"paths.output={output}"])
    assert "Test accuracy 61.9 %" in shown()
    assert {path: path.read_bytes() for path in run.path.rglob("*") if path.is_file()} == before
    assert load_run(run.path).record["history"]["test_accuracy"] is None


def test_evidence_that_a_dying_process_left_behind_is_handed_in_later(train, output, monkeypatch):
    """Between the commit of its folder and its last word to the ledger a run may be killed."""
    with monkeypatch.context() as patch:
        patch.setattr("smc.training.trial.finish_trial", lambda *_: None)
        train()
    assert Ledger().trials()["status"].tolist() == ["started"]
    evidence = api.select([f"paths.output={output}"]).manifest["selections"]["S01"]["evidence"]
    assert (evidence["n_trials"], evidence["n_panel"], evidence["n_untold"]) == (1, 1, 0)


def test_a_ledger_that_cannot_be_written_is_named_in_every_verdict(
    train, output, capsys, monkeypatch, tmp_path
):
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("SMC_LEDGER", str(tmp_path / "file" / "ledger.sqlite"))
    train()
    manifest = api.select([f"paths.output={output}"]).manifest
    assert "counts the trials of this folder alone; set SMC_LEDGER" in manifest["ledger"]["fallback"]
    assert manifest["ledger"]["place"].endswith("outputs/ledger.sqlite")


def test_a_copy_of_the_runs_is_the_same_runs(train, output, tmp_path):
    train()
    before = api.select([f"paths.output={output}"]).manifest["selections"]
    shutil.copytree(output, tmp_path / "copy")
    after = api.select([f"paths.output={tmp_path / 'copy'}"]).manifest["selections"]
    assert after["S01"]["evidence"]["p_values"] == before["S01"]["evidence"]["p_values"]
