"""A long table on a terminal is laid out as a short one is."""

import io
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smc.report import terminal_page
from smc.report.document import Section, Table

CELLS = st.sampled_from(
    [
        "",
        "a",
        "two words",
        "0.35 [0.1, 0.2]",
        "日本",
        "e\u0301",
        "x" * 30,
        "y" * 50,
        " led",
        "a ",
        "a\nb",
        "\x1b[2J",
    ]
)


@st.composite
def long_tables(draw) -> Table:
    """Tables of any columns, some of which do not fit the page."""
    n_columns = draw(st.integers(1, 5))
    row = st.lists(CELLS, min_size=n_columns, max_size=n_columns)
    n_text, n_whole = (draw(st.integers(0, n_columns)) for _ in range(2))
    heads = draw(row | st.just([""] * n_columns))
    return Table(heads, draw(st.lists(row, min_size=1, max_size=8)), n_text, n_whole)


def printed(table: Table, many: int) -> str:
    file = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(terminal_page, "MANY", many)
        patch.setenv("COLUMNS", "80")
        terminal_page.show([Section("Runs", ["a point"], [table, table]), Section("After")], file)
    file.seek(0)
    return file.read()


@given(long_tables())
def test_a_long_table_looks_as_rich_draws_it(table):
    assert printed(table, many=1) == printed(table, many=10**9)


def test_rich_draws_no_row_of_a_long_table_that_fits(monkeypatch):
    drawn, draw = [], terminal_page._drawn

    def watched(table: Table, widths=()) -> Iterator[str]:
        drawn.append(widths)
        return draw(table, widths)

    monkeypatch.setattr(terminal_page, "_drawn", watched)
    text = printed(Table(("run", "score"), [("a", "1")] * 500), many=terminal_page.MANY)
    assert text.count("\n a ") == 1000
    assert [*drawn] == [[3, 5]] * 2
