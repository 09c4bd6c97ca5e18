"""What to say of a key that some jobs of a sweep have, and others do not."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from smc.config.profile import reads_profile

#: What is said of a key that is not there, or of one that is added where it is.
ABOUT_A_KEY = re.compile(
    r"\+?(?P<key>(?P<group>\w+)\.(?P<name>[\w.]+))(?P<value>=\S*)?: "
    r"(?P<what>no such key|no such argument of \w+|the key is there already)"
)
THERE = "the key is there already"


def with_remedies(
    problems: Mapping[str, Sequence[Sequence[str]]], batch: Sequence[Sequence[str]], folders: Sequence[Path]
) -> Iterator[tuple[str, Sequence[Sequence[str]]]]:
    """Give each problem with a remedy that fits every job of the sweep, and the jobs that it concerns.

    What mends one job, a + more or less, breaks the others. A value of one model alone belongs into the
    profile, which every model reads for itself; what only some options know is swept with those alone.

    Parameters
    ----------
    problems
        By what is said of a job on its own, the overrides of each job that it is said of.
    batch
        The overrides of every job.
    folders
        Of one's own options.
    """
    about = {line: ABOUT_A_KEY.match(line) for line in problems}
    lacking = defaultdict(set)
    for line, match in about.items():
        if match and match["what"] != THERE:
            lacking[match["key"]] |= set(map(tuple, problems[line]))
    there = {match["key"] for match in about.values() if match and match["what"] == THERE}
    for line, jobs in problems.items():
        match = about[line]
        if not match or len(jobs) == len(batch) or len(lacking[match["key"]]) == len(batch):
            yield line, jobs
        elif match["what"] != THERE:
            yield match[0] + _for_some(match, batch, folders, has_sign=match["key"] in there), jobs
        elif not lacking[match["key"]]:
            yield f"{match[0]} in some jobs; ++{match['key']}{match['value']} sets it in every job", jobs


def _for_some(
    match: re.Match[str], batch: Sequence[Sequence[str]], folders: Sequence[Path], *, has_sign: bool
) -> str:
    profiles = [
        f"reg.{option}.{match['name']}=..."
        for option in dict.fromkeys(_options(match["group"], batch))
        if match["group"] == "model" and reads_profile(option, match["name"], folders)
    ]
    in_place = [f"; {' '.join(profiles)} in its place sets it where it is"] if profiles else []
    unsigned = "without the +, " if has_sign else ""
    return "".join([*in_place, f"; {unsigned}bad_jobs=skip leaves the jobs out that lack it"])


def _options(group: str, batch: Sequence[Sequence[str]]) -> Iterator[str]:
    """Give the options of a group that a sweep chooses."""
    for job in batch:
        yield from (text.partition("=")[2] for text in job if text.partition("=")[0] == group)
