"""What `python -m smc.registry` can be asked."""

import argparse
from difflib import get_close_matches

from smc.cli import OverrideParser

USAGE = """\
What is live, since when, why, and how it is taken back. A verdict alone sends nothing live: `propose` fits
the run that smc.select chose once more, on all of its events, and `promote` lets that version answer. Every
step is a row of a journal in the ledger, which is never changed.

  python -m smc.registry                                   what is live and what waits, by symbol
  python -m smc.registry propose EURUSD                    what the last selection deploys; all: each symbol
  python -m smc.registry promote EURUSD --shadow           it answers, and nothing is traded
  python -m smc.registry promote EURUSD --rung 25          live, with 25 % of the position (default: 100)
  python -m smc.registry rollback EURUSD --why "..."       back to what was live before, at once
  python -m smc.registry rollback EURUSD --flat --why "..."      to nothing; --to ID: to an older version
  python -m smc.registry retire EURUSD                     what is live ends; an ID behind it: what waits
  python -m smc.registry history EURUSD                    every row, with who, when and why
  python -m smc.registry compare EURUSD 3f2a               configurations, figures, paired tests
"""
#: Action -> how many words it takes, at least and at most, and what they are.
ACTIONS = {
    "list": (0, None, "symbols"),
    "propose": (1, None, "symbols, or all"),
    "promote": (1, 2, "a symbol, and the id of a version where several wait"),
    "retire": (1, 2, "a symbol, and the id of a version that is not live"),
    "rollback": (1, 1, "a symbol"),
    "compare": (2, 2, "two versions, symbols or runs"),
    "history": (1, 1, "a symbol"),
}
#: Option -> the actions that take it.
OF_ACTIONS = {
    "run": ("propose",),
    "as_is": ("propose",),
    "override": ("propose", "promote"),
    "shadow": ("promote",),
    "rung": ("promote",),
    "to": ("rollback",),
    "flat": ("rollback",),
    "why": ("propose", "promote", "retire", "rollback"),
    "who": ("propose", "promote", "retire", "rollback"),
}


class RegistryParser(OverrideParser):
    """Read an action, its words, and the options that it takes."""

    def parse_intermixed_args(self, args=None, namespace=None):  # type: ignore[no-untyped-def, override]
        """Read them, and refuse words and options that the action does not take."""
        asked = super().parse_intermixed_args(args, namespace)
        if problem := _problem(asked):
            self.error(problem)
        return asked


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    command = RegistryParser(
        prog="python -m smc.registry", description=USAGE, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    command.add_argument("action", nargs="?", default="list", help=", ".join(ACTIONS))
    command.add_argument("names", nargs="*", help="symbols, versions")
    command.add_argument("--why", help="in words; a rollback asks for it")
    command.add_argument("--who", help="who answers for it (default: you and this machine)")
    command.add_argument(
        "--override", metavar="REASON", help="let in what no verdict does; every page says so"
    )
    command.add_argument(
        "--run", metavar="ID", help="propose another run than the selection's, with --override"
    )
    command.add_argument(
        "--as-is", action="store_true", help="propose the run's own model, fitted on train and val alone"
    )
    command.add_argument("--shadow", action="store_true", help="promote: it answers, and nothing is traded")
    command.add_argument("--rung", type=int, metavar="PER CENT", help="promote: share of the position taken")
    command.add_argument("--to", metavar="ID", help="rollback: to a version that was live once")
    command.add_argument("--flat", action="store_true", help="rollback: to no version, no position is taken")
    command.add_argument("--json", action="store_true", help="for a program, instead of tables")
    command.add_argument(
        "--deployment", metavar="NAME", help="whose journal (default: this output folder's own)"
    )
    command.add_argument(
        "--url", help="another ledger (default: $SMC_LEDGER, else one in your data directory)"
    )
    command.add_argument("--output", default="outputs", help="root of all results (default: outputs)")
    return command


def _problem(asked: argparse.Namespace) -> str | None:
    """Say what does not fit together; None if all does."""
    if asked.action not in ACTIONS:
        near = get_close_matches(asked.action, ACTIONS, n=1, cutoff=0.5)
        hint = f"did you mean {near[0]}?" if near else f"actions: {', '.join(ACTIONS)}"
        return f"{asked.action}: no such action; {hint}"
    for option, actions in OF_ACTIONS.items():
        if getattr(asked, option) not in (None, False) and asked.action not in actions:
            return f"--{option.replace('_', '-')}: is for {', '.join(actions)}, not for {asked.action}"
    least, most, what = ACTIONS[asked.action]
    if len(asked.names) < least:
        return f"{asked.action}: name {what}"
    if most is not None and len(asked.names) > most:
        return f"{asked.names[most]}: one word too many; {asked.action} takes {what}"
    if asked.action == "rollback" and asked.why is None:
        return 'rollback: say why, --why "..."'
    return None
