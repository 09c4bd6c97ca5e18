"""A report on a terminal, or wherever standard output goes."""

import re
from collections.abc import Iterable
from textwrap import fill
from typing import TYPE_CHECKING, TextIO

from smc.outside.escape import terminal
from smc.report.document import Section, Table

if TYPE_CHECKING:
    from rich.table import Table as DrawnTable


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
                console.print(_drawn(table))
            if not section.tables:
                console.print()
    text = "\n".join(line.rstrip() for line in captured.get().splitlines())
    page = re.sub(r"\n{3,}", "\n\n", text) + "\n"
    file.write(page.encode(console.encoding, "replace").decode(console.encoding))


def _drawn(table: Table) -> "DrawnTable":
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
        )
    for row in table.rows:
        drawn.add_row(*map(terminal, row))
    return drawn
