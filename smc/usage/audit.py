"""What `python -m smc.audit` can be asked."""

import argparse

from smc.cli import OverrideParser, at_least

#: What each check asks.
QUESTIONS = {
    "future": "Do features, events or sides at bar t change with the bars after t?",
    "labels": "Do labels depend on their stated span alone, from a price that can be traded?",
    "split": "Does a training label share a bar with a test label?",
    "fold": "Do predictions of a fold change with rows outside it?",
    "null": "Does the pipeline score above chance on labels its features cannot know?",
    "random_walk": "Does the pipeline earn anything on random walks?",
    "lag": "Is what the features know gone one bar earlier?",
    "single_feature_leakage": "Is a feature too good, or a row both trained on and tested?",
    "adversarial": "Can columns tell test events from earlier ones?",
}
#: Names that checks had before, which `--only` takes as well.
FORMER_NAMES = {"walk": "random_walk", "plausible": "single_feature_leakage"}
USAGE = """\
Look for leaks in a composed run; overrides are those of smc.train.

  python -m smc.audit model=xgboost features=mine --config-dir my_conf
  python -m smc.audit symbol=SP500 --only future,split

"""
N_LEAST = 2


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    command = OverrideParser(
        prog="python -m smc.audit",
        usage="%(prog)s [group=option ...] [key.path=value ...] [options]",
        description=USAGE + "\n".join(["checks:", *_lines()]),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("overrides", nargs="*", help="group=option or key.path=value")
    command.add_argument("--config-dir", "-cd", help="folder of your own options")
    command.add_argument("--output", help="where the report goes: paths.output (default: outputs)")
    command.add_argument("--only", help="checks, separated by commas (default: all)")
    command.add_argument("--draws", type=_several, default=20, help="refits of each null (default: 20)")
    command.add_argument("--cuts", type=_several, default=40, help="cut-offs of the bars (default: 40)")
    command.add_argument("--bars", type=_several, default=15_000, help="most recent bars (default: 15000)")
    command.add_argument("--pipeline", help="dotted path of a pipeline of your own: predict(X, y, folds)")
    return command


def _lines() -> list[str]:
    """List the checks with what each asks, and the names that some had before."""
    former = {today: then for then, today in FORMER_NAMES.items()}
    return [
        f"  {name:<23} {question}" + (f" (formerly {former[name]})" if name in former else "")
        for name, question in QUESTIONS.items()
    ]


def _several(text: str) -> int:
    return at_least(text, N_LEAST)
