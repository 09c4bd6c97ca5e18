"""How often the p-value of a test part rejects where there is no edge: python tests/bench/bench_test_p_value.py

Random walks without drift; every few bars a trade that leaves at a target, a stop or a limit of time, and forecasts
that know nothing of it but go on from event to event. Beside the rule (the smaller of t and Hall's h) each of them alone.
Seeds 0, 1, ... are the draws; a case takes seconds.
"""

import argparse
import sys
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import binomtest, t

from smc.metrics import block_size, label_overlap
from smc.selection.candidates import split_result
from smc.selection.evidence import SplitResult
from smc.selection.gates_on_test import look_at
from smc.selection.openings import Look

LEVELS = (0.05, 0.005)
START = pd.Timestamp("2015-01-01", tz="UTC")


@dataclass(frozen=True)
class Case:
    """A kind of test part.

    Attributes
    ----------
    target, stop
        Distances of the barriers, in standard deviations of ten bars.
    every
        Bars from one event to the next; labels last up to 40.
    boldness
        0: forecasts are normal; 1: exponential, now and then far above what they are as a rule; 2: its square, wild.
    """

    name: str
    n_events: int
    target: float
    stop: float
    every: int
    boldness: int = 0


CASES = (
    Case("as near as far", 300, 1.0, 1.0, 40),
    Case("as near as far, overlapping", 300, 1.0, 1.0, 8),
    Case("near target, far stop", 300, 0.5, 2.5, 40),
    Case("the same, overlapping", 300, 0.5, 2.5, 8),
    Case("the same, bold", 300, 0.5, 2.5, 40, boldness=1),
    Case("the same, bold, overlapping", 300, 0.5, 2.5, 8, boldness=1),
    Case("the same, bold, few", 80, 0.5, 2.5, 40, boldness=1),
    Case("the same, bold, overlapping, few", 80, 0.5, 2.5, 15, boldness=1),
    Case("the same, wild", 300, 0.5, 2.5, 40, boldness=2),
    Case("the same, wild, overlapping", 300, 0.5, 2.5, 8, boldness=2),
    Case("far target, near stop, bold", 300, 2.5, 0.5, 40, boldness=1),
)


def draw(case: Case, seed: int) -> SplitResult:
    """Return a test part of forecasts that know nothing."""
    rng, longest = np.random.default_rng(seed), 40
    first = case.every * np.arange(case.n_events)
    moves = rng.normal(size=first[-1] + longest + 1) / np.sqrt(10)
    paths = np.cumsum(moves[first[:, None] + np.arange(1, longest + 1)], axis=1)
    is_out = (paths >= case.target) | (paths <= -case.stop)
    last = np.where(is_out.any(axis=1), is_out.argmax(axis=1), longest - 1)
    ret = paths[np.arange(case.n_events), last]
    size = case.n_events + 20
    noise = rng.exponential(size=size) ** case.boldness if case.boldness else rng.normal(size=size)
    forecast = np.convolve(noise, 0.5 ** np.arange(21), "valid")
    p_1 = (forecast - forecast.min()) / np.ptp(forecast)
    table = {"event": first, "time": START + pd.to_timedelta(first, unit="h"), "end": first + 1 + last}
    table |= {"label": (ret > 0).astype(int), "prediction": (p_1 > 0.5).astype(int), "ret": ret / 100}
    table |= {"p_0": 1 - p_1, "p_1": p_1, "baseline_0": 0.5, "baseline_1": 0.5}
    part = split_result(pd.DataFrame(table), pd.DataFrame())
    assert part is not None
    return part


def p_values(part: SplitResult) -> tuple[float, float, float] | None:
    """Return the p-value of the rule, of t and of h alone; None where there are too few independent events."""
    seen = look_at(part, Look(1, np.ones(part.n_events, dtype=bool)))
    if seen.test is None:
        return None
    degrees = part.n_events / block_size(part.n_events, label_overlap(part.time, part.end)) - 1
    return seen.p_value, *(float(t.sf(x, degrees)) for x in (seen.test.t, seen.test.corrected))


def main() -> None:
    """Draw every case, and write a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--draws", type=int, default=2000)
    n_draws = parser.parse_args().draws
    sys.stdout.write(
        f"{'case':<34} {'n':>4} {'level':>6} {'rule':>6} {'95 % interval':>15} {'t':>6} {'h':>6}\n"
    )
    for case in CASES:
        found = [p_values(draw(case, seed)) for seed in range(n_draws)]
        told = np.array([(1.0, 1.0, 1.0) if row is None else row for row in found])
        for level in LEVELS:
            rule, plain, corrected = (told <= level).mean(axis=0)
            bounds = binomtest(round(rule * n_draws), n_draws).proportion_ci()
            interval = f"{bounds.low:.1%} to {bounds.high:.1%}"
            sys.stdout.write(
                f"{case.name:<34} {case.n_events:>4} {level:>6} {rule:>6.1%} {interval:>15} {plain:>6.1%} {corrected:>6.1%}\n"
            )
            sys.stdout.flush()


if __name__ == "__main__":
    main()
