"""Show a run as tables and pictures, or why it failed: python -m smc.show, or python -m smc.show 3f2a"""

import sys

from smc.cli import end_on_ctrl_c, exits, with_output_option

if __name__ == "__main__":
    end_on_ctrl_c()  # the imports that follow take a second

import argparse
from collections.abc import Sequence
from pathlib import Path

from smc.errors import ResultsError
from smc.report import SavedReport, save_report
from smc.report.document import Section
from smc.report.failed_run import failed_run
from smc.report.run.contents import sections
from smc.report.runs import Wanted, runs
from smc.report.terminal_page import show
from smc.report.view import RunView
from smc.results import Run, load_run
from smc.results.locate import locate
from smc.results.run import reading
from smc.training.opened import with_opened_test


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line."""
    asked = _parser().parse_args(with_output_option(arguments))
    with exits():
        wanted = Wanted(asked.name, asked.tag)
        if asked.list or wanted:
            show(runs(asked.output, wanted), sys.stdout)
        else:
            run = load_run(_located(asked.run, asked.output))
            with reading(run.path):
                run = with_opened_test(run, asked.output)
                show(sections(RunView(run), full_config=asked.config), sys.stdout)
                if asked.pictures:
                    show([_pictures(save_report(run, report_folder(run, asked.output)))], sys.stdout)
        sys.stdout.flush()


def _located(name: str | None, output: str) -> Path:
    """Return the folder of a finished run; of one that failed show the traceback, and say that it failed."""
    try:
        return locate(name, output)
    except ResultsError:
        sys.stdout.write(failed_run(name, output) or "")
        sys.stdout.flush()
        raise


def report_folder(run: Run, output: str | Path) -> Path:
    """Return where the pictures of a run go: beside the runs that it stands among, else under `output`."""
    root = run.path.resolve().parent
    return (root.parent if root.name in ("runs", "partial") else Path(output)) / "reports" / run.run_id


def _pictures(saved: SavedReport) -> Section:
    """Say where the pictures are, and why one is not there."""
    names = ", ".join(path.name for path in saved.pictures.values())
    points = [f"{saved.page.parent}: {saved.page.name}, {names}"]
    return Section(
        "Pictures", [*points, *(f"No {name}: {reason}." for name, reason in saved.left_out.items())]
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m smc.show",
        description="Show a finished run: its figures with what they must be read against, and pictures; or "
        "the traceback of one that failed, with the lines of your own code marked.",
    )
    parser.add_argument("run", nargs="?", help="folder, id, or beginning of an id (default: the latest run)")
    parser.add_argument("--output", default="outputs", help="root of all results (default: outputs)")
    parser.add_argument(
        "--list",
        action="store_true",
        help="list all runs, also those that failed; of finished ones run.json alone is checked",
    )
    parser.add_argument(
        "--tag", action="append", default=[], help="list the runs that have this tag; several: all of them"
    )
    parser.add_argument("--name", help="list the runs of this name; * stands for any text: 'idea-*'")
    parser.add_argument(
        "--config", action="store_true", help="every value of the configuration with its source"
    )
    parser.add_argument(
        "--no-pictures",
        dest="pictures",
        action="store_false",
        help="tables only; else pictures go to <output>/reports/<run id>",
    )
    return parser


if __name__ == "__main__":
    main()
