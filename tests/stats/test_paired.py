"""Tests of two or more models on the same events or symbols, beside scipy and statsmodels."""

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import stats as scipy_stats
from statsmodels.stats.contingency_tables import mcnemar as peer_mcnemar
from statsmodels.stats.multitest import multipletests

from smc.stats import benjamini_hochberg, corrected_resampled_t, diebold_mariano, friedman_nemenyi, mcnemar


def correct(only_first: int, only_second: int) -> tuple[np.ndarray, np.ndarray]:
    counts = [only_first, only_second, 30]
    return np.repeat([1, 0, 1], counts), np.repeat([0, 1, 1], counts)


@pytest.mark.parametrize(("b", "c"), [(9, 3), (3, 9), (5, 5), (0, 4), (0, 1), (40, 25)])
def test_mcnemar_equals_statsmodels(b: int, c: int) -> None:
    table = [[30, b], [c, 0]]
    exact, chi2 = peer_mcnemar(table, exact=True), peer_mcnemar(table, exact=False, correction=True)
    assert mcnemar(*correct(b, c)).p_value == pytest.approx(exact.pvalue)
    assert mcnemar(*correct(b, c)).statistic == exact.statistic
    if b != c:  # statsmodels does not stop the correction at 0
        assert mcnemar(*correct(b, c), method="chi2").p_value == pytest.approx(chi2.pvalue)
    middle = mcnemar(*correct(b, c), method="mid_p").p_value
    expected = exact.pvalue - scipy_stats.binom.pmf(min(b, c), b + c, 0.5)
    if b != c:
        assert middle == pytest.approx(expected)


@pytest.mark.parametrize("method", ["exact", "mid_p", "chi2"])
def test_classifiers_that_never_differ_are_equal(method: str) -> None:
    assert mcnemar([1, 0, 1], [1, 0, 1], method=method).p_value == 1


def test_mcnemar_refuses_what_is_not_right_or_wrong() -> None:
    with pytest.raises(ValueError, match="0 or 1 for the same events"):
        mcnemar([1, 0], [1, 0, 1])
    with pytest.raises(ValueError, match="0 or 1 for the same events"):
        mcnemar([1, 2], [1, 0])


def test_the_corrected_t_is_the_plain_one_if_nothing_is_shared() -> None:
    differences = np.random.default_rng(0).normal(0.3, 1, 20)
    for alternative in ("two-sided", "greater", "less"):
        found = corrected_resampled_t(differences, n_train=1, n_test=1e-15, alternative=alternative)
        peer = scipy_stats.ttest_1samp(differences, 0, alternative=alternative)
        assert (found.statistic, found.p_value) == pytest.approx((peer.statistic, peer.pvalue))


def test_purged_training_rows_make_the_corrected_t_more_careful() -> None:
    differences = np.random.default_rng(0).normal(0.3, 1, 4)
    whole = corrected_resampled_t(differences, n_train=90, n_test=30)
    purged = corrected_resampled_t(differences, n_train=[60, 50, 40, 30], n_test=[30, 30, 30, 30])
    assert purged.standard_error > whole.standard_error
    ratio = np.mean(30 / np.array([60, 50, 40, 30]))
    assert purged.standard_error == pytest.approx(np.sqrt((1 / 4 + ratio) * differences.var(ddof=1)))


def test_equal_differences_hold_no_test() -> None:
    assert corrected_resampled_t([0.0, 0.0], n_train=2, n_test=1).p_value == 1
    assert diebold_mariano([1.0, 2.0], [1.0, 2.0]).p_value == 1
    with pytest.raises(ValueError, match=r"all 3 differences are 0\.1: without variance"):
        corrected_resampled_t([0.1, 0.1, 0.1], n_train=2, n_test=1)
    with pytest.raises(ValueError, match="all differences are 1: without variance"):
        diebold_mariano([2.0, 3.0], [1.0, 2.0])
    with pytest.raises(ValueError, match="`n_train` and `n_test` must be positive, got 0"):
        corrected_resampled_t([0.1, 0.2], n_train=0, n_test=1)
    with pytest.raises(ValueError, match="`differences` must be two or more finite numbers"):
        corrected_resampled_t([0.1], n_train=2, n_test=1)


