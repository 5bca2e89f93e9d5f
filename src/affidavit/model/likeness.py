"""Two apps compared: what code they have in common, and what else speaks for one origin."""

from typing import Literal

from msgspec import Struct

Level = Literal["same code", "repackaged", "derivative", "large pieces", "common template", "not shown", "undetermined"]
"""How much of the apps' own code is common; what each level means is in ``knowledge/likeness/levels.yaml``."""


class CodeSketch(Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="code-sketch"):
    """The app's own code, without that of known libraries, small enough to be kept and compared.

    Attributes:
        scheme: version of the tokens. Sketches of different schemes cannot be compared.
        classes, size: classes, and code units (dex) or bytes (class files) of their instructions.
        library_classes: classes that were left out because they are of known libraries.
        whole: SHA-256 over what all classes of the app are recognised by, whatever their names and order.
        tokens: distinct tokens of the own code that no known code has; `keys` is a sample of the pairs of them that are
            in one class: base64 of 64-bit numbers, sorted; `key_classes` numbers the class of each: base64 of 16 bits.
        plain_tokens, plain_keys, plain_key_classes: the same without strings, which can be encrypted.
        families: families of known code that were asked; without them what any app has cannot be left out.
        common: distinct tokens of the own code that were left out because known code or ordinary apps have them.
    """

    scheme: int
    classes: int
    size: int
    library_classes: int
    whole: str
    tokens: int
    keys: str
    plain_tokens: int
    plain_keys: str
    key_classes: str = ""
    plain_key_classes: str = ""
    families: int = 0
    common: int = 0


class Share(Struct, frozen=True):
    """A part of two apps that is equal.

    Attributes:
        common: things in both. first, second: things in each.
        examples: some of what is common, the rarest first; untrusted text.
    """

    common: int
    first: int
    second: int
    examples: tuple[str, ...] = ()


class Line(Struct, frozen=True, omit_defaults=True):
    """One line of evidence, independent of the others.

    Attributes:
        about: ``signer``, ``package``, ``resources``, ``native``, ``endpoints``, ``identifiers``.
        says: ``same``, ``different``, ``partly`` or ``nothing to compare``.
        note: a sentence. share: numbers and examples, where there are any.
    """

    about: str
    says: Literal["same", "different", "partly", "nothing to compare"]
    note: str
    share: Share | None = None


class Likeness(Struct, frozen=True):
    """What two apps have in common.

    Attributes:
        level: how much of the own code is common. why: the numbers that decided, as a sentence.
        inside: estimated share of what is unusual in the first app's own code that is in the second, in pairs within a
            class; around: the other way round. plain_inside, plain_around: the same without strings.
        classes: classes of the samples in which what is common lies; of the app where they are fewer.
        lines: further evidence. function: what both do alike, which is never called common code.
    """

    level: Level
    why: str
    inside: float
    around: float
    plain_inside: float
    plain_around: float
    classes: int
    lines: tuple[Line, ...]
    function: tuple[Line, ...]
