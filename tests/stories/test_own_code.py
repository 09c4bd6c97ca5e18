"""Classes of one's own: each version is a trial, and one that sees the future is not deployed."""

import pytest

from tests.stories.conftest import never_better, told

FAMILY = """
import numpy as np

class Mine:
    names, warm_up = ["mine"], 60
    def compute(self, bars):
        change = bars["close"].pct_change()
        return {}
"""
LABEL = """
import numpy as np
import pandas as pd
from smc.labels.direction import Direction

class Mine(Direction):
    def compute(self, bars, events, side):
        table = super().compute(bars, events, side)
        {}
"""
MINE = ("+features.families.mine._target_=own_part.Mine",)
#: The label is known to a feature, since it reads the same future.
ORACLE = "change.rolling(21, center=True).mean()"


def test_ones_own_feature_file_edited_six_times(story):
    story.train()
    before = story.select()
    for size in (5, 8, 13, 21, 34, 55):
        story.write_module("own_part", FAMILY.format(f"change.rolling({size}).mean()"))
        last = story.train(*MINE)
    after = story.select()
    never_better(before, after)
    assert after.counted["n_trials"] == 7
    assert story.rounds()[last.run_id] == 7
    assert all(len(own) == 0 for own in story.counted().repeats.values())


def test_the_same_file_again_is_no_trial(story):
    story.write_module("own_part", FAMILY.format("change.rolling(5).mean()"))
    first = story.train(*MINE)
    before = story.select()
    story.write_module("own_part", FAMILY.format("change.rolling(5).mean()"))
    assert story.train(*MINE).run_id == first.run_id
    assert story.select().counted == before.counted


@pytest.mark.parametrize("leak", [ORACLE, "change.shift(-1)"])
def test_a_family_that_sees_the_future(story, leak):
    story.train()
    before = story.select()
    story.write_module("own_part", FAMILY.format(leak))
    run = story.train(*MINE)
    story.delete(before.candidate)
    after = story.select()
    never_better(before, after)
    assert (after.candidate, after.verdict) != (run.run_id, "DEPLOY")
    told(str(run.record["warnings"]), "own_part.Mine (features.families.mine) did not keep its laws: future")


def test_a_label_that_ends_where_it_starts_while_it_looks_ahead(story):
    story.write_module("own_part", LABEL.format("return table.assign(end=table['start'])"))
    run = story.train("labels=direction", "labels._target_=own_part.Mine")
    after = story.select()
    assert after.verdict != "DEPLOY"
    told(str(run.record["warnings"]), "own_part.Mine (labels) did not keep its laws", "behind its span")


def test_a_label_that_reads_a_file_of_the_future(story):
    from tests.stories.conftest import bars_of

    path = story.place / "future.csv"
    bars_of()["close"].shift(-30).to_csv(path)
    text = f"ahead = pd.read_csv({str(path)!r})['close'].to_numpy()[table.index]\n        return table.assign(label=(ahead > bars['close'].to_numpy()[table.index]).astype(int))"
    story.write_module("own_part", LABEL.format(text))
    run = story.train("labels=direction", "labels._target_=own_part.Mine")
    after = story.select()
    assert after.verdict != "DEPLOY"
    told(str(run.record["warnings"]), "it opens future.csv, where no law can look: python -m smc.audit")
