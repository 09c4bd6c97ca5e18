"""How a run is named for people."""

from typing import Any

from smc.symbols import asked_symbols
from smc.typing import Config


def about(config: Config) -> dict[str, Any]:
    """Name the symbols and the model of a run, as its status record does whatever becomes of it.

    >>> about({"symbol": ["DAX", "FTSE"], "model": {"_target_": "smc.model.xgboost.XGBoost"}})
    {'symbol': 'DAX+FTSE', 'model': 'XGBoost'}
    """
    return {
        "symbol": "+".join(asked_symbols(config)),
        "model": config["model"]["_target_"].rpartition(".")[2],
    }
