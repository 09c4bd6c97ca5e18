"""Runs on disk to a manifest: what is read, what is counted, what is kept."""

import json
import shutil

import jsonschema
import pytest

from smc import api
from smc.errors import ConfigError, ResultsError
from smc.results.manifest import write_manifest as write_list_of_files
from smc.selection.manifest import SCHEMA, check_manifest, write_manifest
from smc.selection.runs import CHANGED


@pytest.fixture
def select(output):
    """Judge all runs; the manifest."""

    def run(*overrides: str):
        return api.select([f"paths.output={output}", *overrides]).manifest

    return run


@pytest.fixture
def opened(ledger):
    """Run ids of a symbol's test parts that were looked at, in order, each with who looked."""

    def of(symbol: str = "EURUSD") -> list[tuple[str, str]]:
        rows = ledger.trials(symbol)
        trials = ledger.market_trials(rows["market"].iloc[0])
        return [(opening.run_id, opening.by) for opening in trials.openings]

    return of


def test_a_manifest_says_what_the_specification_lists(commit, select, output):
    commit("a1")
    commit("b2", 0.5, symbols=("GBPUSD",))
    found = select()
    good, poor = found["selections"]["EURUSD"], found["selections"]["GBPUSD"]
    assert (good["verdict"], good["selected_model"], good["run_id"]) == ("DEPLOY", "logistic", "a1")
    assert good["test_accuracy"] == 0.65
    assert good["train_val_gap"] == 0.05
    assert good["action"] is None
    bound = good["comparison"][0]["lower_bound"]
    said = f"Best lower bound of the evidence, {bound:.3f}, of the one run; every gate is passed"
    assert good["reason"] == said
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


@pytest.mark.parametrize(("name", "value"), [("seed", 0.5), ("seed", True), ("model", None), ("aug", 3)])
def test_a_row_of_the_comparison_that_does_not_fit_is_named(commit, select, name, value):
    commit("a1")
    commit("b2", 0.7)
    found = select()
    ((symbol, entry),) = found["selections"].items()
    check_manifest(found)
    rows = [*entry["comparison"][:-1], {**entry["comparison"][-1], name: value}]
    changed = {**found, "selections": {symbol: {**entry, "comparison": rows}}}
    with pytest.raises(ResultsError, match=rf"{symbol}.comparison.{len(rows) - 1}.{name} does not fit"):
        check_manifest(changed)
    lacking = [{key: cell for key, cell in row.items() if key != name} for row in rows]
    with pytest.raises(ResultsError, match=f"'{name}' is a required property"):
        check_manifest({**found, "selections": {symbol: {**entry, "comparison": lacking}}})


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


def test_criteria_looser_than_the_first_leave_the_manifest_of_machines_alone(commit, select, output):
    commit("a1")
    first = select()
    loose = select("selection.alpha=0.1")
    assert (loose["selections"]["EURUSD"]["verdict"], loose["summary"]["models_selected"]) == ("WATCH", 0)
    assert json.loads((output / "manifest.json").read_bytes()) == first
    assert json.loads((output / "manifest.looser.json").read_bytes()) == loose
    strict = select("selection.alpha=0.01")
    assert json.loads((output / "manifest.json").read_bytes()) == strict
    assert strict["selections"]["EURUSD"]["verdict"] == "DEPLOY"


def test_a_class_of_ones_own_waits_for_its_audit(commit, select, opened):
    own = {"class": "my.Features", "code": "c", "passed": False, "why": "reads later bars"}
    commit("a1", record={"own_classes": [own]})
    entry = select()["selections"]["EURUSD"]
    assert (entry["verdict"], entry["decided_by"]) == ("WATCH", "own_classes: my.Features: reads later bars")
    assert opened() == []


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


def test_failed_trials_count_if_a_fold_was_scored(commit, fail, select):
    commit("a1", 0.57)
    fail("f1")
    fail("f2")
    fail("f3", scored=False)
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


