"""One picture of a self-test: what is deployed, p-values on noise, gaps and coverage."""

from collections.abc import Mapping, Sequence
from io import BytesIO

import numpy as np
from matplotlib.axes import Axes

from smc.report.style import INK, MUTED, SERIES, blank, head, percent_axis, save, styled
from smc.selftest.figure import Figure
from smc.selftest.figures import PROFILE, noise_p_values
from smc.selftest.measure import Row
from smc.selftest.scenario import Scenario

COLOURS = (*SERIES, INK, MUTED)


def picture(design_hash: str, rows: Mapping[Scenario, Sequence[Row]], figures: Sequence[Figure]) -> bytes:
    """Draw a self-test, and return the PNG file."""
    with styled():
        figure = blank(6.6, width=8.4)
        head(figure, f"Self-test {design_hash}")
        panels = figure.subplots(2, 2).ravel()
        deployed = [(_behind_comma(deploy), deploy) for deploy in _named(figures, "false_deploy_", "power_")]
        _marked(panels[0], deployed, "symbols deployed", limits=[0.05])
        _p_values(panels[1], rows)
        gaps = [(_behind_comma(gap), gap) for gap in _named(figures, "gap_")]
        gaps.sort(key=lambda pair: PROFILE not in pair[0])
        _marked(panels[2], gaps, "train-validation gap", limits=[0.15])
        held = [(share.what, share) for share in _named(figures, "coverage_")]
        _marked(panels[3], held, "intervals that hold the truth", limits=[0.9, 0.98])
        file = BytesIO()
        save(figure, file)
    return file.getvalue()


def _p_values(axes: Axes, rows: Mapping[Scenario, Sequence[Row]]) -> None:
    """Draw how many p-values on noise are at most so large, over the diagonal."""
    axes.axline((0, 0), slope=1, color=MUTED, lw=1, ls=(0, (4, 2)), label="uniform")
    for colour, (scenario, p_values) in zip(SERIES, _noise(rows), strict=False):
        values = np.sort(p_values)
        axes.step(
            [0, *values, 1],
            [*np.arange(len(values) + 1) / len(values), 1],
            color=colour,
            where="post",
            label=f"{scenario}, {len(values)} symbols",
        )
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    axes.set_title("best of the panel, without an edge")
    axes.set_xlabel("p-value (Romano-Wolf)")
    axes.set_ylabel("share at most so large")
    axes.legend(loc="lower right")


def _noise(rows: Mapping[Scenario, Sequence[Row]]) -> list[tuple[str, list[float]]]:
    p_values = [(str(scenario), noise_p_values(scenario, own)) for scenario, own in sorted(rows.items())]
    return [(name, values) for name, values in p_values if values]


def _named(figures: Sequence[Figure], *starts: str) -> list[Figure]:
    known = [figure for figure in figures if figure.estimate.value is not None]
    return [figure for figure in known if figure.name.startswith(starts)]


def _behind_comma(figure: Figure) -> str:
    return figure.what.partition(", ")[2]


def _marked(axes: Axes, figures: Sequence[tuple[str, Figure]], title: str, *, limits: list[float]) -> None:
    """Draw values with their intervals, one row a scenario, one colour a name (the first few)."""
    names = list(dict.fromkeys(name for name, _ in figures))[: len(COLOURS)]
    in_order = sorted((measured for _, measured in figures), key=_scenario_of)
    scenarios = list(dict.fromkeys(measured.scenario for measured in in_order))
    for limit in limits:
        axes.axvline(limit, color=MUTED, lw=1, ls=(0, (4, 2)))
    for number, (name, colour) in enumerate(zip(names, COLOURS, strict=False)):
        shift = 0.7 * ((number + 0.5) / len(names) - 0.5)
        own = [measured for other, measured in figures if other == name]
        places = [scenarios.index(measured.scenario) + shift for measured in own]
        _draw(axes, own, places, name=name, colour=colour)
    axes.set_yticks(range(len(scenarios)), scenarios)
    axes.set_ylim(max(len(scenarios), 1) - 0.5, -0.5)
    axes.set_title(title)
    axes.set_ylabel("events : best possible")
    percent_axis(axes.xaxis)
    if names:
        axes.legend(loc="upper left", bbox_to_anchor=(0, -0.16), ncols=2, fontsize=7, handlelength=1)


def _draw(axes: Axes, figures: Sequence[Figure], places: Sequence[float], *, name: str, colour: str) -> None:
    values = np.array([figure.estimate.value for figure in figures], dtype=np.float64)
    axes.plot(values, places, "o", color=colour, ms=4, label=name)
    for place, figure in zip(places, figures, strict=True):
        low, high = figure.estimate.low, figure.estimate.high
        if low is not None and high is not None:
            axes.hlines(place, low, high, color=colour, lw=1.3, alpha=0.6)


def _scenario_of(figure: Figure) -> Scenario:
    return Scenario.parse(figure.scenario)
