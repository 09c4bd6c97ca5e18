"""Links to what stands beside a page about a run: relative, so that the outputs can be moved."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from smc.report.html.markup import Html, tag
from smc.results.manifest import RUN_ID

#: What there may be of a run, by path under the root of the results: what a reader looks for first, first.
PAGES = ("reports/{}/report.html", "runs/{}/report.md")
OTHERS = {
    "pictures": "reports/{}/overview.png",
    "trades": "reports/{}/trades.csv",
    "explanation": "explain/{}/model/index.html",
}


class Beside:
    """Link a page to the files of runs, as far as they are there.

    Parameters
    ----------
    output
        Root of all results.
    way
        From the page to the root: "" at the root, "../../" two folders below.
    """

    def __init__(self, output: str | Path, way: str) -> None:
        self._output, self._way = Path(output), way

    def run(self, run_id: str) -> Html:
        """Return the id of a run, which leads to its page."""
        page = next((found for place in PAGES if (found := self._link(place, run_id))), None)
        return tag("a", run_id, href=page) if page else tag("span", run_id)

    def others(self, run_id: str) -> Iterator[Html]:
        """Give a link to each of its pictures, trades and explanation."""
        for name, place in OTHERS.items():
            if link := self._link(place, run_id):
                yield tag("a", name, href=link)

    def file(self, path: str) -> str | None:
        """Return the way to a file under the root; None if it is not there."""
        return self._way + quote(path) if (self._output / path).is_file() else None

    def _link(self, place: str, run_id: str) -> str | None:
        """Return the way to a file of a run; a manifest may come from anybody, so an id must be one."""
        return self.file(place.format(run_id)) if RUN_ID.fullmatch(run_id) else None
