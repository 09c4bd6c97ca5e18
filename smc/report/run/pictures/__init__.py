"""Pictures of a finished run, each in its own file; matplotlib is needed from here on."""

from smc.report.run.pictures.album import PICTURES, save_pictures

__all__ = ["PICTURES", "save_pictures"]
