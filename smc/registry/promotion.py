"""Put a proposed version beside what is live, or in its place; take a version out."""

from smc.errors import ConfigError, ResultsError
from smc.registry.entry import LIVE, RETIRED, SHADOW, Entry
from smc.registry.evidence import check_chain, evidence_of
from smc.registry.loads import check_loads
from smc.registry.proposal import LET_IN, check_reason
from smc.registry.registry import Registry, whoever
from smc.registry.rows import again, is_as_it_was
from smc.registry.standing import Standing
from smc.registry.versions import known_version

#: Per cent of a position.
FULL = 100


def promote(
    registry: Registry,
    symbol: str,
    version: str | None = None,
    *,
    shadow: bool = False,
    rung: int = FULL,
    override: str | None = None,
    why: str | None = None,
    who: str | None = None,
) -> Entry:
    """Let a proposed version answer: live, or as a shadow whose positions nobody takes.

    Its folder must be what was proposed, its golden rows must come out in a process of their own, and the
    verdict that it carries must still be the last one. What was live before stays known.

    Parameters
    ----------
    version
        Id or its beginning; None: the one that waits.
    rung
        Per cent of the position that is taken.

    Raises
    ------
    ResultsError
        One of these does not hold, or somebody else was first.
    """
    check_reason("--override", override)
    if not 1 <= rung <= FULL:
        raise ConfigError(f"--rung must be 1 to {FULL} per cent of the position, got {rung}")
    standing = registry.known(symbol)
    entry = _meant(standing, version)
    stage, share = (SHADOW, 0) if shadow else (LIVE, rung)
    if (entry.stage, entry.rung) == (stage, share):
        return entry
    if entry.stage == LIVE and shadow:
        raise ConfigError(f"{symbol}: {entry.version} is live; retire it, or promote another in its place")
    check_chain(registry.ledger, registry.output)
    refusal = evidence_of(registry.ledger, registry.output, symbol).refusal_of(entry.run_id)
    if refusal and entry.override is None and override is None:
        raise ResultsError(f"{symbol}: {refusal}, since {entry.version} was proposed; {LET_IN}")
    if not is_as_it_was(entry) or known_version(entry.folder, registry.ledger).run_id != entry.run_id:
        raise ResultsError(f"{symbol}: {entry.folder} is not the version that was proposed: propose it again")
    check_loads(entry.folder)
    mark = override if refusal and entry.override is None else entry.override
    said = {"action": "promote", "stage": stage, "rung": share, "who": who or whoever(), "override": mark}
    return registry.append(standing, {**again(entry), **said, "why": why or entry.why})


def retire(
    registry: Registry,
    symbol: str,
    version: str | None = None,
    *,
    why: str | None = None,
    who: str | None = None,
) -> Entry:
    """Take a version out: of what is live, which leaves the symbol flat, or of what waits.

    Parameters
    ----------
    version
        Id or its beginning; None: the one that is live.

    Raises
    ------
    ConfigError
        No such version is live or waits.
    """
    standing = registry.known(symbol)
    here = tuple(entry for entry in (standing.live, standing.before, *standing.waiting) if entry is not None)
    entry = standing.live if version is None else standing.named(version, here, "live or waiting")
    if entry is None:
        raise ConfigError(f"{symbol}: nothing is live; {_named(here)}")
    said = {"action": "retire", "stage": RETIRED, "rung": 0, "who": who or whoever()}
    return registry.append(standing, {**again(entry), **said, "why": why or "no reason was given"})


def _meant(standing: Standing, version: str | None) -> Entry:
    """Return the row of the version that is to be promoted."""
    here = standing.waiting + ((standing.live,) if standing.live else ())
    if version is not None:
        return standing.named(version, here, "waiting")
    if len(standing.waiting) == 1:
        return standing.waiting[0]
    if not standing.waiting:
        if standing.live is not None:
            return standing.live
        raise ConfigError(
            f"{standing.symbol}: nothing waits: python -m smc.registry propose {standing.symbol} comes first"
        )
    raise ConfigError(f"{standing.symbol}: {_named(standing.waiting)}; name one of them")


def _named(entries: tuple[Entry, ...]) -> str:
    names = ", ".join(f"{entry.version} ({entry.stage})" for entry in entries)
    return f"there are {names}" if names else "nothing waits either"
