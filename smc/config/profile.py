"""Values of a profile that a model's YAML has a default for."""

import re
from collections.abc import Sequence
from pathlib import Path

from smc.config.tree import CONF

#: An override of one value of a profile, without a sign.
PROFILE_OVERRIDE = re.compile(r"reg\.(\w+)\.(\w+)=")
FORCE = "++"


def reach_profile(overrides: Sequence[str], folders: Sequence[Path] = ()) -> list[str]:
    """Let an override set what a model reads of the profile, whether or not the profile names it.

    ``reg.mlp.max_epochs=8`` sets the epochs of a member of an ensemble; the profiles leave them to the
    model, and Hydra refuses a key that is not there.

    >>> reach_profile(["reg.mlp.max_epochs=8", "reg.mlp.max_epoch=8", "seed=1"])
    ['++reg.mlp.max_epochs=8', 'reg.mlp.max_epoch=8', 'seed=1']
    """
    return [f"{FORCE}{text}" if _is_read(text, folders) else text for text in overrides]


def as_typed(override: str, folders: Sequence[Path] = ()) -> str:
    """Return an override as it was before `reach_profile`; one's own ``++`` of another key stays.

    >>> [as_typed(text) for text in ("++reg.mlp.max_epochs=8", "++reg.mlp.dropout=0.1")]
    ['reg.mlp.max_epochs=8', '++reg.mlp.dropout=0.1']
    """
    plain = override.removeprefix(FORCE)
    return plain if _is_read(plain, folders) else override


def reads_profile(model: str, name: str, folders: Sequence[Path] = ()) -> bool:
    """Tell whether an option of the group `model` reads such a value of its profile.

    >>> reads_profile("random_forest", "max_depth"), reads_profile("logistic", "max_depth")
    (True, False)
    """
    return _is_in_option(rf"\breg\.{re.escape(model)}\.{re.escape(name)}\b", model, folders)


def _is_read(override: str, folders: Sequence[Path]) -> bool:
    """Tell whether an option of the group `model` reads a value of its profile, and has a default for it."""
    if not (key := PROFILE_OVERRIDE.match(override)):
        return False
    return _is_in_option(rf"oc\.select:\s*reg\.{key[1]}\.{key[2]}\s*,", key[1], folders)


def _is_in_option(pattern: str, model: str, folders: Sequence[Path]) -> bool:
    paths = (folder / "model" / f"{model}.yaml" for folder in (*folders, CONF))
    return any(re.search(pattern, path.read_text(encoding="utf-8")) for path in paths if path.is_file())
