"""A run that looks for its parameters: on rows that are no evidence, counted once, and made again."""

import json
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pytest

from smc import api, show
from smc.config.compose import compose
from smc.config.options import options
from smc.errors import ConfigError
from smc.reproduce import reproduce
from smc.results.identity import run_id, seedless_hash, trial_hash
from smc.training.components import Components
from smc.training.cross_fit import CrossFitter
from smc.training.dataset import make_dataset
from smc.training.prepare import load_bars, make_plan
from smc.training.rebuild import rebuild
from smc.training.tuning import FIRST_BLOCK, as_found, tune
from smc.trials import Ledger
from smc.tune.block import TuningBlock
from smc.tune.space import flat

SMALL = (
    *("data=simulated", "data.n_bars=4000", "symbol=S01", "model=logistic", "aug=none", "monitor=none"),
    *("tune=random", "tune.n_trials=4"),
)
PAGES = ("report.html", "report.md")
#: Few folds, and a first window that inner folds can be cut from.
WIDE = ("cv.n_splits=2", "cv.initial_train_size=0.4")


def prepared(*typed):
    config = compose([*SMALL, *typed])
    components = Components.from_config(config)
    data = make_dataset(load_bars(components, config), components)
    plan, _ = make_plan(data, components, config["split"])
    fitter = CrossFitter(data, components.pipeline, sample_weight=config["sample_weight"])
    return config, components, fitter, plan


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    place = tmp_path_factory.mktemp("tuned")
    return api.train([*SMALL, f"paths.output={place}", f"ledger.url=sqlite:///{place}/ledger.sqlite"])


def test_what_is_found_does_not_depend_on_the_evidence():
    """Everything behind the block is made up anew: features, labels, returns and weights."""
    config, components, fitter, plan = prepared()
    block = TuningBlock.of(plan)
    later = np.arange(len(plan.spans)) > block.events.max()
    events = fitter.data.events.copy()
    rng = np.random.default_rng(0)
    for name in ("label", "ret", "weight"):
        values = events[name].to_numpy().copy()
        values[later] = rng.permutation(values[later])
        events[name] = values
    bars = fitter.data.bars.copy()
    first = int(events["event"].to_numpy()[later].min())
    bars.iloc[first:] = rng.normal(size=bars.iloc[first:].shape)
    other = replace(fitter, data=replace(fitter.data, events=events, bars=bars))
    told = [tune(components.tuner, config["space"], each, plan).told.searches for each in (fitter, other)]
    assert told[0] == told[1]
    assert told[0][0]["fit"] == FIRST_BLOCK


def test_an_event_of_the_block_that_changes_is_seen():
    config, components, fitter, plan = prepared()
    events = fitter.data.events.copy()
    labels = events["label"].to_numpy().copy()
    labels[TuningBlock.of(plan).events] = 1 - labels[TuningBlock.of(plan).events]
    other = replace(fitter, data=replace(fitter.data, events=events.assign(label=labels)))
    one, two = (tune(components.tuner, config["space"], each, plan).told.searches for each in (fitter, other))
    assert one != two


def test_no_event_that_was_chosen_on_is_evidence(run):
    _, _, _, plan = prepared()
    block = TuningBlock.of(plan)
    tested = run.predictions.query("part == 'out_of_fold'")["event"]
    known = run.evidence["value"].notna().to_numpy()
    assert not known[block.events].any()
    assert known.sum() == tested.nunique() == sum(len(fold.test) for fold in block.folds)
    assert tested.nunique() < sum(len(fold.test) for fold in plan.folds)


def test_it_is_one_trial(run):
    assert Ledger(f"sqlite:///{run.path.parents[1]}/ledger.sqlite").trials()["run_id"].tolist() == [
        run.run_id
    ]


def test_its_sampler_is_a_library_and_no_code_of_ones_own(run):
    assert run.record["own_classes"] == []
    assert "optuna" in run.record["package_versions"]
    assert not {"sqlalchemy", "alembic", "tqdm"} & run.record["package_versions"].keys()