def test_a_sealed_test_part_is_opened_for_the_chosen_run_alone(commit, select, opened):
    commit("a1", 0.7)
    commit("b2", 0.6)
    commit("c3", 0.5, symbols=("GBPUSD",))
    found = select()["selections"]
    assert (opened(), opened("GBPUSD")) == ([("a1", "honest")], [])
    assert (found["EURUSD"]["verdict"], found["EURUSD"]["test_accuracy"]) == ("DEPLOY", 0.65)
    assert found["EURUSD"]["evidence"]["openings"] == 1
    assert found["GBPUSD"]["evidence"]["openings"] == 0
    shown = {row["run_id"]: row["test_accuracy"] for row in found["EURUSD"]["comparison"]}
    assert shown == {"a1": 0.65, "b2": None}
    select()
    assert len(opened()) == 1
    commit("d4", 0.8)
    assert select()["selections"]["EURUSD"]["evidence"]["openings"] == 2


def test_each_recorded_test_part_is_a_look_that_a_verdict_pays(commit, select, opened):
    """One recorded run is what one sealed run is; of four, each multiplies the p-value of the chosen one."""
    commit("a1", sealed=False)
    alone = select()["selections"]["EURUSD"]["evidence"]
    assert (alone["openings"], opened()) == (1, [("a1", "recorded")])
    commit("b2", 0.9, sealed=False)
    for run_id in ("c3", "d4"):
        commit(run_id, 0.5, sealed=False)
    evidence = select()["selections"]["EURUSD"]["evidence"]
    assert evidence["openings"] == 4


def test_the_classic_rule_opens_every_sealed_part(commit, select, opened):
    commit("a1")
    commit("b2", 0.5)
    select("selection=classic")
    assert set(opened()) == {("a1", "classic"), ("b2", "classic")}


def test_an_opening_is_written_down_before_the_part_is_read(commit, select, opened, monkeypatch):
    commit("a1")

    def cut_short(run):
        raise OSError(f"{run} cannot be read")

    monkeypatch.setattr("smc.results.run.Run.sealed_tables", cut_short)
    with pytest.raises(OSError, match="cannot be read"):
        select()
    assert opened() == [("a1", "honest")]


def test_a_folder_that_was_changed_after_it_was_counted_is_left_out(commit, select):
    """Even if its list of files was made anew: its column stays, and nothing deploys it."""
    commit("a1", 0.6)
    folder = commit("b2", 0.7)
    before = select()["selections"]["EURUSD"]
    record = json.loads((folder / "run.json").read_bytes())
    record["history"]["train_val_gap"] = 0.0
    (folder / "run.json").write_text(json.dumps(record))
    (folder / "MANIFEST.json").unlink()
    write_list_of_files(folder, run_id="b2", packed=[])
    found = select()
    assert found["runs"]["damaged"] == [{"folder": "b2", "reason": CHANGED}]
    after = found["selections"]["EURUSD"]
    assert (before["candidate"]["run_id"], after["candidate"]["run_id"]) == ("b2", "a1")
    assert after["evidence"]["n_trials"] == 2


def test_runs_that_the_ledger_does_not_know_stop_a_selection(commit, select, output, monkeypatch, tmp_path):
    commit("a1")
    monkeypatch.setenv("SMC_LEDGER", str(tmp_path / "other.sqlite"))
    with pytest.raises(ResultsError, match=r"1 finished runs .* not in the ledger .*smc\.ledger import"):
        select()


def test_a_ledger_of_yesterday_stops_a_selection(commit, select, own_ledger, ledger):
    commit("a1")
    ledger.close()
    yesterday = own_ledger.read_bytes()
    commit("b2", 0.7)
    select()
    ledger.close()
    for path in own_ledger.parent.glob("ledger.sqlite*"):
        path.unlink()
    own_ledger.write_bytes(yesterday)
    with pytest.raises(ResultsError, match="not in the ledger"):
        select()


@pytest.mark.parametrize("rule", ["honest", "classic"])
def test_the_names_of_the_folders_do_not_matter(commit, select, output, rule):
    commit("a1", 0.6)
    commit("b2", 0.62)
    select(f"selection={rule}")
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


def test_a_damaged_run_is_not_told_to_be_missing_too(commit, select, output):
    commit("a1")
    (commit("b2") / "run.json").write_bytes(b"{}")
    (output / "sweeps").mkdir()
    jobs = [{"job": 0, "overrides": [], "symbol": "EURUSD", "model": "Logistic", "run_id": "b2"}]
    (output / "sweeps" / "2026-01-01.json").write_text(json.dumps({"jobs": jobs}))
    runs = select()["runs"]
    assert [each["folder"] for each in runs["damaged"]] == ["b2"]
    assert runs["missing"] == []
