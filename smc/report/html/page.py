"""A page that stands alone: its style and script are in it, and it asks nothing of anybody."""

from base64 import b64encode
from hashlib import sha256
from importlib.resources import files

from smc.report.html.charts.frame import STYLE
from smc.report.html.markup import Html, tag

CSS, SCRIPT = (
    Html(files("smc.report.html").joinpath(name).read_text(encoding="utf-8"))
    for name in ("page.css", "page.js")
)
#: Nothing is loaded, and only the page's own script runs: a name that slipped through would still do nothing.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def whole_page(title: str, *blocks: Html, script: Html | None = None) -> str:
    """Write blocks as a page.

    Parameters
    ----------
    script
        The one script that may run.
    """
    allowed = (
        f"; script-src 'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'" if script else ""
    )
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=POLICY + allowed),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("title", title),
        tag("style", CSS, STYLE),
    )
    body = tag("body", tag("main", *blocks), *([tag("script", script)] if script else []))
    return f"<!DOCTYPE html>\n{tag('html', head, body, lang='en')}\n"
