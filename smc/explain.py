"""Say why a finished run's model answers what it does: python -m smc.explain 3f2a event=2018-06-29"""

import sys

from smc.cli import Progress, end_on_ctrl_c, exits, with_output_option
from smc.usage.explain import N_EVENTS, parser

if __name__ == "__main__":
    end_on_ctrl_c()  # the imports that follow take a second, and neither help nor a typo needs them
    parser().parse_intermixed_args(with_output_option(None))

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from smc.errors import ConfigError
from smc.evaluation.default import Evaluation
from smc.explanation.decision import explain_decision, find_event
from smc.explanation.folder import SavedExplanation, folder_of, save_files
from smc.explanation.importance import FoldModel
from smc.explanation.whole_model import ABOUT, Explained, explain_whole_model
from smc.report.explanation.files import decision_files, model_files
from smc.report.explanation.section import decision_section, model_section
from smc.report.terminal_page import show
from smc.results import Run, load_run
from smc.results.locate import locate
from smc.results.run import reading
from smc.training.rebuild import Rebuilt, rebuild
from smc.typing import IntArray


def explain_model(
    run: Run, *, output: str | Path = "outputs", n_events: int = N_EVENTS, progress: Progress | None = None
) -> SavedExplanation:
    """Explain the saved model of a run, and save the explanation with its pictures and its page.

    The most recent events are explained, whether or not the model learned from them, as ``part`` says; no
    outcome is looked at. For the importance every fold is fitted again, since a run keeps the final model
    alone, and must predict what the run says it predicted.

    Parameters
    ----------
    output
        Root of all results.
    n_events
        How many events are explained.

    Raises
    ------
    ExplanationError
        Contributions do not add up to the model's answers; nothing is saved.
    ResultsError, DataError
        Events, folds or data are no longer those of the run.
    """
    if n_events < 2:
        raise ConfigError(f"--events must be 2 or more, got {n_events}: a dependence needs several")
    on_progress = (progress or Progress()).step
    model, rebuilt = run.model(), rebuild(run, output, on_progress)
    positions = np.arange(len(rebuilt.data.events))[-n_events:]
    explained = Explained(
        model, _about(rebuilt, positions), rebuilt.inputs(model, positions), rebuilt.known(model)
    )
    folds = [
        FoldModel(
            fold_model,
            rebuilt.inputs(fold_model, tested),
            rebuilt.data.events["label"].to_numpy()[tested],
            tested,
        )
        for fold_model, tested in rebuilt.fold_models(on_progress)
    ]
    how = getattr(rebuilt.components.evaluation, "intervals", None) or Evaluation().intervals
    record, tables = explain_whole_model(
        explained, folds, rebuilt.data.spans, how=how, on_progress=on_progress
    )
    on_progress("pictures")
    files = model_files({**_who(run), **record}, tables)
    return save_files(folder_of(output, run.run_id) / "model", run.run_id, files)


def explain_event(
    run: Run,
    event: str,
    *,
    symbol: str | None = None,
    output: str | Path = "outputs",
    progress: Progress | None = None,
) -> SavedExplanation:
    """Explain what the saved model of a run answers for one of its events, and save the explanation.

    Parameters
    ----------
    event
        "last", the position of the event's bar, or its time or day (UTC).
    symbol
        Of a run of several symbols, whose event is meant.

    Raises
    ------
    ConfigError
        There is no such event, or there are several; the message names some.
    """
    model, rebuilt = run.model(), rebuild(run, output, (progress or Progress()).step)
    position = find_event(rebuilt.data.events, event, symbol)
    chosen = np.array([position])
    record, table = explain_decision(model, rebuilt.inputs(model, chosen), rebuilt.known(model))
    about = _about(rebuilt, chosen).iloc[0]
    who = _who(run)
    named = f"{about['symbol']}-{about['event']}"
    account = {
        **who,
        "title": f"{about['symbol']}, {who['model_name']}, {about['time']:%Y-%m-%d %H:%M}",
        **{name: _plain(about[name]) for name in ABOUT},
        **record,
    }
    folder = folder_of(output, run.run_id) / "events" / named.replace("/", "_")
    return save_files(folder, run.run_id, decision_files(account, table))


def _about(rebuilt: Rebuilt, positions: IntArray) -> pd.DataFrame:
    """Tell of events, and whether the model learned from them."""
    part = np.where(np.isin(positions, rebuilt.learned), "learned", "not learned")
    return rebuilt.data.events.iloc[positions].assign(part=part)[list(ABOUT)]


def _who(run: Run) -> dict[str, Any]:
    symbol, model = run.record["symbol"], run.record["model_name"]
    return {"run_id": run.run_id, "symbol": symbol, "model_name": model, "title": f"{symbol}, {model}"}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, pd.Timestamp) else value


def read_words(words: Sequence[str]) -> tuple[str | None, dict[str, str]]:
    """Split what was typed into the run and ``event=``, ``symbol=``.

    >>> read_words(["3f2a", "event=last"])
    ('3f2a', {'event': 'last'})
    """
    asked: dict[str, str] = {}
    runs = []
    for word in words:
        key, is_key, value = word.partition("=")
        if not is_key or Path(word).exists():
            runs.append(word)
        elif key in ("event", "symbol") and value:
            asked[key] = value
        else:
            raise ConfigError(f"{word} is no option: there are event=<bar or time> and symbol=<name>")
    if len(runs) > 1:
        raise ConfigError(f"one run is explained at a time, got {' and '.join(runs)}")
    if "symbol" in asked and "event" not in asked:
        raise ConfigError("symbol= goes with event=: a model is explained for all its symbols together")
    return (runs[0] if runs else None), asked


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line."""
    asked = parser().parse_intermixed_args(with_output_option(arguments))
    with exits(), Progress() as progress:
        name, words = read_words(asked.words)
        run = load_run(locate(name, asked.output))
        with reading(run.path):
            if "event" in words:
                saved = explain_event(run, **words, output=asked.output, progress=progress)
                section = decision_section(saved)
            else:
                saved = explain_model(run, output=asked.output, n_events=asked.events, progress=progress)
                section = model_section(saved)
        progress.close()
        show([section], sys.stdout)
        sys.stdout.flush()


if __name__ == "__main__":
    main()
