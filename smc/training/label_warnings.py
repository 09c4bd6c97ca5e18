"""What is odd about the labels that a run learns from."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from smc.interfaces import Labeller
from smc.results.record import Warned
from smc.training.prepare import PreparedData

#: Share of the labels under which a barrier that is touched by so few says nothing.
SELDOM = 0.01


def label_warnings(labels: Labeller, prepared: PreparedData) -> Iterator[Warned]:
    """Warn of barriers that (nearly) no label before the test part touches.

    A target gains and a stop loses, so that a label of two barriers tells by its return which of them ended
    it; one that lasts until its last bar touched none.
    """
    rules: dict[str, Any] | None = getattr(labels, "barrier_rules", None)
    if rules is None:
        return
    events = prepared.data.events.iloc[prepared.plan.development]
    gained = events["ret"].to_numpy() > 0
    is_early = (events["end"] - events["event"]).to_numpy() < labels.horizon
    ends = {
        "target": int(np.sum(is_early & gained)),
        "stop": int(np.sum(is_early & ~gained)),
        "expiry": int(np.sum(~is_early)),
    }
    for barrier in ("target", "stop"):
        if ends[barrier] < SELDOM * len(events):
            key = f"{barrier}_atr"
            place = f"labels.{key}={rules[key]}" if rules.get(key) else "the default, a level of structure"
            counts = ", ".join(f"{count} by {name}" for name, count in ends.items())
            sentence = (
                f"The {barrier} ({place}) is out of reach: of the {len(events)} labels before the test part "
                f"{ends[barrier]} touch it ({counts}). Set a nearer {barrier}, or longer labels.max_holding."
            )
            yield {"reason": f"{barrier}_out_of_reach", "sentence": sentence}
