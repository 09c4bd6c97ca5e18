"""A self-test as tables, Markdown, JSON and a picture."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from smc.report.document import Section, Table
from smc.report.run.markdown_page import section_blocks
from smc.report.text import count, decimal, percent
from smc.results.durable import named_errors, write_atomic
from smc.results.plain import json_bytes, to_plain
from smc.selftest.design import Design
from smc.selftest.figure import MET, NOTHING, OPEN, REFUTED, Figure, Target
from smc.selftest.figures import all_figures
from smc.selftest.measure import Row
from smc.selftest.scenario import Scenario

COLUMNS = ("n:best", "figure", "target", "value", "interval", "symbols", "verdict")
PICTURE = "selftest.png"
READING = (
    "n:best is the number of events and the accuracy of the best possible classifier; 0: no edge.",
    "even: no edge, and stop and target equally far away, so that nothing can be found. With the barriers of "
    "market structure the odds depend on the distances, which a model may find, though it earns nothing.",
    "95 % intervals over symbols: of a share Clopper and Pearson's, of a mean Student's. `met`: within the "
    "target; `REFUTED`: even the 99.9 % interval lies wholly on the wrong side, since of dozens of targets "
    "luck puts one or another outside 95 %; `open`: more symbols would tell.",
    "p-values may be larger than uniform, as a model that learned noise does worse than the baseline.",
    "The true value of an interval is the mean over what the events might have become, given all that was "
    "known when each came.",
    "Each symbol is judged for itself; in a sweep, the correction for the number of symbols refuses more.",
)


@dataclass(frozen=True)
class Report:
    """All that a self-test found."""

    design: Design
    rows: Mapping[Scenario, Sequence[Row]]
    figures: Sequence[Figure]

    @classmethod
    def of(cls, design: Design, rows: Mapping[Scenario, Sequence[Row]]) -> "Report":
        """Turn rows into figures."""
        return cls(design, rows, all_figures(rows))

    @property
    def refuted(self) -> list[Figure]:
        """Figures whose target cannot be so."""
        return [figure for figure in self.figures if figure.verdict == REFUTED]

    @property
    def verdict(self) -> str:
        """All targets in one line."""
        verdicts = [figure.verdict for figure in self.figures if figure.target]
        counts = {name: verdicts.count(name) for name in (MET, OPEN, REFUTED, NOTHING)}
        return ", ".join(f"{n} {name}" for name, n in counts.items() if n or name == REFUTED)

    def sections(self, *, is_brief: bool = False) -> list[Section]:
        """Return the figures that have a target or are shown beside one, and how to read them.

        Parameters
        ----------
        is_brief
            Leave out the figures of single configurations.
        """
        single = tuple(configuration.name for configuration in self.design.configurations)
        shown = [figure for figure in self.figures if not (is_brief and figure.what.endswith(single))]
        names = ", ".join(configuration.name for configuration in self.design.configurations)
        head = Section(
            f"Self-test {self.design.hash}: {self.verdict}", [f"Every symbol is tried with: {names}."]
        )
        groups = dict.fromkeys(figure.group for figure in shown)
        return [
            head,
            *(
                Section(name, tables=[_table(figure for figure in shown if figure.group == name)])
                for name in groups
            ),
            Section("How to read it", [*READING, *self._failures()]),
        ]

    def to_json(self) -> dict[str, Any]:
        """Return plain data."""
        about = {**self.design.about(), "n_refuted": len(self.refuted), "failures": self._failures()}
        return to_plain({**about, "figures": [figure.plain() for figure in self.figures]})[0]

    def save(self, folder: Path) -> Path:
        """Write ``report.md``, ``results.json`` and the picture, each whole or not at all."""
        from smc.selftest.picture import picture  # matplotlib, only where it is drawn

        head, *others = self.sections()
        blocks = [f"# {head.title}", *list(section_blocks(head))[1:], f"![What was measured]({PICTURE})"]
        blocks += [block for section in others for block in section_blocks(section)]
        with named_errors(folder):
            write_atomic(folder / "report.md", ("\n\n".join(blocks) + "\n").encode())
            write_atomic(folder / "results.json", json_bytes(self.to_json()))
            write_atomic(folder / PICTURE, picture(self.design.hash, self.rows, self.figures))
        return folder / "report.md"

    def _failures(self) -> list[str]:
        """Say what could not be carried out, scenario by scenario."""
        counts: Counter[tuple[str, str, str]] = Counter()
        for scenario, rows in self.rows.items():
            for row in rows:
                for name, why in (row.get("failures") or {}).items():
                    counts[str(scenario), name, why] += 1
        return [
            f"Failed at {scenario}, {name}, {n} times: {why}" for (scenario, name, why), n in counts.items()
        ]


def _table(figures: Iterable[Figure]) -> Table:
    return Table(COLUMNS, [_row(figure) for figure in figures], n_text=3)


def _row(figure: Figure) -> tuple[str, ...]:
    estimate, write = figure.estimate, percent if figure.is_share else decimal
    ends = [write(end).removesuffix(" %") for end in (estimate.low, estimate.high)]
    between = "n/a" if estimate.value is None or estimate.low is None else f"[{', '.join(ends)}]"
    return (
        figure.scenario,
        figure.what,
        _asked(figure.target, write),
        write(estimate.value),
        between,
        count(estimate.n),
        figure.verdict,
    )


def _asked(target: Target | None, write: Callable[[float | None], str]) -> str:
    if target is None:
        return ""
    low, high = (
        None if end is None else write(end).replace(".0 %", " %") for end in (target.at_least, target.at_most)
    )
    if low and high:
        return f"{low.removesuffix(' %')} to {high}"
    return f">= {low}" if low else f"<= {high}"
