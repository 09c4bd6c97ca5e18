"""Finished runs side by side, and what differs among them: python -m smc.runs --where reg=tiny"""

import sys

from smc.cli import end_on_ctrl_c, exits, with_output_option
from smc.usage.runs import parser

if __name__ == "__main__":
    end_on_ctrl_c()  # the imports that follow take a while, and neither help nor a typo needs them
    parser().parse_args(with_output_option(None))

import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pandas as pd

from smc.errors import ConfigError
from smc.report.run_table import Condition, run_table, sorted_by, table_section
from smc.report.runs import Wanted
from smc.report.terminal_page import show
from smc.results.durable import named_errors, write_atomic
from smc.training.opened import with_opened_test


def runs(
    output: str | Path = "outputs",
    *,
    where: Sequence[str] = (),
    name: str | None = None,
    tags: Sequence[str] = (),
    columns: Sequence[str] = (),
    test: bool = False,
) -> pd.DataFrame:
    """Return finished runs as a table (`smc.report.run_table.run_table`).

    Parameters
    ----------
    where
        Conditions, all of which must hold: ``["model=xgboost", "gap<=0.1", "symbol=EUR*"]``.
    name, tags
        What they are called; ``*`` in a name stands for any text.
    columns
        Settings that are shown though they do not differ, as ``["events.last"]``.
    test
        Test figures too, of the runs whose test part was opened.
    """
    conditions = [Condition.parse(text) for text in where]
    opened = partial(with_opened_test, output=output) if test else None
    return run_table(output, Wanted(name, tags), conditions, columns=columns, opened=opened)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line."""
    asked = parser().parse_args(with_output_option(arguments))
    with exits():
        if asked.head is not None and asked.head < 1:
            raise ConfigError(f"--head must be 1 or more, got {asked.head}")
        table = runs(
            asked.output,
            where=asked.where,
            name=asked.name,
            tags=asked.tag,
            columns=[key for key in asked.columns.split(",") if key],
            test=asked.test,
        )
        if asked.sort or asked.reverse:
            table = sorted_by(table, asked.sort or "made", reverse=asked.reverse)
        table = table.head(asked.head) if asked.head else table
        written = [(asked.csv, table.to_csv(index=False)), (asked.json, _json(table))]
        for place, text in written:
            if place:
                _write(place, text)
        if not (asked.csv or asked.json):
            show([table_section(table, asked.output)], sys.stdout)
        sys.stdout.flush()


def _json(table: pd.DataFrame) -> str:
    return json.dumps(json.loads(table.to_json(orient="records") or "[]"), indent=1) + "\n"


def _write(place: str, text: str) -> None:
    if place == "-":
        sys.stdout.write(text)
        return
    path = Path(place)
    with named_errors(path.parent):
        write_atomic(path, text.encode())


if __name__ == "__main__":
    main()
