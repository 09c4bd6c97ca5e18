"""Runs on disk to a manifest: what is read, what is counted, what is kept."""

import json
import shutil
from dataclasses import replace

import jsonschema
import pandas as pd
import pytest

from smc import api
from smc.errors import ConfigError, ResultsError
from smc.selection.manifest import SCHEMA, check_manifest, write_manifest
from smc.selection.market import market_of
from smc.selection.sealed_test_log import SealedTestLog


@pytest.fixture
def select(output):
    """Judge all runs; the manifest."""

    def run(*overrides: str):
        return api.select([f"paths.output={output}", *overrides]).manifest

    return run


def test_a_manifest_says_what_the_specification_lists(commit, select, output):
    commit("a1")
    commit("b2", 0.5, symbols=("GBPUSD",))
    found = select()
    good, poor = found["selections"]["EURUSD"], found["selections"]["GBPUSD"]
    assert (good["verdict"], good["selected_model"], good["run_id"]) == ("DEPLOY", "logistic", "a1")
    assert good["test_accuracy"] == 0.65
    assert good["train_val_gap"] == 0.05
    assert good["action"] is None
    assert (poor["verdict"], poor["selected_model"], poor["run_id"]) == ("NO_MODEL", None, None)
    assert poor["reason"] == "No models met quality criteria"
    assert poor["action"] == "MANUAL_REVIEW_REQUIRED"
    assert poor["candidate"] == {"run_id": "b2", "model": "logistic"}
    assert found["summary"] == {
        "total_symbols": 2,
        "models_selected": 1,
        "watched": 0,
        "manual_review_needed": 1,
    }
    assert found["selection_criteria"]["max_train_val_gap"] == 0.2
    assert found["runs"]["read"] == 2
    row = good["comparison"][0]
    assert (row["model"], row["profile"], row["aug"], row["cv"], row["seed"]) == (
        *("logistic", "strong", "none", "walk_forward"),
        0,
    )
    assert json.loads((output / "manifest.json").read_bytes()) == found


def test_every_manifest_fits_the_schema(commit, fail, select):
    schema = json.loads(SCHEMA.read_bytes())
    commit("a1")
    commit("b2", 0.52, symbols=("GBPUSD", "USDJPY"))
    fail("c3", "XAUUSD")
    for rule in ("honest", "classic"):
        jsonschema.validate(select(f"selection={rule}"), schema)


def test_a_manifest_that_does_not_fit_is_not_written(commit, select, output):
    commit("a1")
    found = select()
    before = (output / "manifest.json").read_bytes()
    found["selections"]["EURUSD"]["selected_model"] = None
    with pytest.raises(ResultsError, match=r"selections\.EURUSD.*does not fit manifest\.schema\.json"):
        write_manifest(output, found)
    assert (output / "manifest.json").read_bytes() == before
    with pytest.raises(ResultsError, match="'summary' is a required property"):
        check_manifest({key: value for key, value in found.items() if key != "summary"})


def test_earlier_manifests_are_kept(commit, select, output):
    commit("a1")
    first = select()
    commit("b2", 0.7)
    second = select("selection=classic")
    kept = [json.loads(path.read_bytes()) for path in sorted((output / "manifests").glob("*.json"))]
    assert kept == [first, second]


def test_machines_read_the_honest_rule_alone(commit, select, output):
    commit("a1", 0.6)
    first = select()
    commit("b2", 0.7)
    classic = select("selection=classic")
    assert json.loads((output / "manifest.json").read_bytes()) == first
    assert json.loads((output / "manifest.classic.json").read_bytes()) == classic
    assert {path.name for path in output.glob("report*.html")} == {"report.html", "report.classic.html"}


def test_criteria_looser_than_the_first_leave_the_manifest_of_machines_alone(
    commit, select, output, monkeypatch
):
    commit("a1")
    first = select()
    monkeypatch.setattr(
        "smc.selection.runs.market_of",
        lambda *args, **kwargs: replace(market_of(*args, **kwargs), criteria=first["selection_criteria"]),
    )
    loose = select("selection.alpha=0.1")
    assert (loose["selections"]["EURUSD"]["verdict"], loose["summary"]["models_selected"]) == ("WATCH", 0)
    assert json.loads((output / "manifest.json").read_bytes()) == first
    assert json.loads((output / "manifest.looser.json").read_bytes()) == loose
    strict = select("selection.alpha=0.01")
    assert json.loads((output / "manifest.json").read_bytes()) == strict
    assert strict["selections"]["EURUSD"]["verdict"] == "DEPLOY"


def test_a_class_of_ones_own_waits_for_its_audit(commit, select, output):
    own = {"class": "my.Features", "code": "c", "passed": False, "why": "reads later bars"}
    commit("a1", sealed=True, record={"own_classes": [own]})
    entry = select()["selections"]["EURUSD"]
    assert (entry["verdict"], entry["decided_by"]) == ("WATCH", "own_classes: my.Features: reads later bars")
    assert SealedTestLog(output).read() == []


