"""Seeds of one configuration are one trial; all trials stand on one axis of time."""

import numpy as np
import pytest

from smc.selection.evidence import EventEvidence
from smc.selection.trial import build_panel, trials_of


def test_seeds_of_one_configuration_are_one_column_their_mean(make_candidate):
    seeds = [make_candidate(f"r{k}", 0.55 + 0.05 * k, key="one", seed=k) for k in range(3)]
    (trial,) = trials_of(seeds)
    scores = [each.out_of_fold.evidence.value for each in seeds]
    assert np.allclose(trial.evidence.value, np.mean(scores, axis=0))
    assert trial.seed_spread == pytest.approx((np.mean(scores[0]), np.mean(scores[2])))


def test_the_seed_nearest_to_the_mean_stands_for_the_trial_not_the_luckiest(make_candidate):
    seeds = [make_candidate(f"r{k}", share, key="one") for k, share in enumerate([0.52, 0.6, 0.68])]
    assert trials_of(seeds)[0].candidate.run_id == "r1"


def test_a_run_given_twice_changes_nothing(make_candidate):
    one, two = make_candidate("a"), make_candidate("b", 0.5)
    once, twice = trials_of([one, two]), trials_of([two, one, two, one])
    assert np.array_equal(build_panel(once).values, build_panel(twice).values)


def test_trials_without_evidence_have_no_column(make_candidate):
    assert trials_of([make_candidate(out_of_fold=None)]) == []


def test_events_stand_in_one_row_each_and_zero_where_they_were_not_predicted():
    class Stub:
        def __init__(self, *event: int) -> None:
            time = np.array(event)
            self.evidence = EventEvidence(time, time + 2, time.astype(float))

    panel = build_panel([Stub(1, 5), Stub(3, 5, 9)])
    assert panel.values.T.tolist() == [[1, 0, 5, 0], [0, 3, 5, 9]]


def test_blocks_are_twice_as_long_as_labels_overlap(make_candidate, make_rows):
    from smc.selection.candidates import split_result

    wide = split_result(
        make_rows(0.6, n=300, seed=0, overlap=12), make_rows(0.6, n=0, seed=0), "log_loss", None
    )
    panel = build_panel(trials_of([make_candidate("a", n=300), make_candidate("b", out_of_fold=wide)]))
    assert 22 <= panel.block_size <= 26
    assert build_panel(trials_of([make_candidate("a", n=300)])).block_size == 7


def test_few_events_prove_nothing(make_candidate):
    panel = build_panel(trials_of([make_candidate(n=6)]))
    assert panel.p_values(n_draws=100, seed=0).tolist() == [1.0]
