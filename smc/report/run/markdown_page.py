"""A report as Markdown."""

from collections.abc import Iterator, Mapping, Sequence

from smc.outside.escape import markdown as literal
from smc.report.document import Section, Table
from smc.report.run.contents import sections
from smc.report.view import RunView
from smc.results import Run


def markdown(
    run: Run, *, pictures: Mapping[str, str] | None = None, left_out: Mapping[str, str] | None = None
) -> str:
    """Write a finished run, or one that is about to be committed, as a Markdown page.

    Parameters
    ----------
    pictures
        Caption -> file name of pictures beside the page; they follow the tables.
    left_out
        Caption -> why there is no such picture.
    """
    view = RunView(run)
    blocks = [f"# {literal(view.title)}"]
    for section in sections(view, full_config=True):
        blocks += section_blocks(section)
    if pictures or left_out:
        blocks.append("## Pictures")
    blocks += [
        f"### {literal(caption)}\n\n![{literal(caption)}, {literal(view.title)}]({file})"
        for caption, file in (pictures or {}).items()
    ]
    blocks += [
        f"### {literal(caption)}\n\nNot drawn: {literal(reason)}."
        for caption, reason in (left_out or {}).items()
    ]
    return "\n\n".join(blocks) + "\n"


def section_blocks(section: Section) -> Iterator[str]:
    """Write a section under a second-level heading: its points, then its tables."""
    yield f"## {literal(section.title)}"
    if section.points:
        yield "\n".join(f"- {literal(point)}" for point in section.points)
    yield from map(_table, section.tables)


def _table(table: Table) -> str:
    """Write a table; its first row of names is empty where there are none, as Markdown wants one."""
    alignment = ["---"] * table.n_text + ["---:"] * (len(table.columns) - table.n_text)
    return "\n".join(map(_row, [table.columns, alignment, *table.rows]))


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(literal(cell).replace("|", "\\|") for cell in cells) + " |"
