"""What a run writes into its folder before it is committed."""

import logging
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from smc import artifact
from smc.cv.plan import SplitPlan
from smc.outside.escape import terminal
from smc.outside.secrets import hidden, hidden_override
from smc.pipeline import FoldPipeline
from smc.report import markdown
from smc.results import Run
from smc.results.claim import RunClaim
from smc.results.durable import patiently
from smc.results.manifest import Manifest
from smc.results.record import RunRecord
from smc.results.run import SEALED_FIGURES
from smc.typing import Config

log = logging.getLogger("smc")


@dataclass(frozen=True)
class Contents:
    """All that a run consists of; of ``tables``, by file name, those that have columns are written."""

    config: Config
    sources: Mapping[str, str]
    record: RunRecord
    tables: Mapping[str, pd.DataFrame]
    plan: SplitPlan
    model: FoldPipeline


def save(claim: RunClaim, contents: Contents, sealed_figures: Mapping[str, Any] | None = None) -> None:
    """Write everything into the staging folder, the page for people last.

    Parameters
    ----------
    sealed_figures
        Of a sealed test part, by symbol.
    """
    folder, record, config = claim.staging, contents.record, contents.config
    if sealed_figures is not None:
        patiently(lambda: claim.save_json(SEALED_FIGURES, sealed_figures))
    patiently(lambda: claim.save_record(record))
    shown = hidden(config)
    sources = {path: hidden_override(said) for path, said in contents.sources.items()}
    patiently(lambda: claim.save_json("sources.json", sources))
    typed = yaml.dump(shown, Dumper=yaml.CSafeDumper, sort_keys=False)
    patiently(lambda: (folder / "config.yaml").write_text(typed, encoding="utf-8"))
    for name, table in contents.tables.items():
        if len(table.columns):
            patiently(partial(table.to_parquet, folder / f"{name}.parquet"))
    patiently(lambda: contents.plan.save(folder / "splits.json"))
    meta = {
        "symbol": record["symbol"],
        "features": shown["features"],
        "label": shown["labels"],
        "last_training_bar": record["last_training_bar"],
    }
    patiently(partial(_save_model, contents.model, folder / "model", meta))
    page = patiently(lambda: markdown(Run(folder, Manifest.of_staged(folder, claim.run_id))))
    patiently(lambda: (folder / "report.md").write_text(page, encoding="utf-8"))
    for warning in record["warnings"]:
        if "fit" not in warning:  # those of a fit were logged when they were seen
            log.warning("%s: %s", warning["reason"], warning["sentence"])


def _save_model(model: FoldPipeline, folder: Path, meta: Mapping[str, Any]) -> None:
    """Save the model in the place of what an attempt before may have left."""
    shutil.rmtree(folder, ignore_errors=True)
    artifact.save(model, folder, meta=meta)


class HidingFormatter(logging.Formatter):
    """Leave secrets, and codes of a terminal, out of what is logged."""

    def format(self, record: logging.LogRecord) -> str:
        """Format as usual, then hide."""
        return terminal(super().format(record))


@contextmanager
def logging_to(path: Path) -> Iterator[None]:
    """Write what smc logs, and every warning of a library, into the run's own log as well."""
    target = logging.FileHandler(path, encoding="utf-8")
    target.setFormatter(HidingFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    loggers = [log, logging.getLogger("py.warnings")]
    logging.captureWarnings(True)
    for logger in loggers:
        logger.addHandler(target)
    try:
        yield
    finally:
        logging.captureWarnings(False)
        for logger in loggers:
            logger.removeHandler(target)
        target.close()
