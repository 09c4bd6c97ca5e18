"""A report on a terminal, or wherever standard output goes."""

import re
from collections.abc import Iterable, Sequence
from textwrap import fill
from typing import TYPE_CHECKING, TextIO

from smc.outside.escape import terminal
from smc.report.document import Section, Table

if TYPE_CHECKING:
    from rich.console import Console
    from rich.segment import Segments
    from rich.table import Table as DrawnTable


#: Rows from which on a table is laid out here: Rich takes a third of a millisecond for each.
MANY = 50


def show(sections: Iterable[Section], file: TextIO) -> None:
    """Print sections so that every figure is kept; in colour on a terminal only.

    Elsewhere a line is 80 columns wide, unless COLUMNS says otherwise; what is longer goes on below.
    """
    from rich.console import Console

    console = Console(file=file, highlight=False, markup=False, emoji=False)
    with console.capture() as captured:
        for section in sections:
            console.print(terminal(section.title), style="bold")
            for point in section.points:
                console.print(
                    fill(
                        terminal(point),
                        console.width,
                        initial_indent=" - ",
                        subsequent_indent="   ",
                        break_long_words=False,  # a path or a command is copied whole
                        break_on_hyphens=False,
                    ),
                    soft_wrap=True,
                )
            for table in section.tables:
                console.print(_laid_out(table, console) or _drawn(table))
            if not section.tables:
                console.print()
    text = "\n".join(line.rstrip() for line in captured.get().splitlines())
    page = re.sub(r"\n{3,}", "\n\n", text) + "\n"
    file.write(page.encode(console.encoding, "replace").decode(console.encoding))


def _laid_out(table: Table, console: "Console") -> "Segments | None":
    """Lay a long table out as Rich would, but at once; None where a cell must be broken."""
    from rich.cells import cell_len
    from rich.segment import Segment, Segments

    if len(table.rows) < MANY:
        return None
    columns = [list(map(terminal, cells)) for cells in zip(table.columns, *table.rows, strict=True)]
    if any("\n" in cell or cell != cell.strip() for cells in columns for cell in cells):
        return None
    sizes = [list(map(cell_len, cells)) for cells in columns]
    widths = list(map(max, sizes))
    if sum(widths) + 2 * len(widths) > console.width:
        return None
    padded = [
        [
            cell + " " * (width - size) if number < table.n_text else " " * (width - size) + cell
            for cell, size in zip(cells, own, strict=True)
        ]
        for number, (cells, own, width) in enumerate(zip(columns, sizes, widths, strict=True))
    ]
    lines = [" " + "  ".join(row) for row in list(zip(*padded, strict=True))[1:]]
    *head, _ = console.render_lines(_drawn(table, widths), pad=False, new_lines=True)
    return Segments([*(part for line in head for part in line), Segment("\n".join(lines) + "\n\n")])


def _drawn(table: Table, widths: Sequence[int] = ()) -> "DrawnTable":
    """Return a table of Rich; where the widths of its columns are known, its head alone."""
    from rich import box
    from rich.table import Table as DrawnTable

    drawn = DrawnTable(
        box=box.SIMPLE_HEAD,
        show_header=any(table.columns),
        pad_edge=False,
        header_style="dim",
        padding=(0, 1, 0, 0),
    )
    for number, column in enumerate(table.columns):
        is_text, is_whole = number < table.n_text, number < table.n_whole
        drawn.add_column(
            terminal(column),
            justify="left" if is_text else "right",
            no_wrap=not is_text or is_whole,
            overflow="fold",
            width=widths[number] if widths else None,
        )
    for row in () if widths else table.rows:
        drawn.add_row(*map(terminal, row))
    return drawn
