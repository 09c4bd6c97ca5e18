"""The symbols that a configuration asks for."""

from collections.abc import Mapping
from typing import Any

from smc.errors import ConfigError


def asked_symbols(config: Mapping[str, Any]) -> list[str]:
    """Return the symbols that a configuration names; none where it leaves the choice to the data.

    >>> [asked_symbols({"symbol": chosen}) for chosen in (None, "DAX", ["DAX", "FTSE"])]
    [[], ['DAX'], ['DAX', 'FTSE']]
    """
    chosen = config["symbol"]
    return [chosen] if isinstance(chosen, str) else list(chosen or ())


def symbols_of(config: Mapping[str, Any], data: Any) -> list[str]:
    """Return the symbols of a run: those that its configuration names, or the first that the data have.

    Raises
    ------
    ConfigError
        An empty pool, one that names a symbol twice, or all symbols, which make a sweep and no run.
    """
    if config["symbol"] is None:
        return data.symbols()[:1]
    symbols = asked_symbols(config)
    if config["symbol"] == "all":
        raise ConfigError("symbol=all is a sweep over all symbols: add -m, or name a pool, symbol=[A,B]")
    if not symbols or len(set(symbols)) < len(symbols):
        raise ConfigError(f"symbol: a pool needs symbols that differ, got {symbols}; null is the first one")
    return symbols
