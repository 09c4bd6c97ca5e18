"""The same bars under another name, scale, length or clock are the same market."""

import pandas as pd
import pytest

from tests.stories.conftest import bars_of, never_better, told


def disguised(bars: pd.DataFrame, how: str) -> pd.DataFrame:
    """Return bars as another file, source or quote has them."""
    prices = ["open", "high", "low", "close"]
    if how == "in points":
        return bars.assign(**{name: bars[name] * 1e5 for name in prices})
    if how == "another clock":
        return bars.set_axis(bars.index + pd.Timedelta(hours=4))
    if how == "inverted":
        return bars.assign(
            open=1 / bars["open"], close=1 / bars["close"], high=1 / bars["low"], low=1 / bars["high"]
        )
    return bars


@pytest.mark.parametrize("how", ["copied", "in points", "another clock", "inverted"])
def test_a_file_under_another_name(story, how):
    """What was tried on it, and looked at, comes with it."""
    story.on(bars_of(), "EURUSD")
    story.train()
    before = story.select(symbol="EURUSD")
    story.on(disguised(bars_of(), how), "NEW")
    story.train()
    after = story.select(symbol="NEW")
    assert len(story.ledger.markets()) == 1
    assert story.counted().symbols == ["EURUSD", "NEW"]
    assert after.counted["n_trials"] == 2
    never_better(before, story.select(symbol="EURUSD"))
    if after.p_test is not None:
        assert after.counted["openings"] == 2


def test_the_data_cut_to_get_a_fresh_test_part(story):
    """The test part of shorter bars begins before that which was opened: looks at newer bars count too."""
    story.on(bars_of())
    story.train()
    before = story.select()
    story.on(bars_of(3800))
    story.train()
    after = story.select()
    assert len(story.ledger.markets()) == 1
    assert after.counted["n_trials"] == 2
    never_better(before, after)


def test_a_growing_history_is_one_trial(story):
    """A run a month on the same file: the newest vintage stands for the trial, and opens nothing anew."""
    verdicts = []
    for n_bars in (3900, 3950, 4000):
        story.on(bars_of(n_bars))
        story.train()
        verdicts.append(story.select())
    assert [verdict.counted["n_trials"] for verdict in verdicts] == [1, 1, 1]
    assert [verdict.counted["round"] for verdict in verdicts] == [1, 1, 1]
    assert [verdict.counted["openings"] for verdict in verdicts] == [1, 1, 1]
    assert len(verdicts[-1].entry["alternatives"]) == 0
    told(verdicts[-1].told, "waits for")


def test_a_second_idea_on_a_grown_history_is_a_second_round(story):
    story.on(bars_of(3900))
    story.train("model.C=0.008")
    story.select()
    story.on(bars_of(4000))
    run = story.train()
    after = story.select()
    assert story.rounds()[run.run_id] == 2
    assert after.counted["n_trials"] == 2


def test_a_lucky_seed_on_a_history_that_is_a_bar_longer(story):
    """The same trial with another seed and one bar more, until one passes."""
    forest = ("model=random_forest", "model.n_estimators=3", "reg=tiny")
    for seed, n_bars in enumerate((3997, 3998, 3999, 4000)):
        story.on(bars_of(n_bars))
        story.train(*forest, f"seed={seed}")
    after = story.counted()
    assert (after.n_trials, sorted(column.seed for column in after.columns)) == (4, [0, 1, 2, 3])


def test_a_clone_with_edited_sources_is_another_trial(story, monkeypatch):
    """Somebody edits smc itself under its version: other code is never averaged, nor a repeat."""
    import smc.fingerprint
    import smc.results.identity
    import smc.training.record
    import smc.training.registration

    story.train()
    before = story.select()
    for module in (smc.results.identity, smc.training.record, smc.training.registration):
        monkeypatch.setattr(
            module,
            "code_version",
            lambda *parts: "edited" if not parts else smc.fingerprint.code_version(*parts),
        )
    run = story.train()
    after = story.select()
    never_better(before, after)
    assert (after.counted["n_trials"], story.rounds()[run.run_id]) == (2, 2)


def test_a_higher_version_stands_for_the_older_one(story, monkeypatch):
    """An upgrade is no new idea: the newest run stands for the trial."""
    import smc.results.identity
    import smc.training.registration

    story.train()
    before = story.select()
    monkeypatch.setattr(smc.training.registration, "__version__", "99.0")
    for module in (smc.results.identity, smc.training.registration):
        monkeypatch.setattr(module, "code_version", lambda *_: "newer")
    run = story.train()
    after = story.select()
    assert set(story.rounds()) == {run.run_id}
    assert (after.counted["n_trials"], after.counted["round"]) == (1, 1)
    never_better(before, after)
