"""Sharpe ratios: what is measured, what is refused, and what units come out."""

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.signal import lfilter
from scipy.stats import kurtosis, skew

from smc.stats import (
    TrackRecord,
    deflated_sharpe_ratio,
    expected_max_sharpe_ratio,
    min_backtest_length,
    min_track_record_length,
    probabilistic_sharpe_ratio,
    sharpe_ratio,
    sharpe_standard_error,
)
from smc.stats.deflated_sharpe import max_moments


def returns(n: int = 300) -> np.ndarray:
    return 0.01 * (np.random.default_rng(0).gamma(2.0, size=n) - 1.9)


def test_a_record_measures_its_returns() -> None:
    record = TrackRecord.of(returns(), periods_per_year=252)
    assert (
        record.sharpe
        == pytest.approx(returns().mean() / returns().std(ddof=1) * math.sqrt(252))
        == pytest.approx(sharpe_ratio(returns(), 252))
    )
    assert record.per_period == pytest.approx(sharpe_ratio(returns(), 1))
    assert record.n == 300
    assert record.skewness == pytest.approx(skew(returns()))
    assert record.kurtosis == pytest.approx(kurtosis(returns(), fisher=False))


@pytest.mark.parametrize("scale", [1e-200, 1e200])
def test_the_scale_of_returns_does_not_matter(scale: float) -> None:
    scaled, record = (TrackRecord.of(returns() * factor, periods_per_year=1) for factor in (scale, 1))
    for name in ("sharpe", "skewness", "kurtosis"):
        assert getattr(scaled, name) == pytest.approx(getattr(record, name))


@pytest.mark.parametrize("convention", ["2012", "2025"])
def test_annualising_changes_no_probability_and_no_length(convention: str) -> None:
    daily, annual = (TrackRecord.of(returns(), periods_per_year=each) for each in (1, 252))
    for benchmark in (0.0, 0.03):
        year = benchmark * math.sqrt(252)
        assert probabilistic_sharpe_ratio(daily, benchmark=benchmark, convention=convention) == pytest.approx(
            probabilistic_sharpe_ratio(annual, benchmark=year, convention=convention)
        )
        assert min_track_record_length(daily, benchmark=benchmark, convention=convention) == pytest.approx(
            min_track_record_length(annual, benchmark=year, convention=convention)
        )
    assert sharpe_standard_error(annual) == pytest.approx(sharpe_standard_error(daily) * math.sqrt(252))


@pytest.mark.parametrize("convention", ["2014", "2025", "2025_rescaled"])
def test_annualising_changes_no_deflated_ratio(convention: str) -> None:
    daily, annual = (TrackRecord.of(returns(), periods_per_year=each) for each in (1, 252))
    one, year = (
        deflated_sharpe_ratio(record, n_trials=7, trials_variance=variance, convention=convention)
        for record, variance in ((daily, 0.001), (annual, 0.252))
    )
    assert one == pytest.approx(year)
    plain = deflated_sharpe_ratio(returns(), n_trials=7, trials_variance=0.001, convention=convention)
    assert plain == pytest.approx(one)


@pytest.mark.parametrize("convention", ["2012", "2025"])
def test_after_the_shortest_record_the_probability_is_the_confidence(convention: str) -> None:
    length = min_track_record_length(returns(), confidence=0.9, convention=convention)
    record = TrackRecord.of(returns(), periods_per_year=1)
    stretched = replace(record, n=length)  # type: ignore[arg-type]
    assert probabilistic_sharpe_ratio(stretched, convention=convention) == pytest.approx(0.9)


def test_a_record_no_better_than_the_benchmark_is_never_long_enough() -> None:
    assert min_track_record_length(-returns()) == math.inf


def test_one_trial_deflates_nothing() -> None:
    record = TrackRecord.of(returns(), periods_per_year=252)
    for convention, plain in (("2014", "2012"), ("2025", "2025"), ("2025_rescaled", "2025")):
        found = deflated_sharpe_ratio(record, n_trials=1, trials_variance=0.5, convention=convention)
        assert found == pytest.approx(probabilistic_sharpe_ratio(record, convention=plain))


def test_more_trials_expect_more() -> None:
    for convention in ("approximate", "exact"):
        found = [
            expected_max_sharpe_ratio(n, trials_variance=4, convention=convention)
            for n in (1, 1.2, 1.5, 2, 3.7, 10, 1e4, 1e6)
        ]
        assert found[0] == pytest.approx(0, abs=1e-12)
        assert (np.diff(found) >= 0).all()
        assert found[-1] == pytest.approx(2 * 4.86, abs=0.05)


