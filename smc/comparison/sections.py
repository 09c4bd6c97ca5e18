"""What differs between two finished runs, laid out: ground, configuration, figures, paired tests."""

import json
from collections.abc import Iterator
from typing import Any

from smc.comparison.configs import differences
from smc.comparison.significance import paired_tests, repeats, seed_noise
from smc.config.saved_config import upgrade_config
from smc.report.document import Section, Table
from smc.report.text import decimal, is_number
from smc.results import Run
from smc.results.return_scheme import are_alike

Name = tuple[str, str]

#: What must agree for figures to be compared, and what it means that it does not.
GROUND = {
    "data_hash": "The data differ: the figures speak of other bars.",
    "split_hash": "The splits differ: the figures speak of other events.",
    "code_version": "The code of smc differs.",
}
OTHER_KIND = "The returns of one are of the old kind (side x log return): what trades earn is not compared."
SCORES = ("accuracy", "balanced_accuracy", "log_loss", "auc", "r2", "rmse")
#: Figures that are compared: tables of run.json, what they are called, and which of their entries.
FIGURES = {
    "history": ("train", ("train_accuracy", "train_val_gap", "train_r2", "train_val_r2_gap")),
    "out_of_fold_metrics": ("out of fold", SCORES),
    "val_metrics": ("val", SCORES),
    "test_metrics": ("test", SCORES),
    "financial_metrics": ("out of fold", ("sharpe",)),
    "test_financial_metrics": ("test", ("sharpe",)),
}


def compare(one: Run, other: Run, *, output: str = "outputs") -> list[Section]:
    """Lay out what differs between two runs: ground, configuration, figures, and tests on the same events.

    Parameters
    ----------
    output
        Root of all results, searched for repeats of the two under other seeds.
    """
    ground = [sentence for field, sentence in GROUND.items() if one.record[field] != other.record[field]]
    ground += [] if are_alike(one.record, other.record) else [OTHER_KIND]
    (first, news), (second, other_news) = upgrade_config(one.config), upgrade_config(other.config)
    changed = differences(first, second)
    rows = [(path, _text(a), _text(b)) for path, a, b in changed]
    table = Table(("key", "A", "B"), rows, n_text=3)
    runs = [f"{letter}: {run.path}" for letter, run in (("A", one), ("B", other))]
    runs += [
        f"{letter}: {sentence}" for letter, about in (("A", news), ("B", other_news)) for sentence in about
    ]
    return [
        Section("Runs", [*runs, *(ground or ["Same data, same splits, same code."])]),
        Section("Configuration", [] if rows else ["No value differs."], [table] if rows else []),
        _figures(one, other, output),
        *_tests(one, other),
    ]


def _figures(one: Run, other: Run, output: str) -> Section:
    seeds = [[_flat(repeat) for repeat in repeats(run, output)] for run in (one, other)]
    first, second = _flat(one), _flat(other)
    is_same_kind = are_alike(one.record, other.record)
    rows = [
        (*name, decimal(first[name]), decimal(second[name]), *_difference(name, first, second, seeds))
        for name in first
        if name in second and (is_same_kind or name[1] != "sharpe")
    ]
    columns = ("part", "figure", "A", "B", "difference", "seed noise", "")
    counts = " and ".join(str(len(repeated)) for repeated in seeds)
    point = (
        f"Seeds at hand: {counts}. Seed noise is the difference that 95 % of pairs of seeds stay within; "
        "it says nothing of the noise of the events."
    )
    return Section("Figures", [point], [Table(columns, rows, n_text=2)])


def _tests(one: Run, other: Run) -> list[Section]:
    tests = paired_tests(one, other)
    if not tests:
        return []
    rows = [(test.name, test.looks_at, decimal(test.p_value)) for test in tests]
    table = Table(("test", "of", "p, two-sided"), rows, n_text=2)
    point = "Out of fold: whether A and B differ by more than the luck of the events that they share."
    return [Section("Paired tests", [point], [table])]


def _difference(
    name: Name, first: dict[Name, float], second: dict[Name, float], seeds: list[list[dict[Name, float]]]
) -> Iterator[str]:
    """Write the difference, the noise, and whether the first lies within the second."""
    change = second[name] - first[name]
    noise = seed_noise(*([figures[name] for figures in repeated if name in figures] for repeated in seeds))
    yield f"{change:+z.3f}"
    yield "n/a" if noise is None else decimal(noise.limit)
    yield "" if noise is None or not change else "within" if abs(change) <= noise.limit else "beyond"


def _flat(run: Run) -> dict[Name, float]:
    return {
        (part, name): value
        for table, (part, names) in FIGURES.items()
        for name in names
        if is_number(value := (run.record.get(table) or {}).get(name))
    }


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
