"""Names of the source beside those of the app, where a mapping file was given to the review."""

from collections.abc import Iterable

from affidavit.model.fact import Fact
from affidavit.model.place import Place
from affidavit.model.source_name import NameMapping, SourceName
from affidavit.wording import plural


class SourceNames:
    """What classes and methods were called in the source, as far as facts say."""

    def __init__(self, facts: Iterable[Fact] = ()) -> None:
        found = [(fact.place, fact.what) for fact in facts if isinstance(fact.what, SourceName)]
        self._names = {(place.class_, place.method): what.name for place, what in found}

    def of(self, class_: str, method: str = "") -> str:
        """Of a method, or of its class when only that is known; empty when neither is."""
        return self._names.get((class_, method)) or self._names.get((class_, "")) or ""

    def beside(self, class_: str, method: str = "") -> str:
        """``" (com.example.Foo by the mapping)"``, or nothing."""
        name = self.of(class_, method)
        return f" ({name} by the mapping)" if name else ""

    def at(self, place: Place) -> str:
        """The same of a place."""
        return self.beside(place.class_, place.method)


def mapping_in_words(facts: Iterable[Fact], sha256: str) -> str:
    """The mapping file that was given: what it is and whether it fits; empty when none was given."""
    if not sha256:
        return ""
    said = next((fact.what for fact in facts if isinstance(fact.what, NameMapping)), None)
    if said is None:
        return f"SHA-256 {sha256}; it was not read"
    by = " ".join(filter(None, (said.compiler, said.version)))
    of = f"the app has {said.here:,} of the {plural(said.classes, 'class', 'classes')} that it names"
    fits = "names beside those of the app are from it" if said.fits else "it is not of this app: no name is from it"
    return "; ".join(filter(None, (f"SHA-256 {sha256}", f"made by {by}" if by else "", of, fits)))
