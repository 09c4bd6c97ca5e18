"""One picture of a self-test: what is deployed, p-values on noise, gaps and coverage."""

from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes

from smc.report.pictures.style import INK, MUTED, SERIES, blank, head, percent_axis, save, styled
from smc.selftest.figure import Figure
from smc.selftest.figures import noise_p_values

if TYPE_CHECKING:
    from smc.selftest.report import Report


def picture(report: "Report") -> bytes:
    """Draw it, and return the PNG file."""
    with styled():
        figure = blank(6.6, width=8.4)
        head(figure, f"Self-test {report.plan.hash}")
        panels = figure.subplots(2, 2).ravel()
        _deployed(panels[0], report)
        _p_values(panels[1], report)
        _marked(panels[2], _named(report, "gap_"), "train-validation gap", limits=[0.15])
        _marked(panels[3], _named(report, "coverage_"), "intervals that hold the truth", limits=[0.9, 0.98])
        file = BytesIO()
        save(figure, file)
    return file.getvalue()


def _deployed(axes: Axes, report: "Report") -> None:
    """Draw the share of symbols that each rule deploys, cell by cell."""
    found = [*_named(report, "false_deploy_"), *_named(report, "power_")]
    _marked(axes, found, "symbols deployed", limits=[0.05])


def _p_values(axes: Axes, report: "Report") -> None:
    """Draw how many p-values on noise are at most so large, over the diagonal."""
    axes.axline((0, 0), slope=1, color=MUTED, lw=1, ls=(0, (4, 2)), label="uniform")
    for colour, (cell, lines) in zip(SERIES, _noise(report), strict=False):
        values = np.sort(lines)
        axes.step(
            [0, *values, 1],
            [*np.arange(len(values) + 1) / len(values), 1],
            color=colour,
            where="post",
            label=f"{cell}, {len(values)} symbols",
        )
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    axes.set_title("best of the panel, without an edge")
    axes.set_xlabel("p-value (Romano-Wolf)")
    axes.set_ylabel("share at most so large")
    axes.legend(loc="lower right")


def _noise(report: "Report") -> list[tuple[str, list[float]]]:
    found = [(str(cell), noise_p_values(cell, lines)) for cell, lines in sorted(report.lines.items())]
    return [(name, values) for name, values in found if values]


def _named(report: "Report", start: str) -> list[Figure]:
    return [
        each for each in report.figures if each.name.startswith(start) and each.estimate.value is not None
    ]


def _marked(axes: Axes, figures: list[Figure], title: str, *, limits: list[float]) -> None:
    """Draw values with their intervals, one row a cell, one colour a figure."""
    cells = list(dict.fromkeys(each.cell for each in figures))
    names = list(dict.fromkeys(each.name for each in figures))
    for limit in limits:
        axes.axvline(limit, color=MUTED, lw=1, ls=(0, (4, 2)))
    for number, name in enumerate(names):
        colour = SERIES[number] if number < len(SERIES) else INK
        own = [each for each in figures if each.name == name]
        values = np.array([each.estimate.value for each in own], dtype=np.float64)
        places = [cells.index(each.cell) + 0.7 * ((number + 0.5) / len(names) - 0.5) for each in own]
        for place, each in zip(places, own, strict=True):
            low, high = each.estimate.low, each.estimate.high
            if low is not None and high is not None:
                axes.hlines(place, low, high, color=colour, lw=1.3, alpha=0.6)
        axes.plot(values, places, "o", color=colour, ms=4, label=own[0].what)
    axes.set_yticks(range(len(cells)), cells)
    axes.set_ylim(len(cells) - 0.5, -0.5)
    axes.set_title(title)
    axes.set_ylabel("events : best possible")
    percent_axis(axes.xaxis)
    axes.legend(loc="upper left", bbox_to_anchor=(0, -0.16), ncols=2, fontsize=7, handlelength=1)
