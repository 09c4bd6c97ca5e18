"""Which run this is, and what it was made of."""

from collections.abc import Iterator

from smc.report.document import Section, Table
from smc.report.text import count, day, duration
from smc.report.view import PARTS, RunView

#: Hex digits that tell two hashes apart for people.
SHORT = 12


def section(view: RunView) -> Section:
    """List the facts that a result is cited by."""
    return Section("Run", tables=[Table(("", ""), list(_facts(view)), n_text=2)])


def _facts(view: RunView) -> Iterator[tuple[str, str]]:
    record = view.record
    yield "run", view.run.run_id
    yield "symbol", str(record.get("symbol"))
    yield "model", f"{record.get('model_name')}, {view.task}"
    for symbol, bars in (record.get("bars") or {}).items():
        yield f"bars of {symbol}", f"{count(bars['n_bars'])}, {day(bars['first'])} to {day(bars['last'])}"
    for part, rows in view.parts.items():
        yield (
            f"{PARTS[part]} events",
            f"{len(rows):,}, {day(rows['time'].iloc[0])} to {day(rows['time'].iloc[-1])}",
        )
    yield (
        "made",
        f"{str(record.get('timestamp'))[:19]}, in {duration(record.get('training_duration_seconds'))}",
    )
    yield "seed", str(record.get("seed"))
    yield "code", str(record.get("code_version"))[:SHORT]
    for name in ("data", "split", "config"):
        yield f"{name} hash", str(record.get(f"{name}_hash"))[:SHORT]
