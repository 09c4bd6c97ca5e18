"""The configuration tree: where it is, and the folders beside it."""

from collections.abc import Sequence
from pathlib import Path

from smc.blame import PACKAGE
from smc.errors import ConfigError

#: The configuration tree: inside an installed package, beside it in a checkout.
CONF = PACKAGE / "conf" if (PACKAGE / "conf").is_dir() else PACKAGE.parent / "conf"
VERSION_BASE = "1.3"
ROOT_NAME = "train"


def check_folders(folders: Sequence[Path]) -> None:
    """Raise ConfigError if a folder of one's own options is not there: Hydra would go on without it."""
    for folder in folders:
        if not folder.is_dir():
            raise ConfigError(
                f"--config-dir: there is no folder {folder}; name one that holds <group>/<option>.yaml"
            )
