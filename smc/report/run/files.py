"""A report as files: pictures, and a page that shows them beside the tables."""

from dataclasses import dataclass
from pathlib import Path

from smc.errors import SmcError
from smc.report.beside import Beside
from smc.report.run.markdown_page import markdown
from smc.report.view import RunView
from smc.results import Run
from smc.results.durable import write_atomic


@dataclass(frozen=True)
class SavedReport:
    """What was written into a folder.

    Attributes
    ----------
    page, html
        The page, as Markdown and as HTML.
    trades
        The CSV file; None where there are none to list.
    pictures
        Caption -> PNG file.
    left_out
        Caption -> why there is nothing to draw.
    """

    page: Path
    html: Path
    trades: Path | None
    pictures: dict[str, Path]
    left_out: dict[str, str]


def save_report(run: Run, folder: str | Path) -> SavedReport:
    """Draw every picture of a run, and write pages and trades beside them, over those of an earlier call.

    The run's own folder is finished and never written again: choose another.
    """
    from smc.report.run.page import page as html_page
    from smc.report.run.pictures import save_pictures

    folder = Path(folder)
    view = RunView(run)
    pictures, left_out = save_pictures(view, folder)
    page, html, trades = (
        folder / "report.md",
        folder / "report.html",
        _save_trades(run, folder / "trades.csv"),
    )
    names = {caption: path.name for caption, path in pictures.items()}
    _write(page, markdown(run, pictures=names, left_out=left_out))
    beside = Beside(folder.parent.parent, "../../")
    _write(html, html_page(view, pictures=pictures, trades=trades.name if trades else None, beside=beside))
    return SavedReport(page, html, trades, pictures, left_out)


def _save_trades(run: Run, path: Path) -> Path | None:
    """Write the trades; where there are none to list no file of an earlier call is left."""
    from smc.report.run.trades import as_csv, trades_of

    try:
        text = as_csv(trades_of(run))
    except SmcError:
        path.unlink(missing_ok=True)
        return None
    _write(path, text)
    return path


def _write(path: Path, text: str) -> None:
    write_atomic(path, text.encode("utf-8", "replace"))


def overview(run: Run, path: str | Path) -> Path:
    """Draw one PNG of a run's equity, calibration and folds."""
    from smc.report.run.pictures.overview import draw_overview
    from smc.report.style import save, styled

    with styled():
        save(draw_overview(RunView(run)), Path(path))
    return Path(path)
