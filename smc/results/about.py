"""How a run is named for people."""

from collections.abc import Mapping
from typing import Any

from smc.typing import Config


def about(config: Config) -> dict[str, Any]:
    """Name the symbols and the model of a run, as its status record does whatever becomes of it.

    >>> about({"symbol": ["DAX", "FTSE"], "model": {"_target_": "smc.model.xgboost.XGBoost"}})
    {'symbol': 'DAX+FTSE', 'model': 'XGBoost'}
    """
    symbol, model = "+".join(asked_symbols(config)), config["model"]["_target_"].rpartition(".")[2]
    naming = config.get("run") or {}
    return {"symbol": symbol, "model": model, **({"run": naming} if any(naming.values()) else {})}


def asked_symbols(config: Mapping[str, Any]) -> list[str]:
    """Return the symbols that a configuration names; none where it leaves the choice to the data.

    >>> [asked_symbols({"symbol": chosen}) for chosen in (None, "DAX", ["DAX", "FTSE"])]
    [[], ['DAX'], ['DAX', 'FTSE']]
    """
    chosen = config["symbol"]
    return [chosen] if isinstance(chosen, str) else list(chosen or ())
