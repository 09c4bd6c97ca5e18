"""Published and derived figures, each reproduced to its own tolerance."""

import json
import math
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from arch.bootstrap import StationaryBootstrap
from scipy.special import ndtr, ndtri

from smc.stats import (
    TrackRecord,
    benjamini_hochberg,
    corrected_resampled_t,
    deflated_sharpe_ratio,
    diebold_mariano,
    expected_max_sharpe_ratio,
    mcnemar,
    min_backtest_length,
    min_track_record_length,
    probabilistic_sharpe_ratio,
    probability_of_backtest_overfitting,
    sharpe_standard_error,
)
from smc.stats.deflated_sharpe import max_moments
from smc.stats.panel import standardised
from smc.stats.predictive_ability import predictive_shares
from smc.stats.ranks import from_ranks
from smc.stats.stationary import long_run_variance
from smc.stats.stepdown import stepdown

#: Cases about a function that smc does not have.
NOT_OFFERED = {"afml_time_decay"}


@pytest.fixture(scope="module")
def cases(shared_data: Path) -> dict[str, dict[str, Any]]:
    text = (shared_data / "oracles" / "validation_oracles.json").read_text(encoding="utf-8")
    return {case["name"]: case for case in json.loads(text)["cases"]}


def check(case: dict[str, Any], **found: float) -> None:
    """Compare with the expected values of the same names, and with those of full precision."""
    for name, value in found.items():
        assert value == pytest.approx(case["expected"][name], abs=case["tolerance"], rel=0), name
        if name in case["value_full_precision"]:
            assert value == pytest.approx(case["value_full_precision"][name], rel=1e-6), name


def test_every_case_is_covered(cases: dict[str, dict[str, Any]]) -> None:
    tests = Path(__file__).parents[1]
    text = "".join(path.read_text(encoding="utf-8") for path in sorted(tests.rglob("test_*.py")))
    missing = {name for name in cases if f'"{name}"' not in text and f"'{name}'" not in text}
    assert not missing
    assert len(cases) == 31


def test_deflated_sharpe_2014(cases: dict[str, dict[str, Any]]) -> None:
    case = cases["dsr_2014_example_N100"]
    record = TrackRecord(sharpe=2.5, n=1250, periods_per_year=250, skewness=-3, kurtosis=10)
    best = expected_max_sharpe_ratio(100, trials_variance=0.5)
    dsr = deflated_sharpe_ratio(record, n_trials=100, trials_variance=0.5)
    check(case, dsr=dsr, sr0_per_obs=record.to_per_period(best))


def test_conventions_of_the_deflated_sharpe_ratio(cases: dict[str, dict[str, Any]]) -> None:
    case = cases["dsr_convention_spread_on_2014_inputs"]
    record = TrackRecord(sharpe=2.5, n=1250, periods_per_year=250, skewness=-3, kurtosis=10)
    found = {
        name: deflated_sharpe_ratio(record, n_trials=100, trials_variance=0.5, convention=convention)
        for name, convention in {
            "dsr_2014": "2014",
            "dsr_2025_K1": "2025",
            "dsr_2025_K100": "2025_rescaled",
        }.items()
    }
    check(case, **found)


def hedge_fund(sharpe: float = 0.458, *, normal: bool = False) -> TrackRecord:
    shape = {} if normal else {"skewness": -2.448, "kurtosis": 10.164}
    return TrackRecord(sharpe=sharpe, n=24, periods_per_year=1, **shape)


def test_probabilistic_sharpe_2012(cases: dict[str, dict[str, Any]]) -> None:
    check(
        cases["psr_2012_hedge_fund"],
        psr=probabilistic_sharpe_ratio(hedge_fund()),
        psr_if_normal=probabilistic_sharpe_ratio(hedge_fund(normal=True)),
    )


@pytest.mark.parametrize(("name", "periods"), [("mintrl_2012_daily", 252), ("mintrl_2012_monthly", 12)])
def test_min_track_record_length(cases: dict[str, dict[str, Any]], name: str, periods: int) -> None:
    record = TrackRecord(sharpe=2, n=2, periods_per_year=periods)
    check(cases[name], years=min_track_record_length(record, benchmark=1) / periods)


def test_min_track_record_length_of_skewed_returns(cases: dict[str, dict[str, Any]]) -> None:
    check(
        cases["mintrl_2012_hedge_fund_months"],
        observations=min_track_record_length(hedge_fund()),
        observations_if_normal=min_track_record_length(hedge_fund(normal=True)),
    )


