"""What a person calls a thing, made into the register's id: apps by any of their names, words in any spelling."""

import unicodedata
from collections.abc import Iterator, Mapping

from affidavit.law.register import Register
from affidavit.model.errors import UsageError
from affidavit.wording import nearest, unknown

LONGEST = 200
"""Characters of the longest name that is looked up."""


def find_app(register: Register, text: str) -> str:
    """The id of the app that has this id, name, alias or package name, in any case and with any separators.

    Raises:
        UsageError: no app is called so, or several are; the advice has the nearest names.
    """
    spellings = dict(_spellings(register))
    _bounded("app", text)
    found = sorted({app for app, name in _called(register) if _folded(name) == _folded(text)})
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageError(f"app {text!r} is more than one", advice=f"say which: {', '.join(found)}")
    near = nearest(_folded(text), spellings)
    if not near:
        raise unknown("app", text, register.apps)
    names = dict.fromkeys(f"{spellings[item]} ({register.apps[spellings[item]].names[0]})" for item in near)
    raise UsageError(f"unknown app {text!r}", advice=f"did you mean {' or '.join(names)}?")


def find_transaction(register: Register, text: str) -> str:
    """The id of a transaction, from its id or its title, in any case, with hyphens or spaces.

    Raises:
        UsageError: there is none of that name.
    """
    words = register.vocabulary.transactions
    return _word("transaction", text, {name: item.title for name, item in words.items()})


def find_actor(register: Register, text: str) -> str:
    """The id of an actor's role, from its id or its title, in any case, with hyphens or spaces.

    Raises:
        UsageError: there is none of that name.
    """
    words = register.vocabulary.actors
    return _word("actor", text, {name: item.title for name, item in words.items()})


def find_jurisdiction(register: Register, text: str) -> str:
    """The code of a jurisdiction, from its code in any case or its English name.

    Raises:
        UsageError: there is none of that name.
    """
    _bounded("jurisdiction", text)
    for code, item in register.jurisdictions.items():
        if _folded(text) in {_folded(code), _folded(item.name)}:
            return code
    names = {_folded(item.name): code for code, item in register.jurisdictions.items()}
    names |= {_folded(code): code for code in register.jurisdictions}
    begun = sorted((name for name in names if len(name) > 1 and _folded(text).startswith(name)), key=len, reverse=True)
    near = [*begun, *nearest(_folded(text), names)]
    codes = list(dict.fromkeys(names[item] for item in near))[:3]
    listed = [f"{code} ({register.jurisdictions[code].name})" for code in codes]
    known = ", ".join(sorted({measure.jurisdiction for measure in register.measures.values()}))
    advice = f"did you mean {' or '.join(listed)}?" if listed else f"the register has measures of {known}"
    raise UsageError(f"unknown jurisdiction {text!r}", advice=advice)


def find_measure(register: Register, text: str) -> str:
    """The id of a measure, in any case.

    Raises:
        UsageError: there is none of that name.
    """
    _bounded("measure", text)
    if text.casefold() in register.measures:
        return text.casefold()
    raise unknown("measure", text, register.measures)


def _word(what: str, text: str, titles: Mapping[str, str]) -> str:
    _bounded(what, text)
    found = next((name for name, title in titles.items() if _folded(text) in {_folded(name), _folded(title)}), None)
    if found is None:
        raise unknown(what, text, titles)
    return found


def _called(register: Register) -> Iterator[tuple[str, str]]:
    """Every app with everything by which it is called."""
    for key, app in register.apps.items():
        yield from ((key, name) for name in (key, *app.names, *(mark.value for mark in app.marks.packages)))


def _spellings(register: Register) -> Iterator[tuple[str, str]]:
    return ((_folded(name), key) for key, name in _called(register))


def _folded(text: str) -> str:
    """Letters, digits and dots, without case: how names are compared."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(character for character in plain if character.isalnum() or character == ".")


def _bounded(what: str, text: str) -> None:
    if len(text) > LONGEST:
        raise UsageError(f"{what} {text[:40]!r}… has {len(text):,} characters", advice=f"names have at most {LONGEST}")
