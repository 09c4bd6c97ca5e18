"""What is live, or a finished run, decides on many bars: python -m smc.predict --to made.csv"""

import sys

from smc.cli import Progress, end_on_ctrl_c, exits, say, with_output_option
from smc.usage.predict import FORMATS, parser

if __name__ == "__main__":
    end_on_ctrl_c()  # the imports that follow take a while, and neither help nor a typo needs them
    parser().parse_intermixed_args(with_output_option(None))

import time
from argparse import Namespace
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import numpy as np
import pandas as pd

from smc.cli import read_argument
from smc.deployment import Registry
from smc.errors import ConfigError
from smc.interfaces import DataSource
from smc.prediction.assignment import LIVE, one_run
from smc.prediction.decision import SEALED, utc
from smc.prediction.decisions import Decisions
from smc.prediction.history import kept_history, source_of
from smc.prediction.live import LiveModels, live_entries
from smc.prediction.predictor import COMMIT_SIZE, Predictor
from smc.prediction.table import as_table, table_bytes
from smc.prediction.version import open_test_part
from smc.prediction.versions import Versions
from smc.results import Run, load_run
from smc.results.durable import named_errors, write_atomic
from smc.results.locate import locate
from smc.typing import Config

#: What a model is asked for by hand: no part in a market.
ROLE = "run"
#: Seconds between two lines of progress.
PAUSE = 0.1
SEALED_TOO = "; --open decides on the sealed test part too, and counts as an opening"


@dataclass(frozen=True)
class Predicted:
    """What was decided.

    Attributes
    ----------
    table
        One row an event of the bars, with its outcome where it is known (`smc.prediction.table.as_table`).
    n_bars
        By symbol.
    is_partial
        Whether Ctrl-C ended it before the last bar.
    """

    table: pd.DataFrame
    n_bars: dict[str, int]
    is_partial: bool = False

    @property
    def reasons(self) -> Counter[str]:
        """How many rows have which reason for no decision, or for no position."""
        return Counter(reason for reason in self.table["reason"].tolist() if isinstance(reason, str))

    def said(self) -> str:
        """Say what the table holds."""
        counts = [f"{count} {reason.replace('_', ' ')}" for reason, count in self.reasons.items()]
        bars = f"{sum(self.n_bars.values())} bars of {', '.join(self.n_bars)}"
        n_known = int(np.count_nonzero(self.table["label"].notna()))
        events = f"{len(self.table)} events in {bars}"
        return f"{', '.join([events, *counts])}; the outcome of {n_known} is known"


@dataclass(frozen=True)
class Asked:
    """Whose decisions on one symbol are asked for, on which bars, and what the symbol is called there."""

    version: str
    role: str
    bars: DataSource
    name: str


def predict(
    run: Run,
    bars: DataSource,
    *,
    symbols: Sequence[str] = (),
    since: pd.Timestamp | None = None,
    store: str | Path | None = None,
    output: str | Path = "outputs",
    is_open: bool = False,
    progress: Progress | None = None,
) -> Predicted:
    """Let the model of a run decide on bars, from the first one on, and return what is in the store.

    Bars that the run was made of and that lie before the first one warm its features up. What was decided
    before stands. Ctrl-C ends with what has been decided so far.

    Parameters
    ----------
    bars
        Where they come from, such as a data option.
    symbols
        Of those of the run; none: all.
    since
        Rows of bars from then on alone.
    store
        Path or URL of the table of decisions; None: in the output folder.
    is_open
        Decide on a sealed test part too, after its opening was recorded.

    Raises
    ------
    ConfigError
        There is no such symbol.
    DataError
        Bars that cannot be read, or that break a rule.
    ResultsError
        A bar was decided otherwise before, or the ledger does not know the run that is to be opened.
    """
    names = _asked(symbols, list(run.record["bars"]))
    if is_open:
        open_test_part(run, output, names)
    kept = Decisions(store, output)
    versions = Versions(one_run(run.path, role=ROLE), check=lambda _: None)  # nothing else is at stake here
    history = kept_history(run.fingerprints, output)
    predictor = Predictor(versions, store=kept, history=history, keeps_bars=False, is_open=is_open)
    asked = {symbol: Asked(run.run_id, ROLE, bars, _name_at(bars, symbol, names)) for symbol in names}
    return _predicted(predictor, kept, asked, since, progress)


def predict_live(
    registry: Registry,
    source: Callable[[Config], DataSource],
    *,
    symbols: Sequence[str] = (),
    since: pd.Timestamp | None = None,
    store: str | Path | None = None,
    progress: Progress | None = None,
) -> Predicted:
    """Let what is live decide on bars, as `predict` does a run.

    Parameters
    ----------
    source
        Where bars come from, by the configuration of what is live.
    symbols
        None: all of which something is live.

    Raises
    ------
    ConfigError
        Nothing is live of a symbol.
    DataError, ResultsError
        As `predict`; and a version that is damaged.
    """
    live = live_entries(registry, symbols)
    opened = {symbol: entry.open_version() for symbol, entry in live.items()}
    models = LiveModels(registry)
    kept, asked = Decisions(store, registry.output), dict[str, Asked]()
    for symbol, version in opened.items():
        bars = source(version.config)
        asked[symbol] = Asked(version.version_id, LIVE, bars, _name_at(bars, symbol, list(live)))

    def history(symbol: str) -> pd.DataFrame | None:
        return kept_history(opened[symbol].fingerprints, registry.output)(symbol)

    predictor = Predictor(Versions(models, load=models.load), store=kept, history=history, keeps_bars=False)
    return _predicted(predictor, kept, asked, since, progress)


