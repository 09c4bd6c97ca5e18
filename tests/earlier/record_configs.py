"""Write what every option of a version composes into: python tests/earlier/record_configs.py configs-X.Y.Z.json.gz"""

import gzip
import itertools
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from smc.config.compose import compose
from smc.config.options import groups, options

NEEDS = {
    "data=files": ["data.root=bars"],
    "labels=triple_barrier_3": ["labels.stop_atr=2", "labels.target_atr=2"],
}


def command_lines() -> Iterator[list[str]]:
    """Give each option of each group alone, and the combinations of groups that read each other's values."""
    yield []
    for group in set(groups()) - {"hydra/launcher"}:
        for option in options(group):
            yield [f"{group}={option}", *NEEDS.get(f"{group}={option}", [])]
    for reg, model in itertools.product(options("reg"), options("model")):
        yield [f"reg={reg}", f"model={model}"]
    for features, labels in itertools.product(options("features"), options("labels")):
        yield [f"features={features}", f"labels={labels}", "events=structure"]


if __name__ == "__main__":
    recorded = {" ".join(overrides): compose(overrides) for overrides in sorted(command_lines())}
    text = json.dumps(recorded, sort_keys=True, separators=(",", ":")).encode()
    Path(sys.argv[1]).write_bytes(gzip.compress(text, 9, mtime=0))
