"""The page of a model's explanation: one HTML file with its pictures inside."""

from base64 import b64encode
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

import pandas as pd

from smc.report.document import Section
from smc.report.explanation.section import points, ranking_table
from smc.report.html.blocks import section_block
from smc.report.html.markup import Html, joined, tag

CSS = Html(files("smc.report.html").joinpath("page.css").read_text(encoding="utf-8"))
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
CAPTIONS = {
    "contributions": "What each feature contributes, event by event",
    "importance": "What the model loses without a feature",
    "dependence": "In which direction a feature moves the answer",
}


def page(
    record: Mapping[str, Any], ranked: pd.DataFrame, pictures: Mapping[str, bytes], *, n_listed: int
) -> str:
    """Write the page."""
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=POLICY),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("title", f"Explanation: {record['title']}"),
        tag("style", CSS),
    )
    shown = [_picture(name, pictures[name]) for name in CAPTIONS if name in pictures]
    said = section_block(Section("What was explained", points(record)))
    table = section_block(Section("Features", tables=[ranking_table(ranked, n_listed=n_listed)]))
    body = tag("body", tag("main", tag("h1", f"Explanation: {record['title']}"), said, joined(shown), table))
    return f"<!DOCTYPE html>\n{tag('html', head, body, lang='en')}\n"


def _picture(name: str, data: bytes) -> Html:
    image = tag(
        "img",
        src=f"data:image/png;base64,{b64encode(data).decode()}",
        alt=CAPTIONS[name],
        style="max-width:100%",
    )
    return tag("figure", tag("figcaption", tag("b", CAPTIONS[name])), image)
