"""False alarms of the leakage audit, and its price: python tests/bench/bench_audit.py [seeds] [first seed] [model]

Each seed is a simulated market, with an edge and without one in turn, under a run whose options go round all
of conf/features, conf/events, conf/labels, conf/cv and conf/aug, and of four models unless one is named. No run
leaks, so each verdict other than `pass` is a false alarm; on markets with an edge `single_feature_leakage` may
warn of the column that has it.
"""

import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from smc.audit import audit, load_audited_run
from smc.config.compose import compose

CONF = Path(__file__).parents[2] / "conf"
GROUPS = ("features", "events", "labels", "cv", "aug")
MODELS = ("logistic", "xgboost", "lightgbm", "random_forest")
N_BARS, N_DRAWS = 6000, 10


def overrides(seed: int, n_bars: int, models: Sequence[str] = MODELS) -> list[str]:
    """Choose a market and options by seed; groups have unlike strides, so that pairs differ."""
    chosen = []
    for stride, group in enumerate(GROUPS, start=1):
        options = sorted(path.stem for path in (CONF / group).glob("*.yaml"))
        chosen.append(f"{group}={options[seed // stride % len(options)]}")
    chosen.append(f"model={models[seed % len(models)]}")
    market = ["data=simulated", f"data.n_bars={n_bars}", f"data.seed={seed}", f"symbol=S0{1 + seed % 2}"]
    return [*market, "data.n_symbols=2", *chosen]


def main() -> None:
    """Print what each run cost and what was not clean, then the counts."""
    given = dict(enumerate(sys.argv[1:]))
    n_seeds, first, models = int(given.get(0, 50)), int(given.get(1, 0)), sys.argv[3:] or MODELS
    alarms, spent = Counter(), []
    for seed in range(first, first + n_seeds):
        asked, started = overrides(seed, N_BARS, models), time.process_time()
        findings = audit(load_audited_run(compose(asked), n_draws=N_DRAWS))
        spent.append(time.process_time() - started)
        alarms.update((finding.check, finding.verdict) for finding in findings)
        sys.stdout.write(f"{seed}: {spent[-1]:.1f} CPU seconds\n")
        sys.stdout.flush()
        for finding in findings:
            if finding.verdict != "pass":
                why = "; ".join(fault.sentence for fault in finding.faults[:3])
                sys.stdout.write(f"{seed} {finding.verdict} {finding.check} {' '.join(asked[3:])}: {why}\n")
    sys.stdout.write(
        f"{n_seeds} audits, {sum(spent) / n_seeds:.1f} CPU seconds each (most {max(spent):.1f})\n"
    )
    for (check, verdict), count in sorted(alarms.items()):
        sys.stdout.write(f"{check:22} {verdict:9} {count}\n")


if __name__ == "__main__":
    main()
