"""Sections, tables and pictures of a report as HTML."""

from collections.abc import Sequence
from dataclasses import dataclass

from smc.report.document import Section, Table
from smc.report.html.markup import Html, joined, tag


@dataclass(frozen=True)
class Picture:
    """A chart with the name of its file, a title and what it rests on."""

    name: str
    title: str
    caption: str
    chart: Html


def section_block(section: Section, *, class_: str | None = None) -> Html:
    """Write a section under a third-level heading."""
    points = tag("ul", *(tag("li", point) for point in section.points)) if section.points else Html("")
    return tag("section", tag("h3", section.title), points, *map(table_block, section.tables), class_=class_)


def table_block(table: Table) -> Html:
    """Write a table that scrolls by itself where it is wider than the page."""
    named = any(table.columns)
    head = tag("thead", tag("tr", *headings(table.columns, table.n_text)))
    rows = [_row(row, table.n_text) for row in table.rows]
    written = tag("table", *([head] if named else []), tag("tbody", *rows))
    return tag("div", written, class_="scroll", tabindex="0", role="group", aria_label="table")


def headings(names: Sequence[str], n_text: int) -> list[Html]:
    """Write column headings, those of figures over the figures."""
    return [
        tag("th", name, scope="col", class_=None if number < n_text else "figure")
        for number, name in enumerate(names)
    ]


def picture_block(picture: Picture) -> Html:
    """Write a chart with its title above, and what it rests on below."""
    return tag(
        "figure",
        tag("figcaption", tag("b", picture.title)),
        picture.chart,
        tag("p", picture.caption, class_="note"),
    )


def pictures_block(pictures: Sequence[Picture]) -> Html:
    """Write charts side by side where there is room."""
    return tag("div", *map(picture_block, pictures), class_="charts") if pictures else Html("")


def _row(row: Sequence[str], n_text: int) -> Html:
    first = tag("th", row[0], scope="row")
    others = (
        tag("td", cell, class_=None if number < n_text else "figure")
        for number, cell in enumerate(row[1:], start=1)
    )
    return tag("tr", first, joined(others))
