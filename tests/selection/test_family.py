"""False discoveries are counted over the markets of the ledger, each once, by both parts of the evidence."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import combine_pvalues, false_discovery_control

from smc.selection.family import Relative, adjusted, combined, discovery
from smc.selection.honest import Honest


def judge(*symbols):
    return Honest(n_draws=500).select(symbols)


def p_values(verdict):
    return verdict.evidence["p_values"]


@pytest.mark.parametrize("pair", [(0.05, 0.05), (0.001, 0.9), (1.0, 1.0), (0.3, 1e-9)])
def test_two_p_values_together_are_those_of_another_library(pair) -> None:
    assert combined(*pair) == pytest.approx(combine_pvalues(pair, "fisher").pvalue, abs=1e-12)


def test_adjusted_p_values_are_those_of_another_library() -> None:
    rng = np.random.default_rng(0)
    for n in (1, 2, 7, 40):
        p_value, *others = rng.uniform(size=n) ** 3
        for any_dependence, method in ((False, "bh"), (True, "by")):
            found = adjusted(p_value, others, q=0.05, any_dependence=any_dependence)
            assert found == pytest.approx(false_discovery_control([p_value, *others], method=method)[0])


def test_a_verdict_holds_out_of_fold_and_test_evidence_together(make_candidate, trials) -> None:
    (verdict,) = judge(trials(make_candidate(accuracy=0.6, test=0.6, val=0.6)))
    found = p_values(verdict)
    assert found["combined"] == pytest.approx(combine_pvalues([found["corrected"], found["test"]]).pvalue)
    assert found["benjamini_hochberg"] == found["combined"] < found["corrected"]
    assert found["benjamini_hochberg_test"] == found["test"]


@pytest.mark.parametrize(
    "planted", [{"gap": 0.5}, {"accuracy": 0.5}, {"test": 0.5, "val": 0.5}, {"test": None}]
)
def test_a_symbol_that_fails_a_gate_is_no_discovery_that_makes_room_for_others(
    make_candidate, trials, planted
) -> None:
    (verdict,) = judge(trials(make_candidate(**planted)))
    assert p_values(verdict)["combined"] == 1.0


def test_one_edge_among_many_symbols_without_one_is_found(make_candidate, trials) -> None:
    """By the out-of-fold part alone it was lost among twenty: .012 times 20."""
    edge = trials(make_candidate(accuracy=0.57, test=0.62, val=0.6), symbol="AAA")
    noise = [trials(make_candidate("b", 0.5), symbol=f"N{k:02}") for k in range(19)]
    verdict = judge(edge, *noise)[0]
    assert verdict.verdict == "DEPLOY"
    assert p_values(verdict)["corrected"] * 20 > 0.05


def test_a_market_under_two_names_is_one(make_candidate, trials) -> None:
    """A file copied under another name makes no second discovery, which would let a third one by."""
    own = trials(make_candidate(accuracy=0.57, test=0.57, val=0.57), symbol="AAA")
    noise = [trials(make_candidate("b", 0.5), symbol=f"N{k:02}") for k in range(19)]
    alone, beside = judge(own, *noise)[0], judge(own, replace(own, symbol="ZZZ"), *noise)[0]
    assert p_values(alone) == p_values(beside)
    assert beside.evidence["family"]["n_markets"] == 20


def test_markets_that_were_judged_before_count(make_candidate, trials) -> None:
    own = trials(make_candidate(accuracy=0.57, test=0.57, val=0.57), symbol="AAA")
    before = [Relative(f"m{k}", (f"S{k}",)) for k in range(30)]
    (alone,), (beside,) = judge(own), judge(replace(own, family=before))
    assert (alone.verdict, beside.verdict) == ("DEPLOY", "WATCH")
    assert beside.decided_by.name == "benjamini_hochberg"
    assert beside.decided_by.value == pytest.approx(31 * p_values(alone)["combined"])
    found = [Relative(f"m{k}", (f"S{k}",), 1e-6) for k in range(30)]
    (among,) = judge(replace(own, family=found))
    assert among.verdict == "DEPLOY"


def test_drawn_bars_and_real_ones_are_families_of_their_own(make_candidate, trials) -> None:
    own = trials(make_candidate(), symbol="AAA")
    drawn = [replace(trials(make_candidate("b", 0.5), symbol=f"N{k}"), is_simulated=True) for k in range(5)]
    verdicts = {verdict.symbol: verdict for verdict in judge(own, *drawn)}
    assert verdicts["AAA"].evidence["family"] == {"method": "benjamini_hochberg", "n_markets": 1}
    assert verdicts["N0"].evidence["family"]["n_markets"] == 5


def test_one_model_for_several_symbols_may_make_them_depend_on_each_other(make_candidate, trials) -> None:
    symbols = [trials(replace(make_candidate(accuracy=0.6), is_pooled=True), symbol=name) for name in "AB"]
    verdicts = judge(*symbols)
    assert {verdict.evidence["family"]["method"] for verdict in verdicts} == {"benjamini_yekutieli"}
    first = p_values(verdicts[0])
    assert first["benjamini_hochberg"] == pytest.approx(1.5 * first["combined"])


def test_what_a_markets_other_symbols_found_is_not_held_against_it() -> None:
    own = Relative("m", ("A",), 0.04, 0.04)
    found = discovery(own, [own, Relative("m", ("B",), 1e-9, 1e-9)], q=0.05, any_dependence=False)
    assert (found.p_value, found.n_markets) == (0.04, 1)


def test_two_sided_evidence_ranks_by_a_bound_that_allows_for_its_folds(make_candidate, trials) -> None:
    forward = trials(make_candidate(accuracy=0.62))
    columns = [replace(column, two_sided=True) for column in forward.market.columns]
    (before,), (after,) = (
        judge(forward),
        judge(replace(forward, market=replace(forward.market, columns=columns))),
    )
    mean = before.evidence["value"]
    assert after.evidence["value"] == mean
    spread = mean - before.evidence["lower_bound"]
    assert mean - after.evidence["lower_bound"] == pytest.approx(2**0.5 * spread)