def test_the_record_says_what_was_found_and_the_table_what_was_tried(run):
    (search,) = run.record["tuning"]
    assert search["fit"] == FIRST_BLOCK
    assert sum(search["trials"].values()) == 4
    assert search["params"]["C"] == run.model().estimator_.C
    assert search["start"] == {"C": 0.01}
    trials = run.tuning
    assert trials["trial"].tolist() == [0, 1, 2, 3]
    assert trials.loc[search["trial"], "C"] == search["params"]["C"]
    assert search["loss"] == trials.loc[search["trial"], "loss"]
    least = trials.query("status == 'finished'")["loss"].min()
    assert search["gain"]["value"] == pytest.approx(trials.loc[0, "loss"] - least)
    is_sure = search["gain"]["value"] > search["gain"]["standard_error"]
    assert search["loss"] == (least if is_sure else trials.loc[0, "loss"])


def test_its_page_and_its_report_say_what_was_found(run, capsys):
    show.main([run.run_id, f"--output={run.path.parents[1]}"])
    page, report = ((run.path.parents[1] / "reports" / run.run_id / name).read_text() for name in PAGES)
    for text in (page, report, " ".join(capsys.readouterr().out.split())):
        assert re.search(r"first block: 4 trials( \([^)]*\))? on \d+ events of inner folds", text)


def test_each_fit_looks_for_itself_inside_its_rows(tmp_path):
    run = api.train([*SMALL, "tune.scope=fold", *WIDE, f"paths.output={tmp_path}"])
    assert [search["fit"] for search in run.record["tuning"]] == ["fold 0", "fold 1", "train fit"]
    config, components, fitter, plan = prepared("tune.scope=fold", *WIDE)
    tuned = tune(components.tuner, config["space"], fitter, plan)
    assert tuned.plan is plan, "what was chosen on rows of a fit is no evidence of that fit"
    tuned.fitter.fit(plan.folds[0].train, "fold 0")
    assert tuned.told.searches == run.record["tuning"][:1]
    assert run.record["tuning"][-1]["params"]["C"] == run.model().estimator_.C


def test_it_comes_out_again(run):
    again = reproduce(run, output=run.path.parents[1])
    assert {finding.verdict for finding in again.findings} == {"identical"}


@pytest.mark.parametrize("scope", ["first_block", "fold"])
def test_its_folds_are_fitted_again_with_what_was_found(scope, tmp_path):
    run = api.train([*SMALL, f"tune.scope={scope}", *WIDE, f"paths.output={tmp_path}"])
    folds = [events for _, events in rebuild(run, tmp_path).fold_models(lambda _: None)]
    assert len(folds) == len(set(run.predictions.query("part == 'out_of_fold'")["fold"]))


def test_found_parameters_are_put_back_without_a_search():
    config, components, fitter, plan = prepared()
    tuned = tune(components.tuner, config["space"], fitter, plan)
    again = as_found(tuned.told.searches, fitter, plan)
    assert again.fitter.pipeline.estimator.C == tuned.fitter.pipeline.estimator.C
    assert [fold.name for fold in again.plan.folds] == [fold.name for fold in tuned.plan.folds]


def test_a_search_that_is_off_is_no_part_of_a_run():
    config = compose(["model=logistic"])
    before = {key: value for key, value in config.items() if key not in ("tune", "space")}
    elsewhere = {**config, "space": {"C": {"low": 1, "high": 2}}}
    for name in (run_id, trial_hash, seedless_hash):
        named = {"data_hash": "d", "seed": 0} if name is run_id else {}
        assert name(config, **named) == name(before, **named) == name(elsewhere, **named)


CHANGES = [
    *("space.C.high=2.0", "tune.n_trials=5", "tune.sampler.seed=7", "tune=tpe", "tune.scope=fold"),
    *("tune.objective=sharpe", "tune.objective=[log_loss,sharpe]", "tune.choose=nearest", "tune.prune=false"),
    *("tune.constraints.max_drawdown=0.2", "tune.constraints.min_win_rate=0.5", "tune.max_minutes=5"),
]


