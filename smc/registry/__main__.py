"""Propose, promote, take back, and see what is live: python -m smc.registry propose EURUSD"""

import sys

from smc.cli import EXIT_FAILED, Progress, end_on_ctrl_c, exits, say, with_output_option
from smc.usage.registry import parser

if __name__ == "__main__":
    end_on_ctrl_c()  # the imports that follow take a second, and neither help nor a typo needs them
    parser().parse_intermixed_args(with_output_option(None))

import argparse
import json
from collections.abc import Mapping, Sequence
from typing import Any

from smc.errors import ConfigError, SmcError
from smc.registry.entry import Entry
from smc.registry.registry import Registry

ALL = "all"


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line: 0 if all was done, 1 if one symbol of many could not be proposed."""
    asked = parser().parse_intermixed_args(with_output_option(arguments))
    with exits():
        registry = Registry(asked.output, deployment=asked.deployment, url=asked.url)
        if asked.action in ("list", "history", "compare"):
            _show(registry, asked)
            return
        if asked.action == "propose" and (len(asked.names) > 1 or asked.names == [ALL]):
            sys.exit(_propose_many(registry, asked))
        before = registry.poll(asked.names[0])
        with Progress(f"{asked.names[0]}: ") as progress:
            entry = _act(registry, asked, asked.names[0], progress)
        _tell(registry, asked, {entry: entry.number > before})


def _act(registry: Registry, asked: argparse.Namespace, symbol: str, progress: Progress) -> Entry:
    """Do to a symbol what was asked for; what it needs is imported for it alone."""
    words: dict[str, Any] = {"why": asked.why, "who": asked.who}
    version = asked.names[1] if len(asked.names) > 1 else None
    if asked.action == "rollback":
        from smc.registry.reversal import rollback

        return rollback(registry, symbol, to=asked.to, flat=asked.flat, **words)
    if asked.action == "retire":
        from smc.registry.promotion import retire

        return retire(registry, symbol, version, **words)
    if asked.action == "promote":
        from smc.registry.promotion import FULL, promote

        rung = FULL if asked.rung is None else asked.rung
        if asked.shadow and asked.rung is not None:
            raise ConfigError("--shadow takes no position: leave --rung out, or --shadow")
        return promote(
            registry, symbol, version, shadow=asked.shadow, rung=rung, override=asked.override, **words
        )
    from smc.registry.proposal import propose

    chosen: dict[str, Any] = {"run": asked.run, "as_is": asked.as_is, "override": asked.override}
    return propose(registry, symbol, on_progress=progress.step, **chosen, **words)


def _propose_many(registry: Registry, asked: argparse.Namespace) -> int:
    """Propose for each of several symbols what their verdicts let in; say why the others are left out."""
    from smc.registry.evidence import symbols_here

    if asked.run or asked.override:
        raise ConfigError("--run and --override are for one symbol, which they name: propose it by itself")
    symbols = symbols_here(registry.ledger, registry.output) if asked.names == [ALL] else asked.names
    entries, left_out = dict[Entry, bool](), list[str]()
    for number, symbol in enumerate(symbols, start=1):
        try:
            before = registry.poll(symbol)
            with Progress(f"{symbol} ({number} of {len(symbols)}): ") as progress:
                entry = _act(registry, asked, symbol, progress)
            entries[entry] = entry.number > before
        except SmcError as error:
            left_out.append(str(error))
    _tell(registry, asked, entries)
    for why in left_out:
        say(f"not proposed: {why}")
    is_done = bool(entries) and (asked.names == [ALL] or not left_out)
    return 0 if is_done else EXIT_FAILED


def _tell(registry: Registry, asked: argparse.Namespace, entries: Mapping[Entry, bool]) -> None:
    """Say what was written, what was so already, and what follows."""
    if asked.json:
        _write([entry.plain() for entry in entries])
        return
    from smc.registry.pages import entry_section
    from smc.report.terminal_page import show

    pages = [
        entry_section(entry, registry.standing(entry.symbol), is_new=is_new)
        for entry, is_new in entries.items()
    ]
    show(pages, sys.stdout)
    sys.stdout.flush()


def _show(registry: Registry, asked: argparse.Namespace) -> None:
    from smc.registry.pages import chosen, history_section, live_sections, plain
    from smc.report.terminal_page import show

    if asked.action == "compare":
        from smc.registry.sides import compared

        if asked.json:
            raise ConfigError("--json: a comparison is for people; python -m smc.runs --json has the figures")
        sections = compared(registry, *asked.names)
    elif asked.action == "history":
        standing = registry.known(asked.names[0])
        if asked.json:
            _write([entry.plain() for entry in standing.entries])
            return
        sections = [history_section(registry, standing)]
    else:
        if asked.json:
            standings = chosen(registry, asked.names)
            _write([plain(standing) for standing in standings.values()])
            return
        sections = live_sections(registry, asked.names)
    show(sections, sys.stdout)
    sys.stdout.flush()


def _write(value: Any) -> None:
    sys.stdout.write(json.dumps(value, indent=1) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
