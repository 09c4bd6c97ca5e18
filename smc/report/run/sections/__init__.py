"""The sections of a report, each in its own file, in the order in which a researcher asks."""
