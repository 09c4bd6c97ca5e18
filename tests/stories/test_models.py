"""Models that say nothing, say too much, or answer another question."""

import pandas as pd

from tests.stories.conftest import bars_of, never_better, told

REGRESSION = ("labels=forward_return", "labels.horizon=20")


def test_a_model_that_never_trades_though_it_is_right_more_often_than_not(story):
    """A far target: the class that is not traded is right in most events."""
    story.train("model=baseline", "labels.stop_atr=1", "labels.target_atr=4")
    after = story.select()
    assert (after.verdict, after.decided_by) == ("NO_MODEL", "out_of_fold_predictions")
    assert after.counted["openings"] == 0
    told(after.told, "all out-of-fold predictions are the same")


def test_a_market_without_an_edge(story):
    """The model of a market that is a martingale names the more frequent class, and is no better."""
    story.market = [*(key for key in story.market if "edge_frac" not in key), "data.edge_frac=0"]
    story.train()
    after = story.select()
    assert after.verdict != "DEPLOY"
    told(after.told, "what would change it")


def test_an_edge_that_ended_before_the_test_part(story):
    """Out of fold it was there; on the new events the more frequent class is right more often than the model."""
    n_before, prices = 3440, ["open", "high", "low", "close"]
    edge, none = bars_of(), bars_of(seed=9, edge=0.0)
    after = none.iloc[n_before:].copy()
    after[prices] *= edge["close"].iloc[n_before - 1] / none["close"].iloc[n_before - 1]
    story.on(pd.concat([edge.iloc[:n_before], after]))
    story.train()
    judged = story.select()
    assert (judged.verdict, judged.decided_by) == ("WATCH", "test_above_baseline")
    assert judged.p_oof < 0.05
    told(judged.told, "48.3 % of 60 test events, the baseline 71.7 %", "15 more of these events named right")


def test_a_regression_beside_a_classification_lowers_nothing(story):
    story.train()
    before = story.select()
    story.train(*REGRESSION)
    after = story.select()
    never_better(before, after)
    assert after.counted["n_trials"] == 2
    assert after.p_oof > before.p_oof


def test_an_overfitted_regression(story):
    """R2 on train far above that on val: luck enough for a p-value, and refused."""
    story.train(*REGRESSION, "model=random_forest", "reg=none", "model.n_estimators=20")
    after = story.select()
    assert (after.verdict, after.decided_by) == ("NO_MODEL", "train_val_r2_gap")
    told(after.told, "R2 on train is", "above that on val, 0.20 and 1.645 times the standard error")


def test_several_questions_in_one_folder(story):
    """Each is corrected for all; one test part is opened, the other questions stand beside."""
    story.train()
    before = story.select()
    story.train("labels=direction")
    story.train("events=every", "events.step=10")
    after = story.select()
    never_better(before, after)
    assert after.counted["n_trials"] == 3
    assert len(after.entry["questions"]) == 2
    assert after.p_oof > before.p_oof
    assert after.counted["openings"] <= 2


def test_a_question_a_day_until_one_is_answered(story):
    """Other horizons are other questions: every one is a trial of the market."""
    story.train()
    before = story.select()
    for horizon in (3, 5):
        story.train("labels=direction", f"labels.horizon={horizon}")
    after = story.select()
    never_better(before, after)
    assert after.counted["n_trials"] == 3
    assert sorted(story.rounds().values()) == [1, 2, 3]
