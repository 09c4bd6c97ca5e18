"""What one decision is made of."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from smc.report.style import BLUE, MUTED, ORANGE, blank, head
from smc.report.text import decimal, general

N_SHOWN = 12


def draw(table: pd.DataFrame, record: Mapping[str, Any], title: str) -> Figure:
    """Draw the largest contributions of the last output, from the base at the bottom to what is explained."""
    output = record["outputs"][-1]
    rows = table[table["output"] == output]
    shown, rest = rows.head(N_SHOWN), rows.iloc[N_SHOWN:]["contribution"].sum()
    names = [
        f"{name} = {general(value)}" for name, value in zip(shown["feature"], shown["value"], strict=True)
    ]
    steps = [*shown["contribution"], rest]
    figure = blank(1.5 + 0.29 * len(steps))
    head(figure, f"One decision: {title}")
    axes = figure.subplots()
    reached, size = record["base"][-1], max(abs(record["base"][-1]), *map(abs, steps), 1e-12)
    for place, step in reversed(list(enumerate(steps))):
        axes.barh(place, step, left=reached, color=BLUE if step >= 0 else ORANGE, height=0.68)
        reached += step
    axes.axvline(record["base"][-1], color=MUTED, lw=0.8, ls=":")
    axes.axvline(reached, color=MUTED, lw=0.8)
    axes.set_yticks(range(len(steps)), [*names, f"{len(rows) - len(shown)} others"])
    axes.set_ylim(len(steps) - 0.4, -0.6)
    axes.grid(visible=False, axis="y")
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel(output)
    write = decimal if size > 0.01 else general
    axes.set_title(f"from {write(record['base'][-1])} without any feature to {write(reached)}")
    return figure
