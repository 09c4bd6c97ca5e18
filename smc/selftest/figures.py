"""All figures, from the lines of all symbols."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from typing import Any

from smc.selection.verdict import DEPLOY
from smc.selftest.figure import Figure
from smc.selftest.interval import distance_from_uniform, mean, share
from smc.selftest.measure import Line
from smc.selftest.scenario import Cell
from smc.selftest.target import Target
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


def all_figures(lines: Mapping[Cell, Sequence[Line]]) -> list[Figure]:
    """Return every figure of every cell; symbols without a run are left out of all."""
    found = []
    for kind in (deployed, tested, gaps, p_values, coverage):
        for cell, all_lines in sorted(lines.items()):
            found += kind(cell, [line for line in all_lines if "verdicts" in line])
    return found


def deployed(cell: Cell, lines: Sequence[Line]) -> Iterator[Figure]:
    """Count the symbols that each rule deploys: errors without an edge, power with one."""
    name, what = ("power", "found") if cell.has_edge else ("false_deploy", "wrong")
    target = (POWER if _is_plain(cell) else None) if cell.has_edge else FALSE_DEPLOY
    for rule in _rules(lines):
        hits = [float(line["verdicts"][rule]["verdict"] == DEPLOY) for line in lines]
        own = target if rule == JUDGED else None
        yield Figure(f"{name}_{rule}", DEPLOYED, f"{what}, {rule}", str(cell), share(hits), own)


def tested(cell: Cell, lines: Sequence[Line]) -> Iterator[Figure]:
    """Hold the test accuracy of deployed models against what is possible on the same events."""
    if not cell.has_edge:
        return
    for rule in _rules(lines):
        pairs = [
            (line["verdicts"][rule]["test_accuracy"], line["best_possible"]["accuracy"])
            for line in lines
            if line["verdicts"][rule]["verdict"] == DEPLOY
        ]
        accuracy, lost = mean([one for one, _ in pairs]), mean([best - one for one, best in pairs])
        target = TEST_ACCURACY if rule == JUDGED and _is_plain(cell) else None
        yield Figure(f"test_accuracy_{rule}", TESTED, f"accuracy, {rule}", str(cell), accuracy, target)
        yield Figure(f"distance_{rule}", TESTED, f"below the best, {rule}", str(cell), lost)


def gaps(cell: Cell, lines: Sequence[Line]) -> Iterator[Figure]:
    """Return gap and log-loss of each configuration, and of those together that the targets are for."""
    names = sorted({name for line in lines for name in line["fits"]})
    judged = [name for name in names if name in {f"{model} {PROFILE}" for model in EARLY_STOPPING}]
    groups = {**({TOGETHER: judged} if judged else {}), **{name: [name] for name in names}}
    for group, members in groups.items():
        is_judged = group == TOGETHER and _is_plain(cell)
        code, gap = (
            group.replace(",", "").replace(" ", "_"),
            mean(_means(lines, members, lambda fit: fit["gap"])),
        )
        target = GAP if is_judged else None
        yield Figure(f"gap_{code}", GAPS, f"gap, {group}", str(cell), gap, target)
        if not cell.has_edge:
            continue
        saved, below = (mean(_means(lines, members, _skill)), share(_means(lines, members, _beats_the_prior)))
        target = SKILL if is_judged else None
        yield Figure(f"log_loss_skill_{code}", GAPS, f"log-loss saved, {group}", str(cell), saved, target)
        yield Figure(f"log_loss_below_{code}", GAPS, f"below the prior's, {group}", str(cell), below)


def p_values(cell: Cell, lines: Sequence[Line]) -> Iterator[Figure]:
    """Hold the p-values of the best of the panel on noise against the uniform law.

    Targets are for even odds, where nothing can be found. There they may be larger, as models that
    learn noise do worse than the baseline; smaller ones are errors.
    """
    found = noise_p_values(cell, lines)
    if not found:
        return
    for level in LEVELS:
        hits = [float(value <= level) for value in found]
        what, target = f"share at most {level:g}", Target(at_most=level) if cell.is_even else None
        yield Figure(f"p_value_{level:g}", P_VALUES, what, str(cell), share(hits), target)
    distance = distance_from_uniform(found)
    what = "distance from uniform"
    yield Figure("p_value_distance", P_VALUES, what, str(cell), distance, is_share=False)


def noise_p_values(cell: Cell, lines: Sequence[Line]) -> list[float]:
    """Return the p-value of the panel's best of each symbol; none with an edge."""
    found = [line["smallest_p_value"][JUDGED] for line in lines if "verdicts" in line and not cell.has_edge]
    return [value for value in found if value is not None]


def coverage(cell: Cell, lines: Sequence[Line]) -> Iterator[Figure]:
    """Count the intervals that hold the true value; those of one symbol hang together."""
    for part, measure in product(PARTS, MEASURES):
        values = [_covered(line["fits"].values(), part, measure) for line in lines]
        known = [value for value in values if value is not None]
        what = f"{measure.removeprefix('log_loss_')}, {part}".replace("_", " ")
        yield Figure(f"coverage_{part}_{measure}", COVERED, what, str(cell), share(known), COVERAGE)


def _is_plain(cell: Cell) -> bool:
    """Tell whether the edge is so strong, and the events so many, that targets hold."""
    return cell.best >= STRONG_EDGE and cell.n_events >= ENOUGH_EVENTS


def _rules(lines: Sequence[Line]) -> list[str]:
    return list(lines[0]["verdicts"]) if lines else []


def _means(lines: Sequence[Line], members: Sequence[str], read: Callable[[Any], Any]) -> list[float]:
    """Return the mean over some configurations, symbol by symbol."""
    found = []
    for line in lines:
        values = [read(line["fits"][name]) for name in members if name in line["fits"]]
        known = [value for value in values if value is not None]
        found += [sum(known) / len(known)] if known else []
    return found


def _skill(fit: Mapping[str, Any]) -> float | None:
    return fit["log_loss_skill"]["out_of_fold"]


def _beats_the_prior(fit: Mapping[str, Any]) -> float | None:
    skill = _skill(fit)
    return None if skill is None else float(skill > 0)


def _covered(fits: Any, part: str, measure: str) -> float | None:
    known = [fit["intervals"][part][measure] for fit in fits if measure in fit["intervals"][part]]
    return sum(low <= true <= high for low, high, true in known) / len(known) if known else None
