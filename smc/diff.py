"""Compare two finished runs, seed noise beside every difference: python -m smc.diff 3f2a 91cc --seeds 5"""

import sys

from smc.cli import Progress, end_on_ctrl_c, exits, with_output_option
from smc.usage.diff import parser

if __name__ == "__main__":
    end_on_ctrl_c()  # the imports that follow take a second, and neither help nor a typo needs them
    parser().parse_args(with_output_option(None))

import json
from collections.abc import Iterator, Sequence
from typing import Any

from smc.comparison.configs import differences
from smc.comparison.significance import paired_tests, repeats, reseeded, root_of, seed_noise
from smc.config.saved_config import upgrade_config, usable_config, without_side_effects
from smc.errors import ConfigError
from smc.report.document import Section, Table
from smc.report.terminal_page import show
from smc.report.text import decimal, is_number
from smc.results import Run, load_run
from smc.results.locate import locate
from smc.results.return_scheme import are_alike
from smc.results.run import reading
from smc.training.opened import counted_in
from smc.training.run import train

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


def fit_seeds(run: Run, n_seeds: int, progress: Progress) -> None:
    """Train a run's configuration with the seeds 0 to n - 1; those that are finished are left as they are.

    They stand beside the run, wherever its configuration would write, and nobody is told.
    """
    output = str(root_of(run))
    for seed in range(n_seeds):
        progress.step(f"{run.run_id}: seed {seed + 1} of {n_seeds}")
        config, _ = usable_config(reseeded(run, seed))
        config = without_side_effects(config, ledger_url=counted_in(run))
        config["ledger"]["output"] = output
        train({**config, "symbol": run.config["symbol"], "paths": {**config["paths"], "output": output}})


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


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line."""
    asked = parser().parse_args(with_output_option(arguments))
    with exits():
        if asked.seeds is not None and asked.seeds < 3:
            raise ConfigError(f"--seeds must be 3 or more, got {asked.seeds}: two say nothing of a spread")
        one, other = (load_run(locate(name, asked.output)) for name in (asked.one, asked.other))
        if asked.seeds:
            with Progress() as progress:
                for run in (one, other):
                    fit_seeds(run, asked.seeds, progress)
        with reading(one.path), reading(other.path):
            sections = compare(one, other, output=asked.output)
        show(sections, sys.stdout)
        sys.stdout.flush()


if __name__ == "__main__":
    main()
