"""What the journal says is live answers, on its own bars as its run did, until the next row."""

import numpy as np
import pytest

from smc import predict
from smc.errors import ConfigError, ResultsError, SmcError
from smc.prediction.history import source_of
from smc.prediction.live import LiveModels, live_entries
from smc.prediction.versions import Versions
from smc.registry import promote, propose, rollback
from smc.results import load_run
from smc.training.opened import with_opened_test

P = ["p_0", "p_1"]


def bars_of(config):
    return source_of(config, None, {})


def names(models, symbol="S01"):
    return [(one.version, one.role, one.rung) for one in models()[symbol]]


@pytest.mark.usefixtures("near")
def test_who_answers_changes_with_the_row_and_not_before(live):
    models, standing = LiveModels(live), live.standing("S01")
    assert names(models) == [(standing.live.version, "live", 1.0)]
    assert models() is models()
    rollback(live, "S01", why="back")
    assert names(models) == [(standing.before.version, "live", 1.0)]
    rollback(live, "S01", flat=True, why="flat")
    assert names(models) == []
    assert Versions(models).of("S01") == []
    with pytest.raises(ConfigError, match=r"S01: nothing is live; python -m smc.registry promote S01"):
        live_entries(live, ["S01"])


@pytest.mark.usefixtures("near")
def test_a_rung_and_a_shadow_are_told(registry):
    propose(registry, "S01")
    with pytest.raises(ConfigError, match=r"nothing is live: python -m smc.registry propose"):
        live_entries(registry)
    entry = promote(registry, "S01", shadow=True)
    models = LiveModels(registry)
    assert names(models) == [(entry.version, f"shadow {entry.version}", 0.0)]
    promote(registry, "S01", rung=25)
    assert names(models) == [(entry.version, "live", 0.25)]


@pytest.mark.usefixtures("near")
def test_a_version_as_the_run_had_it_decides_as_the_run_did(live, tmp_path):
    rollback(live, "S01", why="back")
    entry = live_entries(live)["S01"]
    run = with_opened_test(load_run(live.output / "runs" / entry.run_id), live.output)
    said = run.predictions.query("part == 'test'")
    made = predict.predict_live(live, bars_of, store=tmp_path / "d.sqlite").table
    assert set(made["version"]) == {entry.version}
    assert set(made["role"]) == {"live"}
    both = said.merge(made, left_on="time", right_on="time", suffixes=("", "_live"))
    assert len(both) == len(said) > 20
    for name in P:
        np.testing.assert_array_equal(both[name], both[f"{name}_live"])
    baseline = both[[name for name in both if name.startswith("baseline_") and "live" not in name]]
    np.testing.assert_allclose(baseline, both[[f"{name}_live" for name in baseline]], rtol=0, atol=1e-12)


@pytest.mark.usefixtures("near")
def test_what_was_fitted_on_all_events_marks_them_as_learned_from(live, tmp_path):
    entry = live_entries(live)["S01"]
    made = predict.predict_live(live, bars_of, store=tmp_path / "d.sqlite").table
    decided = made[made["prediction"].notna()]
    known = decided["time"].astype(str).str.replace(" ", "T") <= entry.last_training_bar
    assert decided.loc[known, "in_sample"].all()
    assert entry.version in set(decided["version"])


@pytest.mark.usefixtures("near")
def test_a_folder_that_is_not_what_was_proposed_is_not_loaded(live):
    entry = live_entries(live)["S01"]
    place = entry.folder / "config.yaml"
    place.write_text(place.read_text() + "\n")
    models = LiveModels(live)
    with pytest.raises(ResultsError, match=r"config\.yaml"):
        models.load(entry.folder)
    versions = Versions(models, load=models.load, on_news=lambda _: None)
    with pytest.raises(SmcError, match=r"config\.yaml"):
        versions.of("S01")


@pytest.mark.usefixtures("near")
def test_a_shadow_that_is_damaged_stops_nobody(live):
    shadow = live.standing("S01").before
    rollback(live, "S01", why="back")  # the refitted one is out
    entry = live_entries(live)["S01"]
    assert entry.version == shadow.version
    later = propose(live, "S01", as_is=False)
    promote(live, "S01", later.version, shadow=True)
    (later.folder / "version.json").write_text("{}")
    news = []
    models = LiveModels(live)
    versions = Versions(models, load=models.load, on_news=news.append)
    assert [one.version for one, _ in versions.of("S01")] == [entry.version]
    assert later.version in versions.problems()
    assert any(later.version in line for line in news)
