"""The one tree of errors. What cannot be read *inside* an artefact is a `Limitation`, not an error."""


class AffidavitError(Exception):
    """Base of every error that this package raises on purpose.

    `str(error)` says what was being done and what was found; `advice` says what a person can do next.
    """

    def __init__(self, message: str, *, advice: str) -> None:
        super().__init__(message)
        self.advice = advice


class UsageError(AffidavitError):
    """The request itself is wrong: an unknown option value, a missing file, a bad budget (exit code 2)."""


class UnreadableError(AffidavitError):
    """The artefact cannot be opened at all, or is of no supported kind (exit code 4)."""


class VerificationError(AffidavitError):
    """A bundle cannot be read as a bundle (a *failed step* is a result of `verify`, not this error)."""


class KnowledgeError(AffidavitError):
    """Compiled knowledge is missing, or a knowledge file breaks its schema."""


class BudgetError(AffidavitError):
    """A time, memory or output budget ran out. Stages turn it into a `Limitation` on a partial affidavit."""