def _predicted(
    predictor: Predictor,
    kept: Decisions,
    asked: Mapping[str, "Asked"],
    since: pd.Timestamp | None,
    progress: Progress | None,
) -> Predicted:
    n_bars, tables, is_partial = dict[str, int](), [], False
    for symbol, one in asked.items():
        series = one.bars.load(one.name)
        try:
            _feed(predictor, symbol, series, progress or Progress(live=False))
        except KeyboardInterrupt:
            is_partial = True
        n_bars[symbol] = len(series)
        first = series.index[0] if since is None else max(since, series.index[0])
        rows = kept.rows(symbol, version=one.version, role=one.role)
        tables.append(as_table(rows, first, series.index[-1]))
        if is_partial:
            break
    return Predicted(pd.concat(tables, ignore_index=True), n_bars, is_partial)


def _feed(predictor: Predictor, symbol: str, bars: pd.DataFrame, progress: Progress) -> None:
    n_decisions, looked, started = 0, 0.0, time.monotonic()
    for commit, made in enumerate(predictor.decide_many(symbol, bars), start=1):
        n_decisions += len(made)
        if time.monotonic() - looked > PAUSE:
            looked = time.monotonic()
            n_done = min(commit * COMMIT_SIZE, len(bars))
            rate = n_done / max(looked - started, 1e-9)
            done = f"{symbol}: {n_done:,} of {len(bars):,} bars, {n_decisions:,} events"
            progress.step(f"{done}, {rate:,.0f} bars a second")


def _asked(symbols: Sequence[str], known: list[str]) -> list[str]:
    for symbol in symbols:
        if symbol not in known:
            raise ConfigError(f"--symbol {symbol}: the run has {', '.join(known)}{_hint(symbol, known)}")
    return list(dict.fromkeys(symbols)) or known


def _hint(typed: str, known: Sequence[str]) -> str:
    near = get_close_matches(typed, known, n=1)
    return f"; did you mean {near[0]}?" if near else ""


def _name_at(bars: DataSource, symbol: str, asked: list[str]) -> str:
    """Return what a symbol is called where the bars come from: one file may have any name."""
    named = bars.symbols()
    return named[0] if symbol not in named and len(named) == len(asked) == 1 else symbol


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line."""
    asked = parser().parse_intermixed_args(with_output_option(arguments))
    with exits():
        kind = _kind(asked.to)
        with Progress() as progress:
            made = _made(asked, progress)
        _write(asked.to, table_bytes(made.table, kind))
        if made.is_partial:
            raise KeyboardInterrupt(f"{made.said()}; what was decided so far is written, and the rest is not")
        say(made.said() + (SEALED_TOO if SEALED in made.reasons else ""))


def _made(asked: Namespace, progress: Progress) -> Predicted:
    changed = dict(map(_override, asked.overrides))
    common = {
        "symbols": asked.symbol,
        "since": None if asked.since is None else _since(asked.since),
        "store": asked.store,
        "progress": progress,
    }
    if asked.run is None:
        if asked.open:
            raise ConfigError("--open: opens the sealed test part of a run; name it with --run")
        registry = Registry(asked.output, deployment=asked.deployment, url=asked.url)
        return predict_live(registry, lambda config: source_of(config, asked.bars, changed), **common)
    run = load_run(locate(asked.run, asked.output))
    bars = source_of(run.config, asked.bars, changed)
    return predict(run, bars, output=asked.output, is_open=asked.open, **common)


def _kind(place: str) -> str:
    suffix = ".jsonl" if place == "-" else Path(place).suffix
    if suffix not in FORMATS:
        raise ConfigError(f"--to {place}: the ending must be one of {', '.join(FORMATS)}")
    return suffix


def _override(word: str) -> tuple[str, object]:
    try:
        return read_argument(word)
    except ValueError as error:
        raise ConfigError(f"{word}: {error}") from error


def _since(text: str) -> pd.Timestamp:
    try:
        stamp = pd.Timestamp(text)
        return utc((stamp if stamp.tzinfo else stamp.tz_localize("UTC")).isoformat())
    except (TypeError, ValueError) as error:
        raise ConfigError(f"--since {text}: must be a time, such as 2024-06-01") from error


def _write(place: str, content: bytes) -> None:
    if place == "-":
        sys.stdout.write(content.decode())
        sys.stdout.flush()
        return
    path = Path(place)
    with named_errors(path.parent):
        write_atomic(path, content)


if __name__ == "__main__":
    main()
