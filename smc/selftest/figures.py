"""All figures, from the rows of all symbols."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import Any

from smc.selection.verdict import DEPLOY
from smc.selftest.figure import Figure, Target
from smc.selftest.interval import distance_from_uniform, mean, share
from smc.selftest.measure import Row
from smc.selftest.scenario import Scenario
from smc.selftest.truths import MEASURES, PARTS

#: The rule that targets are for.
JUDGED = "honest"
#: Where an edge is strong and the events are enough, the chain has to find it.
ENOUGH_EVENTS, STRONG_EDGE = 1000, 0.75
FALSE_DEPLOY = Target(at_most=0.05)
POWER = Target(at_least=0.80)
TEST_ACCURACY = Target(at_least=0.65)
GAP = Target(at_most=0.15)
SKILL = Target(at_least=0.0)
COVERAGE = Target(at_least=0.90, at_most=0.98)
#: Shares of p-values that should be at most this large.
LEVELS = (0.01, 0.05, 0.1, 0.5)
#: Models that end early by themselves; a forest's gap is large by construction.
EARLY_STOPPING, PROFILE = ("mlp", "lstm", "xgboost", "lightgbm"), "strong"
#: All of these of a symbol, averaged.
TOGETHER = "strong, stops early"


DEPLOYED, TESTED, GAPS = "Symbols deployed", "Deployed models on the test part", "Gap and log-loss"
P_VALUES = "p-values of the best of the panel, without an edge (Romano-Wolf)"
COVERED = "95 % intervals that hold the true value"


def all_figures(rows: Mapping[Scenario, Sequence[Row]]) -> list[Figure]:
    """Return every figure of every scenario; symbols without a run are left out of all."""
    figures = []
    for kind in (deployed, tested, gaps, p_values, coverage):
        for scenario, all_rows in sorted(rows.items()):
            figures += kind(scenario, [row for row in all_rows if "verdicts" in row])
    return figures


def deployed(scenario: Scenario, rows: Sequence[Row]) -> Iterator[Figure]:
    """Count the symbols that each rule deploys: errors without an edge, power with one."""
    name, what = ("power", "found") if scenario.has_edge else ("false_deploy", "wrong")
    target = (POWER if _is_plain(scenario) else None) if scenario.has_edge else FALSE_DEPLOY
    for rule in _rules(rows):
        hits = [float(row["verdicts"][rule]["verdict"] == DEPLOY) for row in rows]
        own = target if rule == JUDGED else None
        yield Figure(f"{name}_{rule}", DEPLOYED, f"{what}, {rule}", str(scenario), share(hits), own)


def tested(scenario: Scenario, rows: Sequence[Row]) -> Iterator[Figure]:
    """Hold the test accuracy of deployed models against what is possible on the same events."""
    if not scenario.has_edge:
        return
    for rule in _rules(rows):
        pairs = [
            (row["verdicts"][rule]["test_accuracy"], row["best_possible"]["accuracy"])
            for row in rows
            if row["verdicts"][rule]["verdict"] == DEPLOY
        ]
        accuracy, lost = mean([one for one, _ in pairs]), mean([best - one for one, best in pairs])
        target = TEST_ACCURACY if rule == JUDGED and _is_plain(scenario) else None
        yield Figure(f"test_accuracy_{rule}", TESTED, f"accuracy, {rule}", str(scenario), accuracy, target)
        yield Figure(f"distance_{rule}", TESTED, f"below the best, {rule}", str(scenario), lost)


def gaps(scenario: Scenario, rows: Sequence[Row]) -> Iterator[Figure]:
    """Return gap and log-loss of each configuration, and of those together that the targets are for."""
    names = sorted({name for row in rows for name in row["fits"]})
    judged = [name for name in names if name in {f"{model} {PROFILE}" for model in EARLY_STOPPING}]
    groups = {**({TOGETHER: judged} if judged else {}), **{name: [name] for name in names}}
    for group, members in groups.items():
        is_judged = group == TOGETHER and _is_plain(scenario)
        code, gap = (
            group.replace(",", "").replace(" ", "_"),
            mean(_means(rows, members, lambda fit: fit["gap"])),
        )
        target = GAP if is_judged else None
        yield Figure(f"gap_{code}", GAPS, f"gap, {group}", str(scenario), gap, target)
        if not scenario.has_edge:
            continue
        saved, below = (mean(_means(rows, members, _skill)), share(_means(rows, members, _beats_the_prior)))
        target = SKILL if is_judged else None
        yield Figure(f"log_loss_skill_{code}", GAPS, f"log-loss saved, {group}", str(scenario), saved, target)
        yield Figure(f"log_loss_below_{code}", GAPS, f"below the prior's, {group}", str(scenario), below)


def p_values(scenario: Scenario, rows: Sequence[Row]) -> Iterator[Figure]:
    """Hold the p-values of the best of the panel on noise against the uniform law.

    Targets are for even odds, where nothing can be found. There they may be larger, as models that
    learn noise do worse than the baseline; smaller ones are errors.
    """
    values = noise_p_values(scenario, rows)
    if not values:
        return
    for level in LEVELS:
        hits = [float(value <= level) for value in values]
        what, target = f"share at most {level:g}", Target(at_most=level) if scenario.is_even else None
        yield Figure(f"p_value_{level:g}", P_VALUES, what, str(scenario), share(hits), target)
    distance = distance_from_uniform(values)
    what = "distance from uniform"
    yield Figure("p_value_distance", P_VALUES, what, str(scenario), distance, is_share=False)


def noise_p_values(scenario: Scenario, rows: Sequence[Row]) -> list[float]:
    """Return the p-value of the panel's best of each symbol; none with an edge."""
    values = [row["smallest_p_value"][JUDGED] for row in rows if "verdicts" in row and not scenario.has_edge]
    return [value for value in values if value is not None]


def coverage(scenario: Scenario, rows: Sequence[Row]) -> Iterator[Figure]:
    """Count the intervals that hold the true value; those of one symbol hang together."""
    for part, measure in product(PARTS, MEASURES):
        values = [_covered(row["fits"].values(), part, measure) for row in rows]
        known = [value for value in values if value is not None]
        what = f"{measure.removeprefix('log_loss_')}, {part}".replace("_", " ")
        yield Figure(f"coverage_{part}_{measure}", COVERED, what, str(scenario), share(known), COVERAGE)


def _is_plain(scenario: Scenario) -> bool:
    """Tell whether the edge is so strong, and the events so many, that targets hold."""
    return scenario.best >= STRONG_EDGE and scenario.n_events >= ENOUGH_EVENTS


def _rules(rows: Sequence[Row]) -> list[str]:
    return list(rows[0]["verdicts"]) if rows else []


def _means(
    rows: Sequence[Row], members: Sequence[str], read: Callable[[Mapping[str, Any]], float | None]
) -> list[float]:
    """Return the mean over some configurations, symbol by symbol."""
    means = []
    for row in rows:
        values = [read(row["fits"][name]) for name in members if name in row["fits"]]
        known = [value for value in values if value is not None]
        means += [sum(known) / len(known)] if known else []
    return means


def _skill(fit: Mapping[str, Any]) -> float | None:
    return fit["log_loss_skill"]["out_of_fold"]


def _beats_the_prior(fit: Mapping[str, Any]) -> float | None:
    skill = _skill(fit)
    return None if skill is None else float(skill > 0)


def _covered(fits: Iterable[Mapping[str, Any]], part: str, measure: str) -> float | None:
    known = [fit["intervals"][part][measure] for fit in fits if measure in fit["intervals"][part]]
    return sum(low <= true <= high for low, high, true in known) / len(known) if known else None
