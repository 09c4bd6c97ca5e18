"""The files of an explanation: record, tables, pictures and a page; matplotlib is loaded to draw them."""

import io
from base64 import b64encode
from collections.abc import Mapping
from typing import Any

import pandas as pd

from smc.explanation.folder import RECORD, record_bytes, table_bytes
from smc.report.document import Section
from smc.report.explanation.section import points, ranking_table
from smc.report.html.blocks import section_block
from smc.report.html.markup import Html, joined, tag
from smc.report.html.page import whole_page


def model_files(record: Mapping[str, Any], tables: Mapping[str, pd.DataFrame]) -> dict[str, bytes]:
    """Return the files of a model's explanation, as `smc.explanation.whole_model` gave it."""
    from smc.report.explanation.pictures import draw_contributions, draw_dependence, draw_importance
    from smc.report.style import styled

    title, ranked = record["title"], list(tables["importance"]["feature"])
    by_size = tables["importance"].sort_values("mean_abs_shap", ascending=False, kind="stable")["feature"]
    with styled():
        pictures = {
            "contributions": draw_contributions(tables["shap"], tables["inputs"], record["features"], title),
            "dependence": draw_dependence(tables["dependence"], list(by_size), title),
        }
        if record["importance"] is not None:
            pictures["importance"] = draw_importance(tables["importance"], record["importance"], title)
        drawn = {name: _png(figure) for name, figure in pictures.items()}
    text = page(record, tables["importance"], drawn, n_listed=len(ranked))
    return {
        RECORD: record_bytes(record),
        **{f"{name}.parquet": table_bytes(table) for name, table in tables.items()},
        **{f"{name}.png": data for name, data in drawn.items()},
        "index.html": text.encode(),
    }


def decision_files(record: Mapping[str, Any], table: pd.DataFrame) -> dict[str, bytes]:
    """Return the files of a decision's explanation by name."""
    from smc.report.explanation.pictures import draw_decision
    from smc.report.style import styled

    with styled():
        drawn = _png(draw_decision(table, record, record["title"]))
    return {
        RECORD: record_bytes(record),
        "contributions.parquet": table_bytes(table),
        "decision.png": drawn,
    }


def _png(figure: Any) -> bytes:
    from smc.report.style import save

    buffer = io.BytesIO()
    save(figure, buffer)
    return buffer.getvalue()


CAPTIONS = {
    "contributions": "What each feature contributes, event by event",
    "importance": "What the model loses without a feature",
    "dependence": "In which direction a feature moves the answer",
}


def page(
    record: Mapping[str, Any], ranked: pd.DataFrame, pictures: Mapping[str, bytes], *, n_listed: int
) -> str:
    """Write the page."""
    shown = [_picture(name, pictures[name]) for name in CAPTIONS if name in pictures]
    about = section_block(Section("What was explained", points(record)))
    table = section_block(Section("Features", tables=[ranking_table(ranked, n_listed=n_listed)]))
    title = f"Explanation: {record['title']}"
    return whole_page(title, tag("h1", title), about, joined(shown), table)


def _picture(name: str, data: bytes) -> Html:
    image = tag(
        "img",
        src=f"data:image/png;base64,{b64encode(data).decode()}",
        alt=CAPTIONS[name],
        style="max-width:100%",
    )
    return tag("figure", tag("figcaption", tag("b", CAPTIONS[name])), image)
