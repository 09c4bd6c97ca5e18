"""The configurations that every symbol is tried with."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product

from smc.config.compose import compose
from smc.data.simulated import Simulated
from smc.errors import ConfigError
from smc.selftest.scenario import Scenario
from smc.training.components import Components
from smc.training.registration import SIMULATED
from smc.typing import Config

#: What the simulated truth assumes of labels; distances and the longest holding are free.
LABELS = "smc.labels.triple_barrier.TripleBarrier"
ASSUMED = {"expiry": "sign", "swing_size": 5, "max_age": 500, "pool_tolerance_atr": 0.25}
#: What is asked for before anything typed: the truth is known, so that no test part needs a seal.
ASKED_FIRST = ("data=simulated", "evaluation.test=recorded")


@dataclass(frozen=True)
class Configuration:
    """A composed run on simulated bars.

    Attributes
    ----------
    model, profile
        Options of the groups ``model`` and ``reg``.
    """

    model: str
    profile: str
    config: Config

    @property
    def name(self) -> str:
        """Model and profile."""
        return f"{self.model} {self.profile}"

    @cached_property
    def components(self) -> Components:
        """The objects of the run."""
        return Components.from_config(self.config)

    def on(self, scenario: Scenario) -> "Configuration":
        """Return it for the markets of one kind."""
        changed = {
            "data": {**self.config["data"], **scenario.data},
            "labels": {**self.config["labels"], **scenario.labels},
            "events": {**self.config["events"], "last": scenario.n_events},
        }
        return Configuration(self.model, self.profile, {**self.config, **changed})

    def market(self, seed: int) -> Simulated:
        """Return the market of one seed."""
        from smc.config.instantiate import instantiate

        return instantiate({**self.config["data"], "seed": seed}, "data")


def compose_configurations(
    models: Iterable[str],
    profiles: Iterable[str],
    overrides: Sequence[str] = (),
    *,
    config_dir: str | None = None,
) -> list[Configuration]:
    """Compose every model with every profile.

    Parameters
    ----------
    overrides
        As typed after `python -m smc.train`; they go before those of the self-test.

    Raises
    ------
    ConfigError
        A configuration is wrong, or its labels are none whose true odds the market knows.
    """
    return [
        Configuration(
            model,
            profile,
            _checked(
                compose(
                    [*ASKED_FIRST, *overrides, "symbol=S01", f"model={model}", f"reg={profile}"],
                    config_dir=config_dir,
                )
            ),
        )
        for model, profile in product(models, profiles)
    ]


def _checked(config: Config) -> Config:
    if config["data"]["_target_"] != SIMULATED or config["evaluation"]["test"] == "sealed":
        raise ConfigError("a self-test needs data=simulated and evaluation.test=recorded")
    labels = config["labels"]
    wrong = [f"{key}={labels.get(key)}" for key, value in ASSUMED.items() if labels.get(key) != value]
    if labels["_target_"] != LABELS or wrong:
        named = ", ".join(wrong) or labels["_target_"].rpartition(".")[2]
        raise ConfigError(
            f"labels: the true odds are known of labels=triple_barrier with its own rules, not of {named}; "
            "labels.stop_atr, labels.target_atr and labels.max_holding are free"
        )
    return config
