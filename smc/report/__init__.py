"""A finished run for people: sentences, tables and pictures.

matplotlib, and what builds a label again, is loaded by the functions that draw, when they are called.
"""

from smc.report.run.files import SavedReport, overview, save_report
from smc.report.run.markdown_page import markdown

__all__ = ["SavedReport", "markdown", "overview", "save_report"]