def test_the_largest_of_many_normals_by_simulation() -> None:
    largest = np.random.default_rng(0).normal(size=(40_000, 6)).max(axis=1)
    assert max_moments(6) == pytest.approx((largest.mean(), largest.var()), rel=0.02)


def test_a_better_ratio_in_the_backtest_is_less_likely_luck() -> None:
    assert min_backtest_length(45, annual_sharpe=2) == pytest.approx(min_backtest_length(45) / 4)


def test_constant_returns_have_no_ratio() -> None:
    assert math.isnan(sharpe_ratio([0.1] * 10, 252))
    assert math.isnan(sharpe_ratio([0.1], 252))
    with pytest.raises(ValueError, match="have no Sharpe ratio"):
        TrackRecord.of([0.1] * 10, periods_per_year=252)


def test_a_bare_sharpe_ratio_is_refused() -> None:
    with pytest.raises(ValueError, match=r"does not say how many periods it comes from: pass returns"):
        probabilistic_sharpe_ratio(2.5)
    with pytest.raises(ValueError, match="does not say how many periods"):
        deflated_sharpe_ratio(2.5, n_trials=10, trials_variance=0.5)
    with pytest.raises(TypeError, match="periods_per_year"):
        TrackRecord(sharpe=2.5, n=1250)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="periods_per_year"):
        sharpe_ratio(returns())  # type: ignore[call-arg]


def test_impossible_records_are_refused() -> None:
    with pytest.raises(ValueError, match="not the excess"):
        TrackRecord(sharpe=1, n=10, periods_per_year=1, kurtosis=0)
    with pytest.raises(ValueError, match="`n` must be at least 2, got 1"):
        TrackRecord(sharpe=1, n=1, periods_per_year=1)
    with pytest.raises(ValueError, match="`periods_per_year` must be positive, got 0"):
        TrackRecord(sharpe=1, n=10, periods_per_year=0)
    with pytest.raises(ValueError, match="`sharpe` must be finite, got nan"):
        TrackRecord(sharpe=math.nan, n=10, periods_per_year=1)
    with pytest.raises(ValueError, match="finite numbers, one a period"):
        sharpe_ratio([0.1, math.inf], 1)
    with pytest.raises(ValueError, match=r"`n_trials` must be at least 1, got 0\.5"):
        expected_max_sharpe_ratio(0.5, trials_variance=1)


def autoregressive(n: int, r: float, mean: float, rng: np.random.Generator) -> np.ndarray:
    """Skewed returns each of which keeps a share of the one before."""
    shocks = rng.gamma(2.0, size=n + 50) - 2.0
    return mean + lfilter([1.0], [1.0, -r], shocks)[50:]


@pytest.mark.parametrize("r", [0.0, 0.3, 0.6])
def test_the_error_is_the_spread_of_many_autocorrelated_records(r: float) -> None:
    """Against redrawn records; of independent returns the formula would say half of it at .6."""
    rng = np.random.default_rng(0)
    drawn = [autoregressive(1000, r, 0.3, rng) for _ in range(2000)]
    spread = np.std([sharpe_ratio(values, 1) for values in drawn])
    records = [TrackRecord.of(values, periods_per_year=1) for values in drawn[:200]]
    assert np.mean([record.autocorrelation for record in records]) == pytest.approx(r, abs=0.02)
    errors = [sharpe_standard_error(record) for record in records]
    assert np.mean(errors) == pytest.approx(spread, rel=0.08)
    if r == 0.6:
        independent = [sharpe_standard_error(replace(record, autocorrelation=0.0)) for record in records]
        assert np.mean(independent) < 0.6 * spread


def test_returns_that_bounce_are_no_surer_than_independent_ones() -> None:
    values = autoregressive(500, -0.5, 0.3, np.random.default_rng(1))
    record = TrackRecord.of(values, periods_per_year=1)
    assert record.autocorrelation < -0.4
    assert sharpe_standard_error(record) == sharpe_standard_error(replace(record, autocorrelation=0.0))


@pytest.mark.parametrize("r", [1.0, -1.0, math.nan])
def test_an_autocorrelation_that_no_record_has_is_refused(r: float) -> None:
    with pytest.raises(ValueError, match=r"`autocorrelation` must lie in \(-1, 1\)"):
        TrackRecord(sharpe=1.0, n=10, periods_per_year=1, autocorrelation=r)
