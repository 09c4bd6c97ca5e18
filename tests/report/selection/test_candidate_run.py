"""What a report may show of a candidate's run."""

import pandas as pd
import pytest

from smc.report.selection import save_selection_report
from smc.report.selection.candidate_charts import candidate_pictures
from smc.report.selection.candidate_run import CandidateRun, open_candidate_run
from smc.report.selection.checklist import checklist

RUN_ID = "0123456789abcdef"


@pytest.mark.parametrize(
    ("verdict", "splits"), [("DEPLOY", ["out_of_fold", "test"]), ("WATCH", ["out_of_fold"])]
)
def test_the_test_part_is_shown_only_if_the_verdict_came_to_it(
    make_run, make_manifest, tmp_path, verdict, splits
):
    make_run()
    manifest = make_manifest({"EURUSD": verdict})
    candidate_run = open_candidate_run("EURUSD", manifest["selections"]["EURUSD"], tmp_path / "outputs")
    assert isinstance(candidate_run, CandidateRun)
    assert candidate_run.splits == splits
    assert bool(len(candidate_run.returns("test"))) == ("test" in splits)
    text = save_selection_report(manifest, tmp_path / "outputs").read_text(encoding="utf-8")
    assert ("the verdict did not come to it" in text) == (verdict == "WATCH")


def test_a_sealed_part_is_read_from_its_seal_once_the_verdict_opened_it(make_sealed_run):
    run = make_sealed_run(RUN_ID)
    closed, opened = (CandidateRun(run, "EURUSD", sees_test=sees) for sees in (False, True))
    assert closed.accuracy("test") is None
    share, (low, high), n_events = opened.accuracy("test")
    assert n_events == 60
    assert low < share < high
    assert len(opened.returns("test")) > 0


def test_accuracy_and_interval_are_the_records(make_run):
    run = make_run(skill=0.8)
    share, bounds, n_events = CandidateRun(run, "EURUSD", sees_test=True).accuracy("out_of_fold")
    assert share == pytest.approx(run.record["out_of_fold_metrics"]["accuracy"])
    known = run.record["intervals"]["out_of_fold"]["accuracy"]
    assert bounds == (known["low"], known["high"])
    assert n_events == 200


def test_a_run_that_is_gone_is_told_of_in_its_place(make_manifest, tmp_path):
    manifest = make_manifest()
    found = open_candidate_run("EURUSD", manifest["selections"]["EURUSD"], tmp_path / "outputs")
    assert "cannot be read" in found
    text = save_selection_report(manifest, tmp_path / "outputs").read_text(encoding="utf-8")
    assert "No charts: its folder cannot be read" in text


def test_a_damaged_run_is_told_of_too(make_run, make_manifest, tmp_path):
    (make_run().path / "returns.parquet").write_bytes(b"torn")
    manifest = make_manifest({"EURUSD": "DEPLOY"})
    assert "cannot be read" in open_candidate_run(
        "EURUSD", manifest["selections"]["EURUSD"], tmp_path / "outputs"
    )


def test_a_run_of_an_older_version_says_what_it_lacks(make_run, make_manifest, tmp_path):
    make_run(change_returns=lambda returns: returns.drop(columns="gross"))
    manifest = make_manifest({"EURUSD": "DEPLOY"})
    assert "lacks gross" in open_candidate_run(
        "EURUSD", manifest["selections"]["EURUSD"], tmp_path / "outputs"
    )


def test_each_member_of_an_ensemble_has_a_chart_of_its_losses(make_run):
    def of_members(curves):
        return pd.concat([curves.assign(member=name) for name in ("mlp", "pair/xgboost")])

    drawn = candidate_pictures(CandidateRun(make_run(change_curves=of_members), "EURUSD", sees_test=True))
    losses = {each.name: each for each in drawn if each.name.startswith("losses")}
    assert {name: each.title for name, each in losses.items()} == {
        "losses_0": "Loss of the train fit: mlp",
        "losses_1": "Loss of the train fit: pair/xgboost",
    }
    told = f"run {RUN_ID}; train fit of mlp, 5 of 12 iterations kept."
    assert losses["losses_0"].caption == told
    single = candidate_pictures(CandidateRun(make_run(run_id="b" * 16), "EURUSD", sees_test=True))[-1]
    assert (single.name, single.title) == ("losses", "Loss of the train fit")
    assert single.caption == f"run {'b' * 16}; train fit, 5 of 12 iterations kept."


def items_of(manifest, output):
    candidate_run = open_candidate_run("EURUSD", manifest["selections"]["EURUSD"], output)
    return {each.what: each for each in checklist(manifest, "EURUSD", candidate_run)}


def test_the_checklist_says_yes_only_where_the_evidence_does(make_sealed_run, make_manifest, tmp_path):
    make_sealed_run(RUN_ID)
    manifest = make_manifest({"EURUSD": "DEPLOY"})
    items, evidence = items_of(manifest, tmp_path / "outputs"), manifest["selections"]["EURUSD"]["evidence"]
    states = {name: each.state for name, each in items.items()}
    assert states["every gate passed"] == states["train-validation gap"] == "yes"
    assert states["test part opened once"] == "yes"
    assert states["model file verified by its golden rows"] == "no"  # it has none
    assert states["costs"] == states["way back"] == states["watch: accuracy"] == "open"
    evidence.update(openings=2, seed_band=None)
    evidence["min_track_record_length"] = {"bars": None, "years": None, "observed_years": 2.4}
    manifest["selections"]["EURUSD"]["train_val_gap"] = 0.21
    short = {"bars": 1000, "years": 2.5, "observed_years": 2.4}
    worse = items_of(manifest, tmp_path / "outputs")
    for name in (
        "test part opened once",
        "more than one seed",
        "track record long enough",
        "train-validation gap",
    ):
        assert worse[name].state == "no", name
    assert "2 openings of this market" in worse["test part opened once"].says
    evidence["min_track_record_length"] = short
    assert items_of(manifest, tmp_path / "outputs")["track record long enough"].state == "no"


def test_an_unsealed_test_part_was_not_opened_once(make_run, make_manifest, tmp_path):
    make_run()
    item = items_of(make_manifest({"EURUSD": "DEPLOY"}), tmp_path / "outputs")["test part opened once"]
    assert item.state == "no"
    assert "evaluation.test=sealed" in item.says


@pytest.mark.parametrize(
    ("last", "state"), [("2024-05-01T00:00:00+00:00", "yes"), ("2024-01-01T00:00:00+00:00", "no")]
)
def test_an_old_last_training_bar_is_called_old(make_run, make_manifest, tmp_path, last, state):
    make_run(change=lambda record: {**record, "last_training_bar": last})
    item = items_of(make_manifest({"EURUSD": "DEPLOY"}), tmp_path / "outputs")["last training bar recent"]
    assert item.state == state
    assert last[:10] in item.says


def test_a_run_that_never_traded_says_so_in_the_place_of_its_equity(make_run, make_manifest, tmp_path):
    make_run(change_returns=lambda returns: returns.assign(position=0.0, gross=0.0, net=0.0))
    path = save_selection_report(make_manifest({"EURUSD": "WATCH"}), tmp_path / "outputs")
    for page in (path, path.with_name("EURUSD.md")):
        text = page.read_text(encoding="utf-8")
        assert "No position was ever taken" in text
        assert "Equity after costs" not in text
