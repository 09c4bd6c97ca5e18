"""A self-test as tables, Markdown, JSON and a picture."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from smc.report.document import Section, Table
from smc.report.run.markdown_page import section_blocks
from smc.report.text import count, decimal, percent
from smc.results.durable import named_errors, write_atomic
from smc.results.plain import json_bytes, to_plain
from smc.selftest.figure import Figure
from smc.selftest.figures import all_figures
from smc.selftest.measure import Line
from smc.selftest.plan import Plan
from smc.selftest.scenario import Cell
from smc.selftest.target import MET, NOTHING, OPEN, REFUTED, Target

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

    plan: Plan
    lines: Mapping[Cell, Sequence[Line]]
    figures: Sequence[Figure]

    @classmethod
    def of(cls, plan: Plan, lines: Mapping[Cell, Sequence[Line]]) -> "Report":
        """Turn lines into figures."""
        return cls(plan, lines, all_figures(lines))

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
        """Return the figures that have a target or are told beside one, and how to read them.

        Parameters
        ----------
        is_brief
            Leave out the figures of single configurations.
        """
        single = tuple(each.name for each in self.plan.configurations)
        shown = [each for each in self.figures if not (is_brief and each.what.endswith(single))]
        names = ", ".join(each.name for each in self.plan.configurations)
        head = Section(
            f"Self-test {self.plan.hash}: {self.verdict}", [f"Every symbol is tried with: {names}."]
        )
        groups = dict.fromkeys(each.group for each in shown)
        return [
            head,
            *(
                Section(name, tables=[_table(each for each in shown if each.group == name)])
                for name in groups
            ),
            Section("How to read it", [*READING, *self._failures()]),
        ]

    def to_json(self) -> dict[str, Any]:
        """Return plain data."""
        about = {**self.plan.about(), "n_refuted": len(self.refuted), "failures": self._failures()}
        return to_plain({**about, "figures": [each.plain() for each in self.figures]})[0]

    def save(self, folder: Path) -> Path:
        """Write ``report.md``, ``results.json`` and the picture, each whole or not at all."""
        from smc.selftest.picture import picture  # matplotlib, only where it is drawn

        head, *others = self.sections()
        blocks = [f"# {head.title}", *list(section_blocks(head))[1:], f"![What was measured]({PICTURE})"]
        blocks += [block for section in others for block in section_blocks(section)]
        with named_errors(folder):
            write_atomic(folder / "report.md", ("\n\n".join(blocks) + "\n").encode())
            write_atomic(folder / "results.json", json_bytes(self.to_json()))
            write_atomic(folder / PICTURE, picture(self.plan.hash, self.lines, self.figures))
        return folder / "report.md"

    def _failures(self) -> list[str]:
        """Say what could not be carried out, cell by cell."""
        found: dict[tuple[str, str, str], int] = {}
        for cell, lines in self.lines.items():
            for line in lines:
                for name, why in (line.get("failures") or {}).items():
                    found[str(cell), name, why] = found.get((str(cell), name, why), 0) + 1
        return [f"Failed at {cell}, {name}, {n} times: {why}" for (cell, name, why), n in found.items()]


def _table(figures: Iterable[Figure]) -> Table:
    return Table(COLUMNS, [_row(each) for each in figures], n_text=3)


def _row(figure: Figure) -> tuple[str, ...]:
    estimate, write = figure.estimate, percent if figure.is_share else decimal
    ends = [write(end).removesuffix(" %") for end in (estimate.low, estimate.high)]
    between = "n/a" if estimate.value is None or estimate.low is None else f"[{', '.join(ends)}]"
    return (
        figure.cell,
        figure.what,
        _asked(figure.target, write),
        write(estimate.value),
        between,
        count(estimate.n),
        figure.verdict,
    )


def _asked(target: Target | None, write: Any) -> str:
    if target is None:
        return ""
    low, high = (
        None if end is None else write(end).replace(".0 %", " %") for end in (target.at_least, target.at_most)
    )
    if low and high:
        return f"{low.removesuffix(' %')} to {high}"
    return f">= {low}" if low else f"<= {high}"
