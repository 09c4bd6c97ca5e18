"""What a report says of a search for parameters."""

import pytest

from smc.report.run.sections.tuning import tuning_section

SEARCH = {
    "fit": "first block",
    "n_events": 96,
    "params": {"C": 0.25, "hidden_dims": [64]},
    "start": {"C": 0.01, "hidden_dims": [32]},
    "loss": 0.6,
    "gain": {"value": 0.05, "standard_error": 0.02},
    "trial": 3,
    "trials": {"finished": 5, "pruned": 2, "failed": 1},
    "at_the_edge": [],
    "is_partial": False,
}


class Record:
    """A view of a record alone."""

    def __init__(self, **record):
        self.record = record


@pytest.mark.parametrize(("error", "is_luck"), [(0.02, False), (0.03, True)])
def test_a_search_is_told_in_a_sentence_and_a_table(error, is_luck):
    search = {**SEARCH, "gain": {"value": 0.05, "standard_error": error}}
    section = tuning_section(Record(tuning=[search]))
    first, last = section.points
    assert first.startswith(
        "first block: 8 trials (2 pruned, 1 failed) on 96 events of inner folds; the loss of the best is 0.050"
    )
    assert first.endswith("which may be luck.") == is_luck
    assert "chosen on" in last
    assert section.tables[0].rows == [
        ("first block", "C", "0.0100", "0.2500"),
        ("", "hidden_dims", "[32]", "[64]"),
    ]


def test_a_start_that_could_not_be_fitted_is_compared_with_nothing():
    (first, _) = tuning_section(Record(tuning=[{**SEARCH, "gain": None}])).points
    assert first == "first block: 8 trials (2 pruned, 1 failed) on 96 events of inner folds."


def test_a_run_that_looked_for_nothing_has_no_such_section():
    assert tuning_section(Record()) is None


def test_what_was_looked_for_is_told_with_its_front_and_its_constraints():
    aims = {
        "objectives": {"sharpe": 1.25, "log_loss": 0.6},
        "constraints": {
            "max_drawdown": {"limit": 0.2, "value": 0.15},
            "min_win_rate": {"limit": 0.5, "value": 0.625},
        },
        "choose": "nearest",
        "front": [
            {"trial": 3, "objectives": {"sharpe": 1.25, "log_loss": 0.6}},
            {"trial": 5, "objectives": {"sharpe": 1.0, "log_loss": 0.5}},
        ],
    }
    section = tuning_section(Record(tuning=[{**SEARCH, **aims}]))
    first, front, constraints, _ = section.points
    assert "the sharpe of the best is 0.050 (standard error 0.020) more than that of the start" in first
    assert front == (
        "2 trials are worse than no other in all of sharpe, log_loss; the best of them is that nearest to the "
        "best of each (tune.choose=nearest)."
    )
    assert constraints == (
        "Constraints, after costs: max_drawdown 0.150 (at most 0.200), win_rate 0.625 (at least 0.500)."
    )
    assert section.tables[1].columns == ("fit", "on the front", "sharpe", "log_loss")
    assert section.tables[1].rows == [
        ("first block", "trial 3, taken", "1.250", "0.600"),
        ("", "trial 5", "1.000", "0.500"),
    ]