@pytest.mark.parametrize("change", CHANGES)
def test_another_search_is_another_trial(change):
    asked = ["model=logistic", "tune=random", "tune.n_trials=4"]
    assert trial_hash(compose(asked)) != trial_hash(compose([*asked, change]))


def test_every_model_has_a_space_that_it_takes():
    assert set(options("model")) == set(options("space"))
    for model in options("space"):
        space = compose([f"model={model}", "tune=random"])["space"]
        assert space
        assert any("low" in entry or "choices" in entry for entry in flat(space).values())


ENSEMBLES = {"averaging", "blending", "dynamic", "regime", "stacking", "voting"}


@pytest.mark.parametrize("ensemble", sorted(ENSEMBLES))
def test_an_ensemble_looks_for_the_parameters_of_its_members_where_they_would(ensemble):
    members = ["extra_trees", "xgboost"]
    asked = [f"model={ensemble}", f"model.members=[{','.join(members)}]", "tune=random"]
    space = compose(asked)["space"]
    assert space.keys() & (set(options("model")) - {ensemble}) == set(members)
    for member in members:
        assert space[member] == compose([f"model={member}", "tune=random"])["space"]
    assert space.keys() - set(members), "what is its own"
    narrower = compose([*asked, "space.xgboost.max_depth.high=6", "space.extra_trees=null"])
    assert narrower["space"]["xgboost"]["max_depth"] == {"low": 3, "high": 6}
    assert narrower["space"]["extra_trees"] is None


def test_every_ensemble_of_the_tree_was_looked_at():
    found = {model for model in options("model") if "members" in compose([f"model={model}"])["model"]}
    assert found == ENSEMBLES


def test_a_model_of_ones_own_as_a_member_brings_its_space(tmp_path):
    (tmp_path / "model").mkdir()
    (tmp_path / "space").mkdir()
    mine = "defaults: [logistic]\nmax_iter: 500\n"
    (tmp_path / "model" / "mine.yaml").write_text(mine)
    (tmp_path / "space" / "mine.yaml").write_text("C: {low: 0.1, high: 0.2}\n")
    asked = ["model=averaging", "model.members=[mine,xgboost]", "tune=random"]
    assert compose(asked, config_dir=tmp_path)["space"]["mine"] == {"C": {"low": 0.1, "high": 0.2}}


def test_what_is_found_for_members_is_what_they_are_fitted_with(tmp_path):
    asked = [
        *SMALL,
        "model=averaging",
        "model.members=[logistic,extra_trees]",
        "reg.extra_trees.n_estimators=5",
    ]
    run = api.train([*asked, f"paths.output={tmp_path}"])
    (search,) = run.record["tuning"]
    assert {"logistic__C", "extra_trees__max_depth", "average"} <= search["params"].keys()
    fitted = run.model().estimator_
    assert fitted.average == search["params"]["average"]
    assert search["params"]["logistic__C"] == fitted.members_["logistic"].estimator_.C
    assert fitted.members_["extra_trees"].estimator_.max_depth == search["params"]["extra_trees__max_depth"]


