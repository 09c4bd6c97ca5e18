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
