"""Composition: from files and overrides to checked, plain configuration and to the objects that it names."""

from smc.config.check import check_config
from smc.config.compose import compose
from smc.config.instantiate import instantiate

__all__ = ["check_config", "compose", "instantiate"]
