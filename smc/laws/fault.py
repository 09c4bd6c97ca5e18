"""What is at fault, and where."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """One column, event, fold or step at fault, the rows where it shows, and what was seen there."""

    what: str
    where: str
    detail: str

    @property
    def sentence(self) -> str:
        """All three in one line."""
        return f"{self.what}, {self.where}: {self.detail}" if self.where else f"{self.what}: {self.detail}"
