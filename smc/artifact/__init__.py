"""Saved models: weights as data, checked before they are read, proven after they are loaded."""

from smc.artifact.reader import content, describe, load
from smc.artifact.writer import check_can_be_saved, save

__all__ = ["check_can_be_saved", "content", "describe", "load", "save"]
