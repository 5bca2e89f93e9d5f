"""What layouts and other XML resources say of code: classes that they name, click handlers, fields for passwords."""

from collections.abc import Iterator
from dataclasses import dataclass

from affidavit.artefact.xmltree import FIRST_INT, LAST_INT, Attribute, Document, Element
from affidavit.dalvik.descriptors import descriptor

_NAME, _ON_CLICK, _ID = 0x01010003, 0x0101026F, 0x010100D0
_PASSWORD, _INPUT_TYPE = 0x0101015C, 0x01010220
_TEXT, _NUMBER = 0x1, 0x2
_CLASS_MASK, _VARIATION_MASK = 0xF, 0xFF0
_PASSWORDS = frozenset({(_TEXT, 0x80), (_TEXT, 0x90), (_TEXT, 0xE0), (_NUMBER, 0x10)})
"""Class and variation of ``android:inputType`` for passwords: text, visible, web, number (android.text.InputType)."""
_FRAGMENTS = frozenset({"fragment", "androidx.fragment.app.FragmentContainerView"})
_MAX_NAMES = 5_000
"""Names taken from one file."""


@dataclass(frozen=True, slots=True)
class Layout:
    """What one XML resource names.

    Attributes:
        file: entry path.
        classes: descriptors of views and fragments, each once, in document order.
        clicks: names in ``android:onClick``, the same.
        password_ids: resource ids of fields for passwords, sorted.
    """

    file: str
    classes: tuple[str, ...] = ()
    clicks: tuple[str, ...] = ()
    password_ids: tuple[int, ...] = ()


def read_layout(document: Document) -> Layout:
    """What a parsed XML resource names; nothing for one that is no layout."""
    classes: dict[str, None] = {}
    clicks: dict[str, None] = {}
    passwords: set[int] = set()
    for element in document.walk():
        if len(classes) + len(clicks) >= _MAX_NAMES:
            break
        classes.update(dict.fromkeys(_classes(document, element)))
        click = _attribute(document, element, "onClick", _ON_CLICK)
        if click is not None and click.text():
            clicks[click.text()] = None
        number = _attribute(document, element, "id", _ID)
        if number is not None and number.is_reference and _is_password(document, element):
            passwords.add(number.data)
    return Layout(document.entry, tuple(classes), tuple(clicks), tuple(sorted(passwords)))


def _attribute(document: Document, element: Element, name: str, number: int) -> Attribute | None:
    return element.platform(name, number, binary=document.binary)


def _classes(document: Document, element: Element) -> Iterator[str]:
    """Descriptors of classes that an element names: itself, ``class``, and of a fragment ``android:name``."""
    if "." in element.name:
        yield descriptor(element.name)
    stated = element.plain("class")
    if stated is not None and stated.text():
        yield descriptor(stated.text())
    if element.name in _FRAGMENTS:
        name = _attribute(document, element, "name", _NAME)
        if name is not None and name.text():
            yield descriptor(name.text())


def _is_password(document: Document, element: Element) -> bool:
    """Whether a text field hides what is typed."""
    hidden = _attribute(document, element, "password", _PASSWORD)
    if hidden is not None and (hidden.data != 0 if FIRST_INT <= hidden.type <= LAST_INT else hidden.text() == "true"):
        return True
    kind = _attribute(document, element, "inputType", _INPUT_TYPE)
    if kind is None:
        return False
    if not FIRST_INT <= kind.type <= LAST_INT:
        return "assword" in kind.text()
    return (kind.data & _CLASS_MASK, kind.data & _VARIATION_MASK) in _PASSWORDS