@pytest.mark.parametrize("horizon", [1, 2, 5])
def test_diebold_mariano_equals_a_regression_on_a_constant(horizon: int) -> None:
    rng = np.random.default_rng(horizon)
    first, second = rng.normal(size=(2, 80)).cumsum(axis=1)
    first, second = (np.diff(each, prepend=0.0) ** 2 for each in (first, second))
    found = diebold_mariano(first, second, horizon=horizon)
    fit = sm.OLS(first - second, np.ones(80)).fit(
        cov_type="HAC",
        cov_kwds={"maxlags": horizon - 1, "kernel": "uniform", "use_correction": False},
    )
    assert found.kernel == "rectangular"
    assert found.uncorrected == pytest.approx(fit.tvalues[0])
    shrink = np.sqrt((81 - 2 * horizon + horizon * (horizon - 1) / 80) / 80)
    assert found.statistic == pytest.approx(found.uncorrected * shrink)
    assert found.p_value == pytest.approx(2 * scipy_stats.t.sf(abs(found.statistic), 79))


def test_a_negative_variance_falls_back_to_bartlett() -> None:
    first = np.tile([1.0, 0.0], 10)
    second = np.zeros(20)
    second[0] = 0.3
    found = diebold_mariano(first, second, horizon=2)
    fit = sm.OLS(first - second, np.ones(20)).fit(
        cov_type="HAC", cov_kwds={"maxlags": 1, "use_correction": False}
    )
    assert found.kernel == "bartlett"
    assert found.uncorrected == pytest.approx(fit.tvalues[0])


def test_the_loser_has_the_positive_statistic() -> None:
    loss = np.random.default_rng(0).random(30)
    worse = loss + 0.1 + 0.01 * np.arange(30)
    assert diebold_mariano(worse, loss).statistic > 0
    assert diebold_mariano(worse, loss, alternative="greater").p_value < 0.001
    assert diebold_mariano(worse, loss, alternative="less").p_value > 0.999
    with pytest.raises(ValueError, match="`rows` must be at least 31, got 30"):
        diebold_mariano(worse, loss, horizon=30)
    with pytest.raises(ValueError, match="finite and equally many"):
        diebold_mariano(worse, loss[:-1])


def test_benjamini_hochberg_equals_statsmodels() -> None:
    rng = np.random.default_rng(0)
    for n in (1, 2, 30):
        p = np.round(rng.random(n) ** 3, 2)  # with ties
        found = benjamini_hochberg(p, q=0.1)
        rejected, adjusted, *_ = multipletests(p, alpha=0.1, method="fdr_bh")
        assert found.rejected.tolist() == rejected.tolist()
        np.testing.assert_allclose(found.adjusted, adjusted)
    assert benjamini_hochberg([]).rejected.tolist() == []


@pytest.mark.parametrize("wrong", [[0.1, np.nan], [-0.1], [1.1], [[0.1]]])
def test_what_is_no_p_value_is_refused(wrong: list) -> None:
    with pytest.raises(ValueError, match=r"`p_values` must be a list of numbers in \[0, 1\]"):
        benjamini_hochberg(wrong)


@pytest.mark.parametrize("decimals", [9, 1])
def test_friedman_equals_scipy_with_and_without_ties(decimals: int) -> None:
    scores = np.random.default_rng(0).random((11, 4)).round(decimals)
    scores[:, 3] += 0.5
    found = friedman_nemenyi(scores)
    peer = scipy_stats.friedmanchisquare(*scores.T)
    assert (found.chi2, found.p_chi2) == pytest.approx((peer.statistic, peer.pvalue))
    assert found.average_ranks[3] == found.average_ranks.min()
    lower = friedman_nemenyi(scores, higher_is_better=False)
    np.testing.assert_allclose(lower.average_ranks, 5 - found.average_ranks)
    assert friedman_nemenyi(scores, alpha=0.1).critical_difference < found.critical_difference


def test_models_that_always_tie_or_always_agree() -> None:
    assert friedman_nemenyi(np.ones((5, 3))).p_f == 1
    agree = friedman_nemenyi(np.tile([1.0, 2.0, 3.0], (5, 1)))
    assert agree.f == np.inf
    assert agree.p_f == 0
    with pytest.raises(ValueError, match="one row a symbol, one column a model"):
        friedman_nemenyi([[1.0, 2.0]])
