"""Sections, tables and pictures of a report as HTML."""

from collections.abc import Sequence
from dataclasses import dataclass

from smc.report.document import Section, Table
from smc.report.html.markup import Html, tag


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


#: A table of so many columns is wider than a phone: there each row becomes a block.
MANY = 4


def table_block(table: Table) -> Html:
    """Write a table that scrolls by itself where it is too wide; one of many columns stacks on a phone."""
    named = any(table.columns)
    stacks = named and len(table.columns) >= MANY
    head = tag("thead", tag("tr", *headings(table.columns, table.n_text)))
    rows = [_row(row, table.n_text, table.columns if stacks else None) for row in table.rows]
    written = tag(
        "table", *([head] if named else []), tag("tbody", *rows), class_="stacks" if stacks else None
    )
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


def _row(row: Sequence[str], n_text: int, names: Sequence[str] | None) -> Html:
    """Write a row; one that belongs to the row above begins with spaces, and is set in.

    Parameters
    ----------
    names
        Of the columns, for a table that is stacked: each figure carries the name of its own.
    """
    belongs = row[0].startswith("  ")
    name = names[0] if names and names[0] else None
    first = tag("th", row[0].strip() if belongs else row[0], scope="row", data_name=name)
    others = (
        tag(
            "td",
            cell,
            class_=None if number < n_text else "figure",
            data_name=names[number] if names else None,
        )
        for number, cell in enumerate(row[1:], start=1)
    )
    return tag("tr", first, *others, class_="sub" if belongs else None)


def side_by_side(*blocks: Html) -> Html:
    """Write blocks in columns where there is room for two."""
    return tag("div", *(tag("div", block) for block in blocks if block), class_="columns")
