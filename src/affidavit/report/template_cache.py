"""Compiled templates beside the templates, as Python keeps its own: in ``__pycache__``, when it may be written to."""

import sys
from contextlib import suppress
from pathlib import Path
from pickle import UnpicklingError

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket


class TemplateCache(BytecodeCache):
    """Compiling the page's templates takes three times as long as filling them.

    Jinja checks the digest of the source and its own version before it uses what is here. The folder belongs to the
    package and is trusted as much as the package's own ``.pyc`` files; where it is read-only, every start compiles.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "__pycache__"

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill the bucket, if there is something whole for it."""
        try:
            with self._file(bucket).open("rb") as file:
                bucket.load_bytecode(file)
        except (OSError, EOFError, ValueError, TypeError, UnpicklingError):
            bucket.reset()

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep the bucket, unless Python was told to write no bytecode."""
        if sys.dont_write_bytecode:
            return
        with suppress(OSError):
            self._folder.mkdir(exist_ok=True)
            part = self._folder / f"{bucket.key}.{id(bucket):x}.part"
            with part.open("xb") as file:
                bucket.write_bytecode(file)
            part.replace(self._file(bucket))

    def _file(self, bucket: Bucket) -> Path:
        """One file for each template, kept apart by interpreter."""
        return self._folder / f"{bucket.key}.{sys.implementation.cache_tag}.jinja"
