"""The reports of a selection as files."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from smc.report.beside import Beside
from smc.report.html.blocks import Picture
from smc.report.html.charts.frame import standalone
from smc.report.selection.candidate_charts import candidate_pictures
from smc.report.selection.candidate_run import CandidateRun, open_candidate_run
from smc.report.selection.checklist import checklist
from smc.report.selection.checklist_items import Item
from smc.report.selection.markdown_pages import file_names, overfitting_page, symbol_page
from smc.report.selection.page import page
from smc.report.selection.sweep import sweep_pictures, sweep_table
from smc.results.durable import make_folder, named_errors, write_atomic

#: The latest page, under the root of the results.
LATEST = "report.html"
#: From the folder of a selection to the root.
WAY_UP = "../../../"


def save_selection_report(manifest: Mapping[str, Any], output: str | Path, latest: str = LATEST) -> Path:
    """Write the page and the Markdown of a selection, and put the page in the place of the last one.

    ``reports/selection/<time>/`` gets ``index.html``, ``overfitting.md``, a page a symbol and their pictures;
    ``latest`` is the same page as ``index.html``, but for the ways of its links. The runs of candidates are
    opened, no others.

    Parameters
    ----------
    manifest
        As `smc.selection.manifest.write_manifest` checked it.
    output
        Root of the results (`paths.output`).
    latest
        Name of the page there.

    Returns
    -------
    path
        Of ``index.html``.

    Raises
    ------
    ResultsError
        The folder cannot be written.
    """
    output = Path(output)
    candidate_runs = {
        symbol: open_candidate_run(symbol, entry, output) for symbol, entry in manifest["selections"].items()
    }
    checklists = {
        symbol: checklist(manifest, symbol, candidate_runs[symbol])
        for symbol, entry in manifest["selections"].items()
        if entry["verdict"] != "NO_MODEL"
    }
    with named_errors(output):
        folder = _new_folder(output / "reports" / "selection", manifest["timestamp"])
        written = page(manifest, candidate_runs, checklists, Beside(output, WAY_UP))
        _write(folder / "index.html", written)
        _write(output / latest, written.replace(f'href="{WAY_UP}', 'href="'))
        _save_markdown(manifest, folder, candidate_runs, checklists)
    return folder / "index.html"


def _save_markdown(
    manifest: Mapping[str, Any],
    folder: Path,
    candidate_runs: Mapping[str, CandidateRun | str],
    checklists: Mapping[str, Sequence[Item]],
) -> None:
    drawn = _save_pictures(sweep_pictures(sweep_table(manifest)), folder, "overfitting")
    _write(folder / "overfitting.md", overfitting_page(manifest, drawn))
    for symbol, name in file_names(manifest["selections"]).items():
        candidate_run = candidate_runs[symbol]
        pictures = [] if isinstance(candidate_run, str) else candidate_pictures(candidate_run)
        text = symbol_page(
            symbol,
            manifest["selections"][symbol],
            candidate_run,
            items=checklists.get(symbol, []),
            pictures=_save_pictures(pictures, folder, name),
        )
        _write(folder / f"{name}.md", text)


def _save_pictures(pictures: Sequence[Picture], folder: Path, prefix: str) -> dict[str, Picture]:
    by_file = {f"{prefix}_{picture.name}.svg": picture for picture in pictures}
    for name, picture in by_file.items():
        _write(folder / name, standalone(picture.chart))
    return by_file


def _write(path: Path, text: str) -> None:
    write_atomic(path, text.encode("utf-8", "replace"))


def _new_folder(parent: Path, timestamp: str) -> Path:
    """Create the folder of this selection; two may be made in one millisecond."""
    make_folder(parent)
    stamp = timestamp.replace(":", "-").removesuffix("+00-00")
    names = (f"{stamp}{suffix}" for suffix in ("", *(f"-{number}" for number in range(1, 1000))))
    folder = next(parent / name for name in names if not (parent / name).exists())
    make_folder(folder)
    return folder
