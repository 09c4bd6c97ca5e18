"""What is written for a new part: its class, its option, and the test of its contract."""

import importlib.util
import keyword
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from smc.config.options import options
from smc.errors import ConfigError
from smc.parts.kinds import Kind

TEMPLATES = Path(__file__).parent / "templates"
#: A variable of the shell that is written as it is.
PLAIN = re.compile(r"[\w./-]+")


@dataclass(frozen=True)
class NewPart:
    """A part that is to be written.

    Attributes
    ----------
    name
        Of its module and its option.
    config_dir
        Folder of one's own options.
    """

    kind: Kind
    name: str
    config_dir: str

    @classmethod
    def called(cls, kind: Kind, name: str, config_dir: str) -> "NewPart":
        """Name a part, by a module or by a class.

        Raises
        ------
        ConfigError
            The name is none for a module, or belongs to another one or to an option.
        """
        if not name.isidentifier() or keyword.iskeyword(name.lower()) or not name.isascii():
            raise ConfigError(
                f"{name}: a name is a word of letters, digits and _ that can name a module, as weekly_move"
            )
        module = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().strip("_")
        part = cls(kind, module, config_dir)
        if why := part._is_taken():
            raise ConfigError(f"{module}: {why}; choose another name, as my_{module}")
        return part

    @property
    def class_name(self) -> str:
        """What its class is called.

        >>> from smc.parts.kinds import KINDS
        >>> NewPart(KINDS[0], "weekly_move", "conf").class_name
        'WeeklyMove'
        """
        return "".join(word[:1].upper() + word[1:] for word in self.name.split("_"))

    @property
    def target(self) -> str:
        """Dotted path of its class."""
        return f"{self.name}.{self.class_name}"

    @property
    def test(self) -> Path:
        """Place of the test of its contract."""
        return Path(f"test_{self.name}.py")

    @property
    def commands(self) -> dict[str, str]:
        """What to type next, by what it does."""
        train = f"SMC_ALLOW={self.name} {self.train}"
        return {
            "hold it to its contract": f"python -m smc.check {self.target}",
            "the same, as a test": f"python -m pytest {self.test}",
            "train with it": train,
            "read its contract": f"python -m smc.check --contract {self.kind.name}",
        }

    @property
    def train(self) -> str:
        """The command of a run with it, which is allowed to name it."""
        folder = self.config_dir if PLAIN.fullmatch(self.config_dir) else f"'{self.config_dir}'"
        words = [
            "python -m smc.train --config-dir",
            folder,
            f"{self.kind.group}={self.name}",
            self.kind.typed,
        ]
        return " ".join(filter(None, words))

    @property
    def files(self) -> Mapping[Path, str]:
        """What each of its files holds, by its place."""
        code, option, test = (
            self._filled(f"{stem}.{suffix}")
            for stem, suffix in ((self.kind.name, "txt"), (self.kind.name, "yaml"), ("contract", "txt"))
        )
        what = code.splitlines()[0].strip('"').rstrip(".")
        option = option.replace("WHAT", what[:1].upper() + what[1:].rstrip("?"))
        place = Path(self.config_dir, self.kind.group, f"{self.name}.yaml")
        return {Path(f"{self.name}.py"): code, place: option, self.test: test}

    def write(self) -> None:
        """Write every file, or none.

        Raises
        ------
        ConfigError
            One is there already.
        """
        files = self.files
        for path in files:
            if path.exists() or path.is_symlink():
                raise ConfigError(f"{path}: is there already, and nothing was written; choose another name")
        for path in files:
            path.parent.mkdir(parents=True, exist_ok=True)
        for path, text in files.items():
            with path.open("x", encoding="utf-8") as file:
                file.write(text)

    def _filled(self, template: str) -> str:
        """Read a template, and put the names into their places."""
        text = (TEMPLATES / template).read_text(encoding="utf-8")
        names = {
            "my_part": self.name,
            "MyPart": self.class_name,
            "COMMAND": self.train,
            "KIND": self.kind.name,
            "TESTS": str(self.test),
        }
        return re.sub("|".join(names), lambda match: names[match[0]], text)

    def _is_taken(self) -> str:
        """Say whose name it is already; "" if it is free."""
        if self.name in sys.stdlib_module_names:
            return "is a module of Python's own"
        if Path(f"{self.name}.py").exists():
            return f"{self.name}.py is there already"
        if self.name in options(self.kind.group, [Path(self.config_dir)]):
            return f"is an option of {self.kind.group} already"
        if self.name in ("conf", "outputs", self.config_dir):
            return "is the name of a folder that smc reads or writes"
        if importlib.util.find_spec(self.name) is not None:
            return "is the name of a module that can be imported already"
        return ""
