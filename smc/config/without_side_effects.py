"""A configuration that tells nobody."""

from smc.typing import Config


def without_side_effects(config: Config, *, ledger_url: str = "sqlite://") -> Config:
    """Return a run's configuration without what speaks to others: trackers, the webhook, the shared ledger.

    Parameters
    ----------
    ledger_url
        Where trials are counted instead; by default in memory.

    >>> run = {"monitor": {"watches": {}, "webhook": "http://127.0.0.1"}, "seed": 0}
    >>> without_side_effects(run)["monitor"], without_side_effects(run)["seed"]
    ({'watches': {}, 'webhook': None}, 0)
    """
    return {
        **config,
        "ledger": {"_target_": "smc.ledger.Ledger", "url": ledger_url},
        "tracker": {"trackers": {}},
        "monitor": {**config["monitor"], "webhook": None},
    }