def test_a_model_of_ones_own_without_a_space_is_refused_where_one_is_asked_for(tmp_path):
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "mine.yaml").write_text("defaults: [logistic]\n")
    compose(["model=mine"], config_dir=tmp_path)
    with pytest.raises(ConfigError, match="space: names no parameter of Logistic"):
        compose(["model=mine", "tune=random"], config_dir=tmp_path)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("space.C.low=20.0", "space.C: low must be under high, got 20.0 and 10.0"),
        ("space.C.low=-1.0", "space.C: log needs a low above 0"),
        ("+space.CC.low=1", "space.CC: no such argument of Logistic"),
        ("+space.seed.low=1", "space.seed: says how Logistic runs"),
        ("space.C=3", "space.C: write {low: 1, high: 10} or {choices: [a, b]}, got 3"),
        ("space.C=null", "space: names no parameter of Logistic"),
        ("tune=tpee", "did you mean tpe"),
        ("cv=purged_kfold", "tune.scope=first_block: folds of this cv train on events behind those that"),
        ("+space.C.step=0.3", "space.C: steps must be positive and lead from low to high, got 0.3"),
        ("tune=cmaes", "CmaEsSampler adapts two ranges or more to each other, and space has 1"),
        (
            "tune.objective=sharp",
            "tune.objective: must be one of log_loss, mse, return_coefficient, sharpe or",
        ),
        (
            "tune.objective=mse",
            "tune.objective: mse is for regression, and these labels are for classification",
        ),
        ("tune.constraints.max_drawdown=20", "`constraints.max_drawdown` must lie between 0 and 1, got 20"),
        ("+tune.constraints.drawdown=0.2", "`constraints` must be one of max_drawdown, min_win_rate"),
        ("tune.choose=best", "tune.choose: must be one of no_worse, nearest, got 'best'"),
        ("tune.n_trials=0", "`n_trials` must be at least 2, got 0"),
        (
            "tune.sampler._target_=optuna.storages.RDBStorage",
            "outside the modules that a configuration may name",
        ),
    ],
)
def test_mistakes_are_told_before_anything_is_loaded(typed, said):
    with pytest.raises(ConfigError) as caught:
        compose([*SMALL, typed])
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (
            "+space.xgboost.max_dept.low=3",
            "space.xgboost.max_dept: no such argument of XGBoost; did you mean max_depth?",
        ),
        ("space.xgboost.max_depth.low=12", "space.xgboost.max_depth: low must be under high, got 12 and 10"),
        ("+space.xgboost.n_jobs.low=1", "space.xgboost.n_jobs: says how XGBoost runs"),
        ("space.mlp.dropout.high=0.3", "space.mlp: is no member; model.members=[logistic,xgboost]"),
        ("+space.members.x=1", "space.members.x: says how Averaging runs"),
        ("tune=grid", "space.logistic.C: a grid needs points, and a range by logarithms has none"),
    ],
)
def test_mistakes_in_the_space_of_members_are_told_where_they_stand(typed, said):
    ensemble = ("model=averaging", "model.members=[logistic,xgboost]", "tune=random")
    with pytest.raises(ConfigError) as caught:
        compose([*ensemble, typed])
    assert said in str(caught.value)


def test_a_loss_of_classes_is_refused_for_numbers_and_theirs_is_the_default():
    asked = ["model=logistic", "labels=forward_return", "tune=random"]
    compose(asked)
    with pytest.raises(ConfigError, match="log_loss is for classification, and these labels are for regr"):
        compose([*asked, "tune.objective=log_loss"])


def test_without_optuna_it_is_said_how_to_install_it(monkeypatch):
    for name in [
        name for name in sys.modules if name.partition(".")[0] == "optuna" or name == "smc.tune.search"
    ]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(ConfigError, match=r"cannot be imported: .*optuna.*; pip install 'smc\[tune\]'"):
        compose(["model=logistic", "tune=tpe"])


