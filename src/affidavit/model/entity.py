"""Apps and organisations that measures name, and the marks by which their code can be told."""

from typing import Literal

from msgspec import Struct, field


class Operator(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Who ran an app, from a date on.

    Attributes:
        operator: id of an organisation, or ``unknown``.
        from_: legal time; empty means from the beginning.
        in_: jurisdiction to which it is limited; empty means everywhere.
        public_at: since when that is known; empty means the same as `from_`.
    """

    operator: str
    from_: str = field(default="", name="from")
    in_: str = field(default="", name="in")
    public_at: str = ""
    sources: tuple[str, ...] = ()


class Mark(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """One thing by which a listed app is told: a package name, a certificate, a domain ...

    Attributes:
        value: the mark; certificates as lower-case hex of their SHA-256 (or MD5, where a source has no better),
            domains as registrable names or below.
        source: where it was read: a document, or bytes with their digest and place.
        confidence: H, M or L.
        note: what a reader must know of it.
        of: for a certificate, the package names that it signs; empty means all of the app's.
        shared: other apps bear the mark too, so that it tells the app only next to its package name.
    """

    value: str
    source: str
    confidence: Literal["H", "M", "L"]
    note: str = ""
    of: tuple[str, ...] = ()
    shared: bool = False


class Marks(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """The marks of a listed app.

    Attributes:
        packages: Android package names under which it is offered.
        signers: SHA-256 (hex; or MD5, 32 digits) of its signing certificates.
        developers: names that its maker uses in certificates; as everybody can use them, and the maker's other apps do,
            they tell the app only next to its package name.
        libraries: ids of ``knowledge/libraries`` that are its code for use in other software.
        domains: domains that serve it.
        schemes: schemes of addresses that the app answers to on a device (``weixin``).
    """

    packages: tuple[Mark, ...] = ()
    signers: tuple[Mark, ...] = ()
    developers: tuple[Mark, ...] = ()
    libraries: tuple[Mark, ...] = ()
    domains: tuple[Mark, ...] = ()
    schemes: tuple[Mark, ...] = ()


class App(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """An app that some measure names, or that an operator named in one runs.

    `marks` are filled in from `Entities.marks` by the register.
    """

    names: tuple[str, ...]
    operators: tuple[Operator, ...]
    marks: Marks = Marks()
    note: str = ""


class Holder(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A share in an organisation, in per cent."""

    name: str
    percent: float


class Organisation(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A company or authority."""

    name: str
    place: str = ""
    formed: str = ""
    holders: tuple[Holder, ...] = ()
    sources: tuple[str, ...] = ()
    confidence: str = ""


class Entities(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """One file of ``knowledge/entities``; `marks` are by app id."""

    source: str
    licence: str
    apps: dict[str, App] = {}
    organisations: dict[str, Organisation] = {}
    marks: dict[str, Marks] = {}
