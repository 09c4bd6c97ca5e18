"""What is live, as whoever answers reads it: `Registry.what_is_live`, and `Registry.poll` at every bar."""

from smc.deployment.entry import Entry
from smc.deployment.registry import Registry
from smc.deployment.standing import Standing

__all__ = ["Entry", "Registry", "Standing"]