def test_what_changed_since_the_last(commit, fail, output):
    commit("a1")
    first = api.select([f"paths.output={output}"])
    assert first.changes == ["there is no earlier manifest"]
    assert api.select([f"paths.output={output}"]).changes == []
    commit("b2", 0.75)
    fail("c3")
    commit("d4", 0.5, symbols=("GBPUSD",))
    changes = api.select([f"paths.output={output}", "selection.alpha=0.04"]).changes
    assert changes[:2] == ["runs read 1 -> 3", "alpha 0.05 -> 0.04"] or changes[:2] == [
        "alpha 0.05 -> 0.04",
        "runs read 1 -> 3",
    ]
    assert "EURUSD: candidate logistic a1 -> logistic b2" in changes
    assert "EURUSD: trials 1 -> 3" in changes
    assert "GBPUSD: new" in changes


def test_failed_trials_count_if_their_evidence_overlaps(commit, fail, select):
    commit("a1", 0.57)
    fail("f1")
    fail("f2", days=100)
    fail("f3", days=5000)
    fail("f4", "GBPUSD")
    evidence = select()["selections"]["EURUSD"]["evidence"]
    assert (evidence["n_trials"], evidence["n_panel"]) == (3, 1)
    assert evidence["trials"] == {"failed": 3, "finished": 1}
    p = evidence["p_values"]
    assert p["corrected"] == pytest.approx(max(p["romano_wolf"], p["single"]) + 2 * p["single"])


def test_a_symbol_without_a_finished_run_is_there(commit, fail, select):
    commit("a1")
    fail("f1", "XAUUSD")
    found = select()["selections"]["XAUUSD"]
    assert (found["verdict"], found["candidate"], found["evidence"]["n_trials"]) == ("NO_MODEL", None, 1)
    assert found["decided_by"] == "train_val_gap: no finished run has out-of-fold evidence"


def test_copies_change_nothing_and_damaged_runs_are_named(commit, select, output):
    folder = commit("a1")
    commit("b2", 0.55)
    before = select()["selections"]
    shutil.copytree(folder, output / "runs" / "copy")
    damaged = commit("c3", 0.9)
    (damaged / "predictions.parquet").write_bytes(b"no table")
    broken = output / "runs" / "empty"
    broken.mkdir()
    (broken / "MANIFEST.json").write_text("{}")
    found = select()
    assert found["runs"]["repeated"] in (["copy"], ["a1"])
    assert [each["folder"] for each in found["runs"]["damaged"]] == ["c3", "empty"]
    assert "predictions.parquet has another" in found["runs"]["damaged"][0]["reason"]
    after = found["selections"]["EURUSD"]
    assert after["gates"][:3] == before["EURUSD"]["gates"][:3]
    assert after["evidence"]["n_trials"] == before["EURUSD"]["evidence"]["n_trials"] + 1


def test_a_run_of_an_older_version_is_named(commit, select):
    commit("a1")
    commit("b2", 0.9, drop=("baseline_0", "baseline_1"))
    found = select()
    assert [each["folder"] for each in found["runs"]["damaged"]] == ["b2"]
    assert "lack the baseline's" in found["runs"]["damaged"][0]["reason"]


def test_a_run_without_folds_is_told_but_not_judged(commit, select):
    commit("a1")
    warning = {"reason": "cv_failed", "sentence": "There are no out-of-fold figures"}
    commit("b2", n=0, record={"warnings": [warning]})
    found = select()
    (row,) = found["runs"]["without_evidence"]
    assert row == {"run_id": "b2", "symbol": "EURUSD", "reason": "no out-of-fold evidence: cv_failed"}
    assert [each["run_id"] for each in found["selections"]["EURUSD"]["comparison"]] == ["a1", "b2"]
    assert found["selections"]["EURUSD"]["evidence"]["n_trials"] == 2


def test_a_pool_is_judged_symbol_by_symbol(commit, select):
    commit("a1", symbols=("EURUSD", "GBPUSD"))
    found = select()["selections"]
    assert [found[name]["run_id"] for name in ("EURUSD", "GBPUSD")] == ["a1", "a1"]


def test_runs_that_a_sweep_has_not_left_behind_are_named(commit, select, output):
    commit("a1")
    (output / "sweeps").mkdir()
    jobs = [
        {"job": 0, "overrides": ["seed=0"], "symbol": "EURUSD", "model": "Logistic", "run_id": "a1"},
        {"job": 1, "overrides": ["seed=1"], "symbol": "EURUSD", "model": "Logistic", "run_id": "beef"},
        {"job": 2, "overrides": ["seed=2"], "symbol": "XXX", "model": "Logistic", "run_id": None},
    ]
    (output / "sweeps" / "2026-01-01.json").write_text(json.dumps({"jobs": jobs}))
    (output / "sweeps" / "2026-01-02.json").write_text("{half")
    missing = select()["runs"]["missing"]
    assert [(each["run_id"], each["state"], each["sweep"]) for each in missing] == [
        ("beef", "absent", "2026-01-01"),
        (None, "unknown", "2026-01-01"),
    ]


