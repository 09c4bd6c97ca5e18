"""Take back what is live: to what was live before it, to an older version, or to nothing."""

from smc.errors import ConfigError, ResultsError, SmcError
from smc.registry.entry import LIVE, RETIRED, Entry
from smc.registry.registry import Registry, whoever
from smc.registry.rows import again, is_as_it_was
from smc.registry.standing import Standing


def rollback(
    registry: Registry,
    symbol: str,
    *,
    why: str,
    to: str | None = None,
    flat: bool = False,
    who: str | None = None,
) -> Entry:
    """Take back what is live; nothing that could fail or take time stands before it.

    To the version before, whose model whoever answers still holds, and to nothing, it takes one row. For an
    older version the symbol is flat at once; then that version is loaded in a process of its own, and live
    if its golden rows come out.

    Parameters
    ----------
    to
        A version that was live once, by id or its beginning; None: the one before.
    flat
        To nothing: no position is taken until a version is promoted.

    Raises
    ------
    ConfigError
        There is nothing to take back, or nothing to go back to; nothing was written.
    ResultsError
        The version is not what it was: the symbol is flat.
    """
    if not why.strip():
        raise ConfigError(f"--why: say why in words, got {why!r}")
    if flat and to is not None:
        raise ConfigError("--flat is to no version: leave --to out, or --flat")
    standing, said = registry.known(symbol), {"action": "rollback", "who": who or whoever(), "why": why}
    if flat:
        return _flat(registry, standing, said)
    target = _target(standing, to)
    goes_live = {**again(target), **said, "stage": LIVE, "rung": target.rung}
    is_before = standing.before is not None and target.version == standing.before.version
    if is_before and is_as_it_was(target):
        return registry.append(standing, goes_live)
    if standing.live is not None:
        _flat(registry, standing, said)
    _check(target)
    return registry.append(registry.standing(symbol), goes_live)


def _flat(registry: Registry, standing: Standing, said: dict[str, str]) -> Entry:
    if standing.live is None:
        raise ConfigError(f"{standing.symbol}: nothing is live: it is flat already")
    return registry.append(standing, {**again(standing.live), **said, "stage": RETIRED, "rung": 0})


def _target(standing: Standing, to: str | None) -> Entry:
    """Return the row of the version to go back to."""
    once, symbol = standing.once_live, standing.symbol
    if to is not None:
        target = standing.named(to, once.values(), "what was live once")
        if standing.live is not None and target.version == standing.live.version:
            raise ConfigError(f"{symbol}: {target.version} is live; --flat takes it back to nothing")
        return target
    if standing.before is not None:
        return standing.before
    others = [version for version in once if standing.live is None or version != standing.live.version]
    names = f"; --to names one of {', '.join(others)}" if others else ""
    if standing.live is None:
        raise ConfigError(f"{symbol}: nothing is live: it is flat{names}")
    raise ConfigError(f"{symbol}: nothing stands before {standing.live.version}: --flat takes it back{names}")


def _check(target: Entry) -> None:
    """Raise ResultsError unless a version is what it was, and answers as it did."""
    from smc.registry.loads import check_loads

    try:
        if not is_as_it_was(target):
            raise ResultsError(f"{target.folder} is gone, or not what was proposed")
        check_loads(target.folder)
    except SmcError as error:
        raise ResultsError(
            f"{target.symbol} is flat, for {target.version} cannot be live: {error}"
        ) from error
