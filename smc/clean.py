"""Free the room of caches and leftovers; finished runs and the ledger stay: python -m smc.clean"""

import sys

from smc.cli import end_on_ctrl_c, exits, with_output_option
from smc.usage.clean import parser

if __name__ == "__main__":
    end_on_ctrl_c()  # the imports that follow take a while, and neither help nor a typo needs them
    parser().parse_intermixed_args(with_output_option(None))

import math
from collections.abc import Sequence
from pathlib import Path

from smc.config.suggest import suggest
from smc.errors import ConfigError
from smc.report.document import Section, Table
from smc.report.terminal_page import show
from smc.results.durable import named_errors
from smc.results.leftovers import KINDS, Leftover, alone, find
from smc.usage.clean import OLDER_THAN

#: Bytes.
MB = 1e6


def clean(
    output: str | Path = "outputs",
    kinds: Sequence[str] = (),
    *,
    older_than: float = OLDER_THAN,
    remove: bool = False,
) -> dict[str, list[Leftover]]:
    """Return what can be removed from an output folder by kind; or remove it, and return what was removed.

    Parameters
    ----------
    kinds
        Of `smc.results.leftovers.KINDS`; none: all.
    older_than
        Days since partial results and logs were last written.

    Raises
    ------
    ConfigError
        There is no such kind, or `older_than` is no number of days.
    ResultsError
        There are no results, or another process cleans them.
    """
    for name in kinds:
        if name not in KINDS:
            raise ConfigError(
                f"{name}: no kind of leftovers{suggest(name, KINDS)} (kinds: {', '.join(KINDS)})"
            )
    if not (math.isfinite(older_than) and older_than >= 0):
        raise ConfigError(f"--older-than must be a number of days, 0 or more, got {older_than:g}")
    root, names = Path(output), [name for name in KINDS if not kinds or name in kinds]
    with alone(root), named_errors(root):
        if not remove:
            return find(root, names, older_than)
        removed: dict[str, list[Leftover]] = {}
        for name in names:  # one after the other: a kind may leave something to the next
            found = find(root, [name], older_than)[name]
            removed[name] = [each for each in found if KINDS[name].remove(root, each)]
        return removed


def section(found: dict[str, list[Leftover]], output: str | Path, *, removed: bool) -> Section:
    """Lay out what can go, or has gone, kind by kind."""
    room = sum(each.size for own in found.values() for each in own) / MB
    if not any(found.values()):
        return Section("Leftovers", [f"There is nothing to remove under {output}."])
    rows = [
        (name, KINDS[name].what, f"{len(own):,}", f"{sum(each.size for each in own) / MB:,.1f}")
        for name, own in found.items()
        if own
    ]
    point = f"{room:,.1f} MB were freed." if removed else f"{room:,.1f} MB can be freed: --yes removes it."
    return Section(
        "Removed" if removed else "Leftovers", [point], [Table(("kind", "", "n", "MB"), rows, n_text=2)]
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line."""
    asked = parser().parse_intermixed_args(with_output_option(arguments))
    with exits():
        found = clean(asked.output, asked.kinds, older_than=asked.older_than, remove=asked.yes)
        show([section(found, asked.output, removed=asked.yes)], sys.stdout)
        sys.stdout.flush()


if __name__ == "__main__":
    main()
