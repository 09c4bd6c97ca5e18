"""Check (d): does a label say what it looks at, and begin where one can trade?"""

from smc.audit.audited_run import AuditedRun
from smc.audit.check import Finding
from smc.laws.labels import label_faults
from smc.typing import OnProgress


class Labels:
    """Hold labels to their contract (`smc.laws.labels.label_faults`)."""

    name = "labels"
    question = "Do labels depend on their stated span alone, from a price that can be traded?"

    def run(self, audited: AuditedRun, on_progress: OnProgress) -> Finding:
        """Alter the bars at some events, and compare."""
        relabelling = audited.relabelling
        n_tried = min(len(relabelling.table), audited.n_cuts)
        return Finding.from_faults(
            self.name,
            f"{len(relabelling.table)} labels on {len(audited.stretch)} bars, those behind {n_tried} events "
            "altered",
            leaks=label_faults(relabelling, n_tried, on_progress),
            remedy="State the last bar that a label looks at as its `end`, take no statistic over bars "
            "outside the span, and count returns from the open of the bar after the event.",
        )
