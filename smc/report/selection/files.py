"""The reports of a selection as files."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from smc.report.html.blocks import Picture
from smc.report.html.charts.standalone import standalone
from smc.report.selection.candidate_charts import exhibit_pictures
from smc.report.selection.candidate_run import CandidateRun, open_exhibit
from smc.report.selection.checklist import checklist
from smc.report.selection.item import Item
from smc.report.selection.markdown_pages import file_names, overfitting_page, symbol_page
from smc.report.selection.page import page
from smc.report.selection.sweep import sweep_table
from smc.report.selection.sweep_charts import sweep_pictures
from smc.results.durable import make_folder, named_errors, write_atomic

#: The latest page, under the root of the results.
LATEST = "report.html"


def save_selection_report(manifest: Mapping[str, Any], output: str | Path) -> Path:
    """Write the page and the Markdown of a selection, and put the page in the place of the last one.

    ``reports/selection/<time>/`` gets ``index.html``, ``overfitting.md``, a page a symbol and their pictures;
    ``report.html`` is the same page as ``index.html``. The runs of candidates are opened, no others.

    Parameters
    ----------
    manifest
        As `smc.selection.manifest.write_manifest` checked it.
    output
        Root of the results (`paths.output`).

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
    exhibits = {
        symbol: open_exhibit(symbol, entry, output) for symbol, entry in manifest["selections"].items()
    }
    checklists = {
        symbol: checklist(manifest, symbol, exhibits[symbol])
        for symbol, entry in manifest["selections"].items()
        if entry["verdict"] != "NO_MODEL"
    }
    with named_errors(output):
        folder = _new_folder(output / "reports" / "selection", manifest["timestamp"])
        text = page(manifest, exhibits, checklists)
        _write(folder / "index.html", text)
        _save_markdown(manifest, folder, exhibits, checklists)
        _write(output / LATEST, text)
    return folder / "index.html"


def _save_markdown(
    manifest: Mapping[str, Any],
    folder: Path,
    exhibits: Mapping[str, CandidateRun | str],
    checklists: Mapping[str, Sequence[Item]],
) -> None:
    drawn = _save_pictures(sweep_pictures(sweep_table(manifest)), folder, "overfitting")
    _write(folder / "overfitting.md", overfitting_page(manifest, drawn))
    for symbol, name in file_names(manifest["selections"]).items():
        exhibit = exhibits[symbol]
        pictures = [] if isinstance(exhibit, str) else exhibit_pictures(exhibit)
        text = symbol_page(
            symbol,
            manifest["selections"][symbol],
            exhibit,
            items=checklists.get(symbol, []),
            pictures=_save_pictures(pictures, folder, name),
        )
        _write(folder / f"{name}.md", text)


def _save_pictures(pictures: Sequence[Picture], folder: Path, prefix: str) -> dict[str, Picture]:
    found = {f"{prefix}_{each.name}.svg": each for each in pictures}
    for name, each in found.items():
        _write(folder / name, standalone(each.chart))
    return found


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
