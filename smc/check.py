"""Hold a class of your own to the contract of its kind: python -m smc.check my_labels.MyLabel horizon=10"""

import sys

from smc.cli import end_on_ctrl_c, exits, with_output_option
from smc.parts.kinds import GROUPS, kind_of
from smc.usage.check import parser

if __name__ == "__main__":
    end_on_ctrl_c()  # the imports that follow take a while, and neither help nor a typo needs them
    parser(GROUPS).parse_intermixed_args(with_output_option(None))

import os
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from smc.blame import ALLOW, allowed_by_user
from smc.cli import EXIT_OK, EXIT_USER_ERROR, Progress, read_argument
from smc.config.instantiate import locate
from smc.errors import ConfigError
from smc.parts.contract import contract
from smc.parts.law import AskedLaw
from smc.parts.laws import SERVES, asked_laws
from smc.parts.recognise import lacks, recognise
from smc.parts.subject import Subject
from smc.report.document import Section, Table
from smc.report.terminal_page import show


def laws(kind: str, part: str, **arguments: Any) -> list[AskedLaw]:
    """Return the laws of a class of your own, for a test to ask each: ``law.must_hold()``.

    Parameters
    ----------
    kind
        As `python -m smc.new --help` lists them.
    part
        Dotted path of the class.
    arguments
        Of its constructor.
    """
    return asked_laws(_subject(part, arguments, kind))


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line."""
    asked = parser(GROUPS).parse_intermixed_args(with_output_option(arguments))
    with exits():
        if asked.contract:
            sys.stdout.write(contract(kind_of(asked.contract)))
            sys.stdout.flush()
            sys.exit(EXIT_OK)
        if not asked.part:
            raise ConfigError("name the class: python -m smc.check my_labels.MyLabel (--help says more)")
        bars = _read_bars(asked.bars) if asked.bars else None
        subject = _subject(asked.part, _arguments(asked.argument), asked.kind, bars)
        asked_of = [law for law in asked_laws(subject) if asked.run or law.law is not SERVES]
        found = tried(asked_of)
        show([_page(subject, found)], sys.stdout)
        sys.stdout.flush()
        sys.exit(EXIT_USER_ERROR if any(found.values()) else EXIT_OK)


def tried(asked: Sequence[AskedLaw]) -> dict[AskedLaw, list[str] | None]:
    """Ask law by law, and return what breaks each; None of one that was not asked, as the first is broken."""
    found: dict[AskedLaw, list[str] | None] = {}
    with Progress() as progress:
        for number, law in enumerate(asked):
            progress.step(f"law {number + 1} of {len(asked)}: {law}")
            is_first_broken = number > 0 and bool(found[asked[0]])
            found[law] = None if is_first_broken else law.broken()
    return found


def _subject(
    part: str, arguments: Mapping[str, Any], kind: str | None = None, bars: pd.DataFrame | None = None
) -> Subject:
    """Find a class that is named by whoever runs this, and thereby trusted; say early what it lacks."""
    if "." not in part:
        raise ConfigError(f"{part}: name module and class, as my_labels.MyLabel")
    if (package := part.partition(".")[0]) not in allowed_by_user():
        os.environ[ALLOW] = ",".join([*allowed_by_user(), package])
    cls = locate(part)
    found = kind_of(kind) if kind else recognise(cls)
    if missing := lacks(cls, found):
        raise ConfigError(
            f"{part} is no {found.name}, it lacks {missing}; python -m smc.check --contract {found.name} "
            "says what each is given and must return, --kind names another kind"
        )
    subject = Subject(found, part, arguments, bars)
    subject.check_arguments()
    return subject


def _page(subject: Subject, found: Mapping[AskedLaw, list[str] | None]) -> Section:
    """Say of each law whether it holds, and of those that do not where and what to do."""
    words = {True: "holds", False: "BROKEN"}
    rows = [(str(law), "not asked" if broken is None else words[not broken]) for law, broken in found.items()]
    points = []
    for law, broken in found.items():
        if broken:
            more = f" ({len(broken) - 1} more)" if len(broken) > 1 else ""
            points += [f"{law}: {broken[0]}{more}. Remedy: {law.law.remedy}."]
    n_broken = sum(bool(broken) for broken in found.values())
    n_open = sum(broken is None for broken in found.values())
    verdict = f"{n_broken} of {len(found)} laws broken" if n_broken else f"all {len(found)} laws hold"
    verdict += f", {n_open} not asked before that is mended" if n_open else ""
    title = f"{subject.target}, {subject.kind.called}: {verdict}"
    return Section(title, points, [Table(["law", ""], rows, n_text=2)])


def _read_bars(path: str) -> pd.DataFrame:
    """Read bars from a file whose ``time`` is a column or the index."""
    from smc.data.bad_bars import check_bars

    try:
        bars = pd.read_csv(path) if path.endswith(".csv") else pd.read_parquet(path)
    except (OSError, ValueError) as error:
        raise ConfigError(f"--bars: {' '.join(str(error).split())}") from error
    if "time" in bars:
        bars = bars.set_index(pd.to_datetime(bars.pop("time"), utc=True))
    return check_bars(bars, name=path)


def _arguments(typed: Sequence[str]) -> dict[str, Any]:
    try:
        return dict(map(read_argument, typed))
    except ValueError as error:
        raise ConfigError(str(error)) from error


if __name__ == "__main__":
    main()
