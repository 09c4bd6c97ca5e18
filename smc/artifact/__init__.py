"""Saved models: weights as data, checked before they are read, proven after they are loaded."""

from smc.artifact.reader import describe, load
from smc.artifact.writer import save

__all__ = ["describe", "load", "save"]
