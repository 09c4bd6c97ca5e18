"""What a run says of itself when it is registered, before any of its fits."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd


@dataclass(frozen=True)
class Registration:
    """One run, as it is counted for each of its symbols.

    Attributes
    ----------
    run_id
        Of the run; its folder has that name.
    symbols
        Symbol -> fingerprint of its bars (`smc.fingerprint.bars_fingerprint`).
    trial
        Hash of the configuration without its seeds, and of the user's own code that it runs: what seeds
        share.
    version, code_version
        Of smc, and of its sources: other sources under one version are another trial; under a higher version
        the newest run stands for it.
    question
        Hash of labels, events and side.
    development
        First and last bar of the events that the run is judged on before its test part, with a time zone.
    hashes
        ``config_hash``, ``data_hash``, ``split_hash``: for people and for reproduction.
    output
        Root of the results that the run is written under.
    simulated
        Whether the bars were drawn: such markets are a family of their own.
    two_sided
        Whether its folds train after what they test, so that its evidence varies more than it says
        (`smc.cv.plan.SplitPlan.is_two_sided`); None where nobody knows, which counts as yes.
    """

    run_id: str
    symbols: Mapping[str, str]
    trial: str
    version: str
    code_version: str
    question: str
    seed: int
    model: str
    development: tuple[pd.Timestamp, pd.Timestamp]
    output: str
    hashes: Mapping[str, str] = field(default_factory=dict)
    simulated: bool = False
    two_sided: bool | None = None
