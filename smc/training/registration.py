"""What the ledger is told of a run before its fits, from its configuration, its bars and its split."""

from collections.abc import Mapping

import pandas as pd

from smc import __version__, results
from smc.fingerprint import code_version, content_hash
from smc.training.prepare import PreparedData
from smc.trials.registration import Registration
from smc.typing import Bars, Config

#: Draws its bars: such markets are a family of their own.
SIMULATED = "smc.data.simulated.Simulated"


def registration_of(
    identity: results.Identity,
    config: Config,
    prints: Mapping[str, str],
    *,
    development: tuple[pd.Timestamp, pd.Timestamp],
    split_hash: str,
    two_sided: bool,
) -> Registration:
    """Return the registration of a run.

    Parameters
    ----------
    prints
        Symbol -> fingerprint of its bars.
    development
        See `development_of`.
    """
    return Registration(
        identity.run_id,
        dict(prints),
        trial=identity.trial,
        version=__version__,
        code_version=code_version(),
        question=results.question_hash(config),
        seed=config["seed"],
        model=config["model"]["_target_"].rpartition(".")[2],
        development=development,
        output=config["paths"]["output"],
        hashes={
            "config_hash": results.config_hash(config),
            "data_hash": content_hash(dict(prints)),
            "split_hash": split_hash,
        },
        simulated=config["data"]["_target_"] == SIMULATED,
        two_sided=two_sided,
    )


def development_of(prepared: PreparedData) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Return the first and the last bar of the events that a run is judged on before its test split."""
    return bounds_of(prepared.bars, prepared.data.events.iloc[prepared.plan.development])


def bounds_of(bars: Bars, events: pd.DataFrame) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Return the opens of the first and of the last bar of the labels of some events."""
    own = [(bars[str(symbol)].index, table) for symbol, table in events.groupby("symbol")]
    return (
        min(index[table["start"].to_numpy().min()] for index, table in own),
        max(index[table["end"].to_numpy().max()] for index, table in own),
    )
