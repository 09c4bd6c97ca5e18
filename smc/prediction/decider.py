"""What a finished run's model says of the latest bar: one decision, stored with its reasons if asked for."""

import logging
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
from sklearn.base import is_classifier

from smc.arguments import check_choice
from smc.errors import ConfigError, DataError
from smc.explanation.decision import explain_decision
from smc.explanation.model_inputs import as_array, as_model_inputs, feature_names
from smc.prediction.live_bars import check_live_bars, say_age, timing
from smc.results import Run
from smc.results.durable import make_folder, named_errors, write_atomic
from smc.results.plain import json_bytes, to_plain
from smc.results.run import reading
from smc.training.dataset import event_side, traded
from smc.training.rebuild import components_of, rebuild
from smc.typing import FloatArray

Explain = Literal["none", "on_predict"]
FOLDER = "decisions"
log = logging.getLogger("smc")


class Decider:
    """Ask the saved model of a run about the last of some bars, and store what it says.

    A decision is one JSON file, ``<output>/decisions/<run id>/<symbol>-<time>.json``; the same bars give the
    same bytes. A model decides at events: ``is_event`` says whether the last bar is one.

    Parameters
    ----------
    explain
        "on_predict" stores with each decision what each feature contributed (SHAP) and what a linear model
        says of its neighbourhood (LIME); "none" does not. None: as the run's own configuration says
        (``explain=on_predict``).
    output
        Root of all results; with reasons, the run's own events are made again from the bars kept there.

    Examples
    --------
    ::

        decider = Decider(load_run("outputs/runs/3f2a..."), explain="on_predict")
        decider.decide(bars)["position"]
    """

    def __init__(self, run: Run, *, explain: Explain | None = None, output: str | Path = "outputs") -> None:
        chosen = run.config.get("explain", "none") if explain is None else explain
        check_choice("explain", chosen, ("none", "on_predict"))
        self.run, self.explain, self.output = run, chosen, Path(output)
        self._is_age_told = False
        with reading(run.path):
            self.model = run.model()
            if chosen == "on_predict":
                rebuilt = rebuild(run, output)
                self.components, self.known = rebuilt.components, rebuilt.known(self.model)
            else:
                self.components = components_of(run)

    def decide(self, bars: pd.DataFrame, *, symbol: str | None = None) -> dict[str, Any]:
        """Predict at the last bar, and store the decision.

        Parameters
        ----------
        bars
            Consecutive bars up to the one to decide at, as `.load` of a data option gives them: as many as
            the features need to warm up, or more. They are held to the rules of files, and to the size of the
            run's own bars (`smc.prediction.live_bars`).
        symbol
            Whose; None for the only one of the run.

        Returns
        -------
        decision
            ``time`` (open of the last bar, known at its close), ``closes`` (when that is, by the size of
            the run's bars; None if unknown), ``may_be_open`` (whether that lies ahead, as it may for a bar of
            a day or more), ``side``, ``prediction``, ``probability``
            (by class; None for numbers), ``position`` (in [-1, 1], side included; 0 where the model
            abstains, and where the bar is no event: a run trades at events alone),
            ``is_event``, and ``explanation`` if it was asked for.

        Raises
        ------
        DataError
            Too few bars, bad ones, bars of another size, or a last one that is not closed.
        ExplanationError
            The reasons do not add up to the answer; nothing is stored.
        """
        symbol, now = self._symbol(symbol), _now()
        bar_seconds = self.run.record["bars"][symbol].get("account", {}).get("bar_seconds")
        bars = check_live_bars(bars, bar_seconds, now)
        self._tell_age(bars.index[-1], bar_seconds, now)
        features = self._features(bars)
        lookback, last = self.model.lookback, len(bars) - 1
        window = as_array(features[feature_names(self.model)].iloc[-lookback:])
        decision = window[None] if lookback > 1 else window
        side = int(event_side(bars, np.array([last]), features, self.components)[0])
        events = traded(bars, self.components.events.compute(bars, features))
        is_event = bool(len(events) and events[-1] == last)
        record = {
            "run_id": self.run.run_id,
            "symbol": symbol,
            "time": bars.index[-1].isoformat(),
            **timing(bars.index[-1], bar_seconds, now),
            "side": side,
            **self._answer(decision, side, is_event=is_event),
            "is_event": is_event,
        }
        if self.explain == "on_predict":
            explanation, table = explain_decision(self.model, decision, self.known)
            record["explanation"] = {**explanation, "contributions": table.to_dict("records")}
        return self._store(record)

    def _answer(self, decision: FloatArray, side: int, *, is_event: bool) -> dict[str, Any]:
        X = as_model_inputs(self.model, decision)
        if not is_classifier(self.model):
            prediction = np.asarray(self.model.predict(X), dtype=np.float64).reshape(-1)[-1]
            probability, stands_aside = None, False
        else:
            shares = self.model.predict_proba(X)
            prediction = self.model.decide(shares)[0]
            probability = dict(zip(self.model.classes_.tolist(), shares[0].tolist(), strict=True))
            calibrator = self.model.calibrator_
            stands_aside = bool(
                calibrator is not None and calibrator.decides and calibrator.abstains(shares)[0]
            )
        stands_aside = stands_aside or not is_event
        position = 0.0 if stands_aside else side * float(self.components.to_position([prediction])[0])
        return {"prediction": prediction, "probability": probability, "position": position + 0.0}

    def _features(self, bars: pd.DataFrame) -> pd.DataFrame:
        warm_up = self.components.features.warm_up
        needed = warm_up + self.model.lookback
        if len(bars) < needed:
            raise DataError(
                f"a decision needs {needed} bars, {warm_up} of them to warm the features up, "
                f"got {len(bars)}: give more of the past"
            )
        return self.components.features.compute(bars)

    def _tell_age(self, last: pd.Timestamp, bar_seconds: float | None, now: pd.Timestamp) -> None:
        """Say once that the bars of a live feed stand still, or that the past is decided anew."""
        if not self._is_age_told and (told := say_age(last, bar_seconds, now)):
            log.warning(told)
            self._is_age_told = True

    def _symbol(self, symbol: str | None) -> str:
        known = list(self.run.record["bars"])
        if symbol is None and len(known) == 1:
            return known[0]
        if symbol is None or symbol not in known:
            raise ConfigError(
                f"the run knows {', '.join(known)}: name one of them with symbol=, got {symbol}"
            )
        return symbol

    def _store(self, record: dict[str, Any]) -> dict[str, Any]:
        plain, _ = to_plain(record)
        folder = self.output / FOLDER / self.run.run_id
        stamp = record["time"].replace(":", "-").removesuffix("+00-00")
        with named_errors(self.output):
            make_folder(folder)
            write_atomic(folder / f"{record['symbol'].replace('/', '_')}-{stamp}.json", json_bytes(plain))
        return plain


def _now() -> pd.Timestamp:
    return pd.Timestamp.now(tz="UTC")
