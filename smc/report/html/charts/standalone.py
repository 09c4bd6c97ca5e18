"""A chart as a file of its own."""

from importlib.resources import files

from smc.report.html.markup import Html, tag

#: What the charts look like, on the page and alone.
STYLE = Html(files("smc.report.html.charts").joinpath("chart.css").read_text(encoding="utf-8"))
BACKGROUND = Html(
    "svg { background: #fff; } @media (prefers-color-scheme: dark) { svg { background: #14181c; } }"
)


def standalone(chart: Html) -> str:
    """Return the text of an SVG file: the chart with its own style sheet."""
    style = tag("style", BACKGROUND, "\n", STYLE)
    opened = chart.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" width="720" ', 1)
    return opened.replace("</title>", f"</title>{style}", 1)