def test_sharpe_2025(cases: dict[str, dict[str, Any]]) -> None:
    record = hedge_fund(0.036 / 0.079)
    under_0, under_half = (sharpe_standard_error(record, at=at) for at in (0.0, 0.5))
    critical, strict = (under_0 * ndtri(1 - alpha) for alpha in (0.1, 0.05))
    p_value = 1 - ndtr(record.sharpe / under_0)
    missed = ndtr((record.sharpe - 0.5) / under_half)
    length = {
        "mintrl_alpha_0.10": (0.0, 0.9),
        "mintrl_sr0_0.1_alpha_0.10": (0.1, 0.9),
        "mintrl_alpha_0.05": (0.0, 0.95),
    }
    found = {
        "sigma_sr_nongaussian": sharpe_standard_error(record),
        "sigma_sr_gaussian": sharpe_standard_error(hedge_fund(record.sharpe, normal=True)),
        "psr_sr0_0": probabilistic_sharpe_ratio(record, convention="2025"),
        "psr_sr0_0.1": probabilistic_sharpe_ratio(record, benchmark=0.1, convention="2025"),
        "critical_sr_alpha_0.10": critical,
        "power_alpha_0.10": 1 - ndtr((critical - 0.5) / under_half),
        "beta_alpha_0.05": ndtr((strict - 0.5) / under_half),
        "pFDR": 0.9 * 0.1 / (0.9 * 0.1 + 0.1 * (1 - ndtr((critical - 0.5) / under_half))),
        "oFDR": 0.9 * p_value / (0.9 * p_value + 0.1 * (1 - missed)),
        "oFDR_pH1_0.05": 0.95 * p_value / (0.95 * p_value + 0.05 * (1 - missed)),
    }
    for name, (benchmark, confidence) in length.items():
        found[name] = min_track_record_length(
            record, benchmark=benchmark, confidence=confidence, convention="2025"
        )
    case = cases["sharpe_2025_iid"]
    assert set(found) == set(case["expected"])
    check(case, **found)


def test_deflated_sharpe_2025(cases: dict[str, dict[str, Any]]) -> None:
    record = hedge_fund(0.036 / 0.079)
    best = expected_max_sharpe_ratio(10, trials_variance=0.1)
    error = sharpe_standard_error(record, at=best)
    plain, rescaled = (
        deflated_sharpe_ratio(record, n_trials=10, trials_variance=0.1, convention=each)
        for each in ("2025", "2025_rescaled")
    )
    check(
        cases["dsr_2025_K10"],
        expected_max_sr=best,
        sigma_at_sr0_adj_K1=error,
        sigma_at_sr0_adj_K10=error * math.sqrt(max_moments(10)[1]),
        dsr_K1_no_variance_rescaling=plain,
        dsr_K10=rescaled,
    )


def test_expected_max(cases: dict[str, dict[str, Any]]) -> None:
    case = cases["expected_max_standard_normal"]
    for convention, name in (("approximate", "approx"), ("exact", "exact")):
        found = [
            expected_max_sharpe_ratio(n, trials_variance=1, convention=convention)
            for n in case["inputs"]["N"]
        ]
        np.testing.assert_allclose(found, case["value_full_precision"][name], rtol=1e-9)
    assert min_backtest_length(45) < 5 < min_backtest_length(46)


def test_variance_of_the_max(cases: dict[str, dict[str, Any]]) -> None:
    case = cases["expected_max_std_of_max_K"]
    found = [max_moments(k)[1] for k in case["inputs"]["K"]]
    # the case's quadrature has 200 nodes, and is right to 8 digits at K = 100
    np.testing.assert_allclose(found, case["value_full_precision"]["var_of_max"], rtol=1e-7)


def test_standard_errors_of_lo(cases: dict[str, dict[str, Any]]) -> None:
    case = cases["lo_2002_se_table"]
    found = [
        sharpe_standard_error(TrackRecord(sharpe=0.5, n=n, periods_per_year=1)) for n in case["inputs"]["T"]
    ]
    np.testing.assert_allclose(found, case["expected"]["se"], atol=case["tolerance"])
    np.testing.assert_allclose(found, case["value_full_precision"]["se"], rtol=1e-12)


def test_overfitting_by_hand(cases: dict[str, dict[str, Any]]) -> None:
    case = cases["pbo_tiny_exact"]
    found = probability_of_backtest_overfitting(case["inputs"]["returns_TxN"], n_blocks=4)
    assert found.n_splits == case["expected"]["n_combinations"]
    np.testing.assert_allclose(found.logits, case["expected"]["logits"], atol=case["tolerance"])
    check(case, pbo_lambda_le_0=found.probability)


def test_overfitting_of_noise(cases: dict[str, dict[str, Any]]) -> None:
    case = cases["pbo_statistical"]
    n_rows, n_columns, n_blocks = (case["inputs"][name] for name in ("T", "N", "S"))
    found, centred, spread = [], [], []
    for seed in range(40):
        panel = np.random.default_rng(seed).normal(size=(n_rows, n_columns))
        one = probability_of_backtest_overfitting(panel, n_blocks=n_blocks)
        found.append(one.probability)
        spread.append(one.spread)
        if seed < 4:
            panel -= panel.mean(axis=0)
            centred.append(probability_of_backtest_overfitting(panel, n_blocks=n_blocks).probability)
    check_mean = {"noise_mean": np.mean(found), "noise_demeaned_full_sample": np.mean(centred)}
    for name, value in check_mean.items():
        assert value == pytest.approx(case["expected"][name], abs=case["tolerance"])
    assert np.mean(spread) == pytest.approx(np.std(found, ddof=1), abs=0.05)


