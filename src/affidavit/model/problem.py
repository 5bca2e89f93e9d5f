"""What a linter of knowledge found."""

from msgspec import Struct


class Problem(Struct, frozen=True, order=True):
    """One thing that is wrong: the file below the folder that was linted, the check, and what it found."""

    path: str
    check: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.check}: {self.message}"
