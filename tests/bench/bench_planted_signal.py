"""Strong networks on planted signals beside a tuned logistic regression: python tests/bench/bench_planted_signal.py

The markets are those of `tests/model/test_planted_signal.py`: 57 features, as correlated as real ones, eight of which
carry the signal, at the event's bar or three bars before it.
"""

import importlib.util
import sys
from pathlib import Path

N_SEEDS = {300: 12, 2000: 4}
RULES = {"at the bar": {}, "3 bars before": {"lag": 3}, "noise": {"edge": 0.0}}


def main() -> None:
    """Print one line a rule, size and model: means over markets."""
    file = Path(__file__).parents[1] / "model/test_planted_signal.py"
    spec = importlib.util.spec_from_file_location("planted", file)
    planted = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(planted)
    for rule, given in RULES.items():
        for n, n_seeds in N_SEEDS.items():
            for name in ("logistic", *planted.NETWORKS):
                found = planted.mean_of(name, n, n_seeds, **given)
                skill = 1 - found.log_loss / found.prior
                sys.stdout.write(
                    f"{rule:13} n={n:4} {name:8} accuracy {found.accuracy:.3f} of {found.best:.3f}, gap "
                    f"{found.gap:.3f}, log-loss {found.log_loss:.3f}, prior {found.prior:.3f}, skill {skill:+.3f}\n"
                )


if __name__ == "__main__":
    main()