def test_exact_predictive_ability_and_stepdown(cases: dict[str, dict[str, Any]]) -> None:
    case = cases["spa_rc_romanowolf_exact_unstudentized"]
    panel = np.array(case["inputs"]["performance_differentials_TxK"])
    mean = panel.mean(axis=0)
    every = np.array(list(product(range(5), repeat=5)))
    draws = panel[every].mean(axis=1) - mean
    error = panel.std(axis=0) / math.sqrt(5)
    statistic, shares = predictive_shares(
        mean, draws, error=error, unit=np.full(3, 1 / math.sqrt(5)), n_rows=5
    )
    assert statistic == pytest.approx(case["expected"]["statistic"], abs=case["tolerance"])
    np.testing.assert_allclose(shares, list(case["expected"]["p"].values()), atol=case["tolerance"])
    np.testing.assert_allclose(
        stepdown(mean, draws), case["expected"]["romano_wolf_adjusted_p"], atol=case["tolerance"]
    )


def test_predictive_ability_on_the_draws_of_arch(cases: dict[str, dict[str, Any]]) -> None:
    case = cases["spa_arch_8_0_0_seeded"]
    rng = np.random.default_rng(7)
    panel = rng.normal(size=(500, 6)) * [0.2, 0.5, 1, 2, 4, 8] + [0.03, 0.02, 0, -0.05, 0.05, -0.2]
    mean, deviation = panel.mean(axis=0), panel.std(axis=0)
    bootstrap = StationaryBootstrap(10, panel, seed=123)
    draws = np.array([drawn[0].mean(axis=0) for drawn, _ in bootstrap.bootstrap(2000)]) - mean
    error = deviation * np.sqrt(long_run_variance(standardised(panel), 10) / 500)
    _, plain = predictive_shares(mean, draws, error=error, unit=np.ones(6), n_rows=500)
    assert plain == case["expected"]["arch_studentize_False"]
    statistic, shares = predictive_shares(mean, draws, error=error, unit=error, n_rows=500)
    assert shares == case["expected"]["true_studentized"]
    assert round(statistic, 3) == 4.574


def test_benjamini_hochberg_1995(cases: dict[str, dict[str, Any]]) -> None:
    case = cases["bh_1995_example"]
    found = benjamini_hochberg(case["inputs"]["p"], q=case["inputs"]["q"])
    assert found.rejected.sum() == case["expected"]["bh_rejections"]
    np.testing.assert_allclose(found.adjusted, case["expected"]["bh_adjusted"], atol=case["tolerance"])


def test_friedman_nemenyi_2006(cases: dict[str, dict[str, Any]]) -> None:
    case = cases["friedman_nemenyi_demsar_2006"]
    found = from_ranks(case["inputs"]["avg_ranks"], case["inputs"]["N_datasets"])
    check(case, chi2_F=found.chi2, F_F=found.f)
    assert found.critical_difference == pytest.approx(1.25, abs=case["tolerance"])


def test_mcnemar(cases: dict[str, dict[str, Any]]) -> None:
    case = cases["mcnemar_25_15"]
    first, second = np.repeat([1, 0, 1], [25, 15, 100]), np.repeat([0, 1, 1], [25, 15, 100])
    chi2, exact = (mcnemar(first, second, method=method) for method in ("chi2", "exact"))
    check(case, chi2_continuity=chi2.statistic, p_chi2=chi2.p_value, p_exact_two_sided=exact.p_value)
    assert (exact.only_first, exact.only_second) == (25, 15)


def test_corrected_resampled_t(cases: dict[str, dict[str, Any]]) -> None:
    case = cases["corrected_resampled_t_sklearn"]
    given = case["inputs"]
    differences = np.tile([-1.0, 1.0], 50)
    differences *= math.sqrt(given["var_diff_ddof1"]) / differences.std(ddof=1)
    found = corrected_resampled_t(
        differences + given["mean_diff"], n_train=90, n_test=10, alternative="greater"
    )
    check(case, t_corrected=found.statistic, p_corrected_one_sided=found.p_value)
    plain = corrected_resampled_t(
        differences + given["mean_diff"], n_train=90, n_test=1e-12, alternative="greater"
    )
    check(case, t_uncorrected=plain.statistic, p_uncorrected_one_sided=plain.p_value)


def test_diebold_mariano(cases: dict[str, dict[str, Any]]) -> None:
    case = cases["diebold_mariano_hln"]
    first, second = (np.square(case["inputs"][name]) for name in ("e1", "e2"))
    for horizon in (1, 2):
        found = diebold_mariano(first, second, horizon=horizon)
        np.testing.assert_allclose(
            [found.uncorrected, found.statistic, found.p_value],
            case["expected"][f"h{horizon}"],
            atol=case["tolerance"],
        )
        assert found.kernel == "rectangular"
    assert diebold_mariano(first, second, horizon=3).kernel == "bartlett"