def test_a_run_that_looks_for_nothing_does_not_import_optuna(tmp_path):
    code = f"import sys; from smc import api; api.train(['model=logistic', 'paths.output={tmp_path}']); assert 'optuna' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def test_ctrl_c_in_a_search_ends_the_run_by_name(tmp_path):
    endless = ("tune.n_trials=100000", f"paths.output={tmp_path}/outputs")
    process = subprocess.Popen(
        [sys.executable, "-m", "smc.train", *SMALL, *endless], stderr=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + 120
    while not list(tmp_path.glob("outputs/staging/*/run.log")) and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(2)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130, said
    assert said.endswith("interrupted\n")
    (status,) = (tmp_path / "outputs" / "status").iterdir()
    assert json.loads(status.read_text())["status"] == "killed"


def test_every_key_of_a_search_changes_the_trial_in_the_test_above():
    keys = compose(["tune=random"])["tune"].keys() - {
        *("_target_", "sampler", "standard_errors"),
        *("start_from", "storage"),  # see test_start_from and test_study_copy
    }
    assert keys == {
        text.removeprefix("tune.").partition(".")[0].partition("=")[0] for text in CHANGES if "tune." in text
    } - {"sampler"}


def test_several_objectives_and_constraints_are_on_record_in_the_table_and_on_the_page(tmp_path):
    asked = ("tune=nsga2", "tune.n_trials=8", "tune.objective=[log_loss,sharpe]", "tune.choose=nearest")
    limits = (
        "tune.constraints.max_drawdown=0.5",
        "tune.constraints.min_win_rate=0.3",
        "tune.standard_errors=0",
    )
    run = api.train([*SMALL, *asked, *limits, f"paths.output={tmp_path}"])
    (search,) = run.record["tuning"]
    trials = run.tuning
    assert list(search["objectives"]) == ["log_loss", "sharpe"]
    assert search["objectives"]["log_loss"] == search["loss"] == trials.loc[search["trial"], "log_loss"]
    assert search["objectives"]["sharpe"] == trials.loc[search["trial"], "sharpe"]
    assert search["choose"] == "nearest"
    assert [point["trial"] for point in search["front"]] == trials.query("on_front")["trial"].tolist()
    assert search["trial"] in [point["trial"] for point in search["front"]]
    assert search["constraints"]["max_drawdown"]["limit"] == 0.5
    assert search["constraints"]["max_drawdown"]["value"] == trials.loc[search["trial"], "max_drawdown"]
    show.main([run.run_id, f"--output={tmp_path}"])
    for name in PAGES:
        text = (tmp_path / "reports" / run.run_id / name).read_text()
        assert "in all of log_loss, sharpe" in text
        assert "Constraints, after costs: max_drawdown" in text


def test_what_no_trial_keeps_to_is_a_warning(tmp_path):
    impossible = ("tune.constraints.max_drawdown=0.000001", "tune.n_trials=3")
    run = api.train([*SMALL, *impossible, f"paths.output={tmp_path}"])
    (warned,) = [each for each in run.record["warnings"] if each["reason"] == "tuned_against_constraints"]
    assert "max_drawdown=1e-06: 0.0" in warned["sentence"]
    assert run.tuning.loc[run.record["tuning"][0]["trial"], "excess"] == run.tuning["excess"].min()


def test_a_search_that_its_time_ended_is_repeated_with_as_many_trials(tmp_path):
    run = api.train([*SMALL, "tune.n_trials=500", "tune.max_minutes=0.02", f"paths.output={tmp_path}"])
    (search,) = run.record["tuning"]
    assert search["is_partial"]
    assert 1 < len(run.tuning) < 500
    assert "tuning_cut_short" in {each["reason"] for each in run.record["warnings"]}
    again = reproduce(run, output=tmp_path)
    assert {finding.verdict for finding in again.findings} == {"identical"}


def test_the_choice_does_not_depend_on_threads():
    forest = ("model=random_forest", "reg.random_forest.n_estimators=20", "tune.n_trials=5", "tune=tpe")
    chosen = []
    for n_threads in (1, 2):
        config, components, fitter, plan = prepared(*forest, f"trainer.n_threads={n_threads}")
        assert fitter.pipeline.estimator.n_jobs == n_threads
        chosen.append(tune(components.tuner, config["space"], fitter, plan).told)
    assert chosen[0].searches == chosen[1].searches
    assert chosen[0].attempts == chosen[1].attempts


def test_trading_cannot_be_looked_for_among_events_that_are_known_only_afterwards(tmp_path):
    asked = ("labels.expiry=drop", "labels.max_holding=5", "tune.objective=sharpe")
    with pytest.raises(ConfigError, match="tune: sharpe cannot be known"):
        api.train([*SMALL, *asked, f"paths.output={tmp_path}"])
