"""Show a run as tables and pictures, or why it failed: python -m smc.show, or python -m smc.show 3f2a"""

import sys

from smc.cli import end_on_ctrl_c, exits, with_output_option
from smc.usage.show import parser

if __name__ == "__main__":
    end_on_ctrl_c()  # the imports that follow take a second, and neither help nor a typo needs them
    parser().parse_args(with_output_option(None))

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
    asked = parser().parse_args(with_output_option(arguments))
    with exits():
        wanted = Wanted(asked.name, asked.tag)
        if asked.list or wanted:
            show(runs(asked.output, wanted), sys.stdout)
        else:
            run = load_run(_located(asked.run, asked.output))
            with reading(run.path):
                run = with_opened_test(run, asked.output)
                if asked.trades:
                    sys.stdout.write(_trades(run))
                else:
                    show(sections(RunView(run), full_config=asked.config), sys.stdout)
                if asked.pictures and not asked.trades:
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


def _trades(run: Run) -> str:
    from smc.report.run.trades import as_csv, trades_of

    return as_csv(trades_of(run))


def report_folder(run: Run, output: str | Path) -> Path:
    """Return where the pictures of a run go: beside the runs that it stands among, else under `output`."""
    root = run.path.resolve().parent
    return (root.parent if root.name in ("runs", "partial") else Path(output)) / "reports" / run.run_id


def _pictures(saved: SavedReport) -> Section:
    """Say where the pictures are, and why one is not there."""
    files = (saved.html, saved.page, *([saved.trades] if saved.trades else []), *saved.pictures.values())
    points = [f"{saved.page.parent}: {', '.join(path.name for path in files)}"]
    return Section(
        "Pictures", [*points, *(f"No {name}: {reason}." for name, reason in saved.left_out.items())]
    )


if __name__ == "__main__":
    main()
