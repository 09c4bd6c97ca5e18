"""The sections of a report, those of one question in one file."""
