"""What the classes and methods that are cited were called in the source, by the mapping file that was given.

Nothing else looks at the file: facts, findings and their proofs are the same with it and without it.
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

import msgspec

from affidavit.artefact.budget import Budget
from affidavit.artefact.mapping import Mapping, original_names
from affidavit.dalvik.program import Program
from affidavit.facts.build_tools import marker_field, tilde_strings
from affidavit.facts.reading import bounded, make_fact
from affidavit.model.code_identity import ClassPair
from affidavit.model.fact import Fact
from affidavit.model.flow import Entry
from affidavit.model.limitation import Limitation
from affidavit.model.place import Place
from affidavit.model.source_name import NameMapping, SourceName
from affidavit.wording import plural

NAME = "source-names"
VERSION = 1
_CLASSES: Final = (1, 2)
_METHODS: Final = (3, 4)
"""Least shares of the file's classes that the app has, and of methods compared whose parameters are as the file says.
Short names recur in every app: files of other builds named 82 % of the classes rightly, and parameters of 44 to 60 % of
the methods; the apps' own 94 to 100 %, and 93 to 97 % (two small builds each of R8 3.3 and of 2024)."""
_COMPARED: Final = 20_000
"""Methods that are compared."""
_SHORT: Final = 7
"""Digits of an id that R8 of old wrote; later ones write more of the same digest."""
_NAME_LIMIT: Final = 400
_WORD_LIMIT: Final = 100
_IDS: Final = 8

Cited = tuple[str, str]
"""Descriptor of a class, and a method of it or nothing."""


def extract(
    data: bytes, program: Program, about: Iterable[object], budget: Budget, limitations: list[Limitation]
) -> Iterator[Fact]:
    """Names of what is cited.

    Args:
        data: bytes of the mapping file.
        program: the app's code.
        about: facts and findings; what they cite is named.
        budget: what may be spent.
        limitations: takes what is wrong with the file.

    Yields:
        `NameMapping`, then a `SourceName` for each class and method whose name differs.

    Raises:
        BudgetError: time or memory ran out.
    """
    mapping = original_names(data, budget)
    said = _fit(mapping, program, budget)
    limitations += (Limitation("identity/mapping", detail) for detail in _wrong(said))
    yield make_fact(said, Place(""), f"{NAME}/{VERSION}")
    if not said.fits:
        return
    for class_, method in sorted({cited for item in about for cited in _cited(item)}):
        budget.tick()
        name = _name(mapping, class_, method)
        entry = _entry(program, class_) if name else ""
        if name and entry:
            place = Place(entry, class_=class_, method=method)
            yield make_fact(SourceName(bounded(name, _NAME_LIMIT)), place, f"{NAME}/{VERSION}")


def _fit(mapping: Mapping, program: Program, budget: Budget) -> NameMapping:
    """Whether the file is the app's: by the id in R8's markers where both have one, else by the classes it names."""
    here = sum(program.find_class(name) is not None for name in budget.watch(mapping.classes))
    told = list(islice(budget.watch(_told(mapping, program)), _COMPARED))
    ids = _ids(program)
    by_names = bool(here) and _enough(here, len(mapping.classes), _CLASSES) and _enough(sum(told), len(told), _METHODS)
    same_id = any(_one_starts_with_the_other(mapping.id, found) for found in ids)
    return NameMapping(
        bounded(mapping.compiler, _WORD_LIMIT),
        bounded(mapping.version, _WORD_LIMIT),
        bounded(mapping.id, _WORD_LIMIT),
        len(mapping.classes),
        here,
        fits=same_id if mapping.id and ids else by_names,
        methods=len(told),
        agree=sum(told),
        app_ids=ids,
        altered=mapping.altered,
        unread=mapping.unread,
        whole=mapping.whole,
    )


def _told(mapping: Mapping, program: Program) -> Iterator[bool]:
    """For each method of the app of which the file knows the name: whether it knows the parameters too."""
    for unit in program.units:
        for method in unit.def_method.tolist():
            class_, name, proto = unit.method_parts(method)
            agrees = None if name.startswith("<") else mapping.agrees(class_, name, proto)
            if agrees is not None:
                yield agrees


def _enough(count: int, of: int, least: tuple[int, int]) -> bool:
    return count * least[1] >= of * least[0]


def _ids(program: Program) -> tuple[str, ...]:
    """Ids of mappings in the strings by which R8 marks dex files."""
    found = set()
    for unit in program.units:
        for index in tilde_strings(unit):
            _, brace, rest = unit.strings[index].partition("{")
            found.add(marker_field(brace + rest, "pg-map-id")[:_WORD_LIMIT])
    return tuple(sorted(item for item in found if item.isascii() and item.isalnum())[:_IDS])


def _one_starts_with_the_other(one: str, other: str) -> bool:
    return min(len(one), len(other)) >= _SHORT and (one.startswith(other) or other.startswith(one))


def _wrong(said: NameMapping) -> Iterator[str]:
    """What is wrong with the file, one sentence each."""
    if said.unread or not said.whole or not said.classes:
        yield (
            f"of the mapping file {plural(said.unread, 'line')} are none of the format's, "
            f"{plural(said.classes, 'class', 'classes')} were read{'' if said.whole else '; its end was not'}"
        )
    if said.altered:
        yield "the mapping file was changed after R8 wrote it: its digest is not the one that it states"
    if said.classes and not said.fits:
        by_id = f"it has the id {said.id}, the app {', '.join(said.app_ids)}" if said.id and said.app_ids else ""
        by_names = (
            f"of {plural(said.classes, 'class', 'classes')} that it names the app has {said.here:,}; of "
            f"{plural(said.methods, 'method')} of them that it names {said.agree:,} have the parameters that it says"
        )
        yield f"the mapping file is not that of this app ({by_id or by_names}): no name was taken from it"


def _cited(item: object) -> Iterator[Cited]:
    """Classes and methods that a fact or a finding cites, at whatever depth."""
    stack = [item]
    while stack:
        one = stack.pop()
        if isinstance(one, Place | Entry):
            class_, method = (one.class_, one.method) if isinstance(one, Place) else (one.component, one.method)
            if class_:
                yield class_, ""
                yield class_, method
        elif isinstance(one, msgspec.Struct):
            if isinstance(one, ClassPair):
                yield one.app_class, ""
            stack += (getattr(one, name) for name in one.__struct_fields__)
        elif isinstance(one, tuple):
            stack += one


def _name(mapping: Mapping, class_: str, method: str) -> str:
    """The name in the source; empty when it is the same, or not told."""
    if not method:
        name = mapping.class_name(class_)
        return name if name != _dotted(class_) else ""
    short, _, proto = method.partition("(")
    was = mapping.method(class_, short, f"({proto}")
    if was is None or (was.holder, was.name) == (_dotted(class_), short):
        return ""
    return f"{was.holder}.{was.name}({', '.join(was.parameters)})"


def _dotted(class_: str) -> str:
    return class_.removeprefix("L").removesuffix(";").replace("/", ".")


def _entry(program: Program, class_: str) -> str:
    """Where the app defines a class; empty when it does not."""
    found = program.find_class(class_)
    if found is None:
        return ""
    unit, row = found
    return unit.entries[int(unit.class_entry[row])]
