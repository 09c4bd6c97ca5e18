"""The configuration tree: where it is, and Hydra set up on it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from smc.errors import ConfigError
from smc.fingerprint import PACKAGE

#: The configuration tree: inside an installed package, beside it in a checkout.
CONF = PACKAGE / "conf" if (PACKAGE / "conf").is_dir() else PACKAGE.parent / "conf"
VERSION_BASE = "1.3"
ROOT_NAME = "train"


def search_path(folders: Sequence[Path]) -> list[str]:
    """Return the override by which Hydra searches folders of one's own, if there are any.

    Raises
    ------
    ConfigError
        One is not there: Hydra would go on without it.
    """
    for folder in folders:
        if not folder.is_dir():
            raise ConfigError(
                f"--config-dir: there is no folder {folder}; name one that holds <group>/<option>.yaml"
            )
    places = ",".join(f"file://{folder.resolve()}" for folder in folders)
    return [f"hydra.searchpath=[{places}]"] if folders else []


@contextmanager
def hydra_on_conf() -> Iterator[None]:
    """Set Hydra up on `conf/`; what a program has set up for itself is there again afterwards."""
    import hydra
    from hydra.core.global_hydra import GlobalHydra

    own, GlobalHydra.instance().hydra = GlobalHydra.instance().hydra, None
    try:
        with hydra.initialize_config_dir(str(CONF), version_base=VERSION_BASE):
            yield
    finally:
        GlobalHydra.instance().hydra = own
