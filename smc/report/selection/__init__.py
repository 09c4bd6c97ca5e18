"""The reports of a selection: one self-contained HTML page, and Markdown for each symbol."""

from smc.report.selection.files import save_selection_report

__all__ = ["save_selection_report"]