def test_a_sealed_test_part_is_opened_for_the_chosen_run_alone(commit, select, output):
    commit("a1", 0.7, sealed=True)
    commit("b2", 0.6, sealed=True)
    commit("c3", 0.5, symbols=("GBPUSD",), sealed=True)
    found = select()["selections"]
    assert [line["run_id"] for line in SealedTestLog(output).read()] == ["a1"]
    assert (found["EURUSD"]["verdict"], found["EURUSD"]["test_accuracy"]) == ("DEPLOY", 0.65)
    assert found["EURUSD"]["evidence"]["openings"] == 1
    assert found["GBPUSD"]["evidence"]["openings"] == 0
    shown = {row["run_id"]: row["test_accuracy"] for row in found["EURUSD"]["comparison"]}
    assert shown == {"a1": 0.65, "b2": None}
    select()
    assert SealedTestLog(output).count("EURUSD") == 1
    commit("d4", 0.8, sealed=True)
    assert select()["selections"]["EURUSD"]["evidence"]["openings"] == 2


def test_sealed_and_recorded_runs_get_the_same_verdict(commit, select, output):
    commit("a1", sealed=True)
    sealed = select()["selections"]["EURUSD"]
    shutil.rmtree(output / "runs")
    commit("a1")
    recorded = select()["selections"]["EURUSD"]
    assert sealed["gates"] == recorded["gates"]


def test_the_classic_rule_opens_every_sealed_part(commit, select, output):
    commit("a1", sealed=True)
    commit("b2", 0.5, sealed=True)
    select("selection=classic")
    assert {(line["run_id"], line["selection"]) for line in SealedTestLog(output).read()} == {
        ("a1", "classic"),
        ("b2", "classic"),
    }


def test_an_opening_is_written_down_before_the_part_is_read(commit, select, output):
    folder = commit("a1", sealed=True)
    manifest = json.loads((folder / "MANIFEST.json").read_bytes())
    del manifest["files"]["sealed_returns.parquet"]
    (folder / "sealed_returns.parquet").unlink()
    (folder / "MANIFEST.json").write_text(json.dumps(manifest))
    with pytest.raises(FileNotFoundError):
        select()
    assert SealedTestLog(output).count("EURUSD") == 1


def test_a_line_that_a_crash_cut_short_counts_and_harms_no_later_one(output):
    test_log = SealedTestLog(output)
    test_log.record("a1", "EURUSD", "honest")
    with test_log.path.open("ab") as file:
        file.write(b'{"time": "2026-01-01T')
    test_log.record("b2", "GBPUSD", "honest")
    assert [line.get("run_id") for line in test_log.read()] == ["a1", None, "b2"]
    assert (test_log.count("EURUSD"), test_log.count("GBPUSD")) == (2, 2)


@pytest.mark.parametrize("rule", ["honest", "classic"])
def test_the_names_of_the_folders_do_not_matter(commit, select, output, rule):
    commit("a1", 0.6)
    commit("b2", 0.62)
    before = select(f"selection={rule}")["selections"]
    for old, new in (("a1", "zz"), ("b2", "aa")):
        (output / "runs" / old).rename(output / "runs" / new)
    assert select(f"selection={rule}")["selections"] == before


@pytest.mark.parametrize("measure", ["information_coefficient", "log_loss", "sharpe"])
def test_no_other_evidence(commit, select, measure):
    commit("a1", 0.7)
    with pytest.raises(ConfigError, match=f"must be return_coefficient, got '{measure}'"):
        select(f"selection.evidence={measure}")


def test_no_runs_is_an_error(select, output):
    with pytest.raises(ResultsError, match="no finished run under"):
        select()


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("selection=honset", "selection=honset: no such option; did you mean honest"),
        ("selection.max_gap=0.1", "selection.max_gap: no such key"),
        ("selection.alpha=wrong", "selection.alpha: must be float"),
        ("n_null=-1", "must not be negative"),
        ("paths.outptu=x", "paths.outptu: no such key; did you mean paths.output"),
    ],
)
def test_mistakes_are_named(commit, select, override, message):
    commit("a1")
    with pytest.raises(ConfigError, match=message):
        select(override)


def test_the_period_of_the_evidence_bounds_the_count(commit, ledger, select):
    """A trial whose period is unknown counts always."""
    commit("a1")
    hashes = dict.fromkeys(("config_hash", "seedless_hash", "data_hash", "split_hash"), "x")
    told = {"model": "m", "seed": 0, "code_version": "v", "output": "elsewhere", **hashes}
    ledger.open_trial("x9", ["EURUSD"], evidence=None, **told)
    assert select()["selections"]["EURUSD"]["evidence"]["n_trials"] == 2
    assert isinstance(ledger.trials("EURUSD"), pd.DataFrame)


def test_a_damaged_run_is_not_told_to_be_missing_too(commit, select, output):
    commit("a1")
    (commit("b2") / "run.json").write_bytes(b"{}")
    (output / "sweeps").mkdir()
    jobs = [{"job": 0, "overrides": [], "symbol": "EURUSD", "model": "Logistic", "run_id": "b2"}]
    (output / "sweeps" / "2026-01-01.json").write_text(json.dumps({"jobs": jobs}))
    runs = select()["runs"]
    assert [each["folder"] for each in runs["damaged"]] == ["b2"]
    assert runs["missing"] == []
