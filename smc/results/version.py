"""Models that were fitted for deployment, read back: verified first, loaded when asked for."""

from functools import cached_property
from pathlib import Path
from typing import Any, TypedDict

from smc.errors import ResultsError
from smc.outside.regular_file import parse_json
from smc.results.manifest import RUN_ID, damaged, verify
from smc.results.record import BarsFacts
from smc.results.run import Run, fingerprints_of, reading
from smc.typing import Config

#: Below an output folder.
VERSIONS = "versions"
RECORD, MODEL, BASELINE = "version.json", "model/", "baseline/"


class VersionRecord(TypedDict):
    """What a version says of itself; two fits of the same say the same, so nothing of time and place.

    Attributes
    ----------
    version_id
        Its name, a hash of trial, data and code.
    run_id, trial_hash
        Of the run whose configuration was fitted, and whose verdict it carries.
    as_is
        Whether the model is the run's own, fitted on train and val; else it was fitted on all of its events.
    bars
        What it was fitted on, by symbol.
    n_events
        That it learned from.
    """

    version_id: str
    run_id: str
    trial_hash: str
    as_is: bool
    seed: int
    version: str
    code_version: str
    package_versions: dict[str, str]
    data_hash: str
    bars: dict[str, BarsFacts]
    n_events: int
    last_training_bar: str


class Version:
    """A model that was fitted for deployment, verified when it was opened; `load_version` makes one.

    It claims no figures: those of its trial stand in the run `run_id`, and speak of other fits.
    """

    def __init__(self, opened: Run) -> None:
        self._opened = opened
        self.path, self.version_id = opened.path, opened.run_id

    @cached_property
    def record(self) -> VersionRecord:
        """What it says of itself: version.json."""
        with reading(self.path):
            record = parse_json(self._opened.content(RECORD))
            if missing := sorted(VersionRecord.__required_keys__ - record.keys()):
                raise damaged(self.path, f"{RECORD} does not say {missing[0]}")
            if record["version_id"] != self.version_id:
                raise damaged(self.path, f"{RECORD} is of version {record['version_id']}")
            return record

    @property
    def run_id(self) -> str:
        """The run whose configuration was fitted."""
        return self.record["run_id"]

    @property
    def config(self) -> Config:
        """The resolved configuration of that run."""
        return self._opened.config

    @property
    def fingerprints(self) -> dict[str, str]:
        """Of the bars that it was fitted on, by symbol."""
        return fingerprints_of(self.record["bars"], self.path, RECORD)

    @property
    def symbols(self) -> list[str]:
        """What it may be asked about."""
        return list(self.record["bars"])

    @property
    def digest(self) -> str:
        """Hash of the list of its files, and with it of every file (SHA-256, hex)."""
        return self._opened.digest

    def model(self) -> Any:
        """Load the model; nothing stored is executed, and its golden rows must come out as they did."""
        return self._load(MODEL)

    def baseline(self) -> Any:
        """Load the baseline that was fitted on the same events."""
        return self._load(BASELINE)

    def _load(self, place: str) -> Any:
        from smc import artifact

        with self._opened.saved_model(place) as folder:
            return artifact.load(folder)

    def __repr__(self) -> str:
        return f"Version({str(self.path)!r})"


def version_folder(output: str | Path, version_id: str) -> Path:
    """Return where a version stands, if it is there."""
    if not RUN_ID.fullmatch(version_id):
        raise ResultsError(
            f"a version's id is made of at most 64 letters, digits, - and _, got {version_id[:80]!r}"
        )
    return Path(output) / VERSIONS / version_id


def load_version(path: str | Path) -> Version:
    """Open the folder of a version after checking every file of it against its list (size, SHA-256).

    Raises
    ------
    ResultsError
        There is none, or it is damaged; the message names the file.
    """
    folder = Path(path)
    if not folder.is_dir():
        raise ResultsError(f"no version at {folder}: python -m smc.registry propose makes one")
    version = Version(Run(folder, verify(folder)))
    if version.version_id != folder.name:
        raise damaged(folder, f"it holds version {version.version_id}")
    return version
