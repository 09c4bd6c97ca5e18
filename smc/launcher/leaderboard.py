"""What a sweep shows of its runs when it ends."""

from collections.abc import Collection
from pathlib import Path

from smc.cli import quoted
from smc.report.document import Section
from smc.report.run_table import run_table, sorted_by, table_section

#: Rows that are shown, and runs above which none are: to read them takes a minute.
N_SHOWN, N_READ = 5, 5000
#: What the runs are ranked by: the share of the baseline's loss that is saved out of fold.
RANKED_BY = "skill"


def leaderboard(output: str | Path, runs: Collection[str]) -> list[Section]:
    """Lay out the best of some runs by their out-of-fold skill, and what to type next.

    Test figures are not among them, and the best of many is the luckiest, too: a selection says what stands.
    """
    where = "" if str(output) == "outputs" else f" paths.output={quoted(str(output))}"
    points = [
        f"python -m smc.select{where} judges them with all that was tried: the best of many is the luckiest",
        f"python -m smc.runs{where} compares them",
    ]
    if not 1 < len(runs) <= N_READ:
        return [Section("Next", points)] if runs else []
    table = sorted_by(run_table(output, among=runs), RANKED_BY)
    title = f"The best {min(N_SHOWN, len(table))} of {len(table)} runs by out-of-fold skill"
    return [table_section(table.head(N_SHOWN), output, title), Section("Next", points)]
