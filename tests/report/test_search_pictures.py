"""The pictures of a search: what was tried, in its order, and where each fold's choice lies."""

import re

import numpy as np
import pandas as pd
import pytest

from smc.report.html.charts.search_charts import choice_chart, history_chart, importance_chart
from smc.report.run.pictures.search import draw_search
from smc.report.run.search_pictures import search_pictures
from smc.report.run.sections.tuning import tuning_section
from smc.report.search import choices_of, history_of, importances_of
from smc.report.style import NothingToDrawError, styled

SPACE = {
    "depth": {"low": 2, "high": 10},
    "rate": {"low": 0.01, "high": 1.0, "log": True},
    "dims": {"choices": [[8], [16], [8, 8]]},
}
STATUSES = ["finished", "pruned", "finished", "failed", "finished"]
LOSSES = [0.7, 0.9, 0.6, np.nan, 0.65]
CHOSEN = {
    "fold 0": {"depth": 2, "rate": 0.1, "dims": [8]},
    "fold 1": {"depth": 6, "rate": 0.1, "dims": [8, 8]},
    "train fit": {"depth": 4, "rate": 1.0, "dims": [16]},
}


def search(fit, params):
    return {
        "fit": fit,
        "n_events": 90,
        "params": params,
        "start": {"depth": 4, "rate": 0.01, "dims": [16]},
        "loss": 0.6,
        "gain": {"value": 0.1, "standard_error": 0.01},
        "trial": 2,
        "trials": {"finished": 3, "pruned": 1, "failed": 1},
        "at_the_edge": [],
        "importances": {"depth": 0.6, "rate": 0.25, "dims": 0.0},
        "is_partial": False,
    }


class View:
    """A run's record, its table of trials and its space."""

    title = "S01, XGBoost"

    def __init__(self, chosen=CHOSEN, statuses=STATUSES, losses=LOSSES):
        self.run = self
        self.record = {"tuning": [search(*each) for each in chosen.items()]}
        trials = pd.DataFrame({"trial": range(len(losses)), "status": statuses, "loss": losses})
        self.tuning = pd.concat([trials.assign(fit=fit) for fit in chosen]) if chosen else pd.DataFrame()
        self.config = {"space": SPACE}


def test_the_best_so_far_is_of_the_trials_that_finished():
    history = history_of(View())
    assert history.fit == "train fit"
    assert history.best.tolist() == [0.7, 0.7, 0.6, 0.6, 0.6]
    assert (history.profile, history.chosen) == (0.7, 2)
    assert history_of(View(statuses=["failed", *STATUSES[1:]])).profile is None


def test_a_place_is_that_in_the_range():
    depth, rate, dims = choices_of(View())
    assert depth.places == {"fold 0": 0.0, "fold 1": 0.5, "train fit": 0.25}
    assert rate.places == pytest.approx({"fold 0": 0.5, "fold 1": 0.5, "train fit": 1.0})
    assert dims.places == {"fold 0": 0.0, "fold 1": 1.0, "train fit": 0.5}
    assert [choice.spread for choice in (depth, rate, dims)] == [0.5, 0.0, 1.0]
    assert (rate.low, rate.high, dims.high) == ("0.01", "1", "[8, 8]")


def test_a_search_that_serves_all_fits_has_no_choice_by_fold():
    view = View({"first block": CHOSEN["train fit"]})
    assert choices_of(view) == []
    assert [picture.name for picture in search_pictures(view)] == ["search", "importance"]
    assert [picture.name for picture in search_pictures(View())] == ["search", "importance", "choices"]


def test_each_trial_is_marked_by_how_it_ended():
    chart = history_chart(history_of(View()), "says")
    assert len(re.findall(r"trial \d, loss", chart)) == 3
    assert ">profile</text>" in chart
    assert chart.count('class="whisker c4"') == 1
    assert chart.count('class="whisker c1"') == 2, "two strokes of a cross"
    assert "NaN" not in chart
    assert "nan" not in chart


def test_a_far_trial_stays_inside_of_the_picture():
    losses = [0.7, *np.linspace(0.6, 0.65, 18), 50.0]
    chart = history_chart(history_of(View(statuses=["finished"] * 20, losses=losses)), "says")
    heights = [float(cy) for cy in re.findall(r'cy="([\d.]+)"[^>]*class="dot c0"><title>trial', chart)]
    assert len(heights) == 20
    assert max(heights) - min(heights) > 100, "the others still differ"


def test_bars_and_dots_say_what_they_are():
    bars = importance_chart(importances_of(View()), "says")
    assert re.findall(r">(\d+ %)<", bars) == ["60 %", "25 %", "0 %"]
    dots = choice_chart(choices_of(View()), "says")
    assert "fold 1: dims [8, 8]" in dots
    assert dots.count("train fit: ") == 3


def test_the_section_says_how_far_the_folds_lie_apart():
    section = tuning_section(View())
    assert section.tables[1].rows == [
        ("depth", "2", "6", "50 %"),
        ("rate", "0.1", "0.1", "0 %"),
        ("dims", "[8]", "[8, 8]", "100 %"),
    ]
    assert "depth 60 %, rate 25 %, dims 0 %" in section.points[-1]


def test_too_few_finished_trials_are_said():
    view = View()
    view.record["tuning"][-1]["importances"] = None
    assert (
        tuning_section(view).points[-1]
        == "train fit: too few trials finished to say which parameter matters."
    )
    assert [picture.name for picture in search_pictures(view)] == ["search", "choices"]


def test_a_run_of_before_importances_were_kept_says_nothing_of_them():
    view = View()
    del view.record["tuning"][-1]["importances"]
    assert "matters" not in tuning_section(view).points[-1]


@pytest.mark.parametrize("chosen", [CHOSEN, {"first block": CHOSEN["train fit"]}])
def test_it_is_drawn(chosen):
    with styled():
        figure = draw_search(View(chosen))
    assert len(figure.axes) == (3 if chosen is CHOSEN else 2)


def test_nothing_is_drawn_where_nothing_was_looked_for():
    with pytest.raises(NothingToDrawError, match="tune=tpe"):
        draw_search(View({}))
    assert list(search_pictures(View({}))) == []
