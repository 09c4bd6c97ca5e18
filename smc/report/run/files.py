"""A report as files: pictures, and a page that shows them beside the tables."""

from dataclasses import dataclass
from pathlib import Path

from smc.report.run.markdown_page import markdown
from smc.report.view import RunView
from smc.results import Run
from smc.results.durable import write_atomic


@dataclass(frozen=True)
class SavedReport:
    """What was written into a folder.

    Attributes
    ----------
    page
        The Markdown page.
    pictures
        Caption -> PNG file.
    left_out
        Caption -> why there is nothing to draw.
    """

    page: Path
    pictures: dict[str, Path]
    left_out: dict[str, str]


def save_report(run: Run, folder: str | Path) -> SavedReport:
    """Draw every picture of a run, and write its page beside them, over those of an earlier call.

    The run's own folder is finished and never written again: choose another.
    """
    from smc.report.run.pictures import save_pictures

    folder = Path(folder)
    pictures, left_out = save_pictures(RunView(run), folder)
    page = folder / "report.md"
    text = markdown(
        run, pictures={caption: path.name for caption, path in pictures.items()}, left_out=left_out
    )
    write_atomic(page, text.encode("utf-8", "replace"))
    return SavedReport(page, pictures, left_out)


def overview(run: Run, path: str | Path) -> Path:
    """Draw one PNG of a run's equity, calibration and folds."""
    from smc.report.run.pictures.overview import draw_overview
    from smc.report.style import save, styled

    with styled():
        save(draw_overview(RunView(run)), Path(path))
    return Path(path)
