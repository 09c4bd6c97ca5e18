"""The files of an explanation: record, tables, pictures and a page; matplotlib is loaded to draw them."""

import io
from collections.abc import Mapping
from typing import Any

import pandas as pd

from smc.explanation.folder import RECORD, record_bytes, table_bytes
from smc.report.explanation.page import page


def model_files(record: Mapping[str, Any], tables: Mapping[str, pd.DataFrame]) -> dict[str, bytes]:
    """Return the files of a model's explanation, from what `smc.explanation.whole.explain_whole` gave."""
    from smc.report.explanation import curves, ranking, swarm
    from smc.report.style import styled

    title, ranked = record["title"], list(tables["importance"]["feature"])
    by_size = tables["importance"].sort_values("mean_abs_shap", ascending=False, kind="stable")["feature"]
    with styled():
        pictures = {
            "contributions": swarm.draw(tables["shap"], tables["inputs"], record["features"], title),
            "dependence": curves.draw(tables["dependence"], list(by_size), title),
        }
        if record["importance"] is not None:
            pictures["importance"] = ranking.draw(tables["importance"], record["importance"], title)
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
    from smc.report.explanation import waterfall
    from smc.report.style import styled

    with styled():
        drawn = _png(waterfall.draw(table, record, record["title"]))
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
