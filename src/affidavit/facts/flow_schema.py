"""The shape of ``knowledge/flow_sources``, ``knowledge/flow_sinks`` and ``knowledge/data_types``.

Operands and parameters are numbered as in `affidavit.model.flow`: the receiver of an instance method is 0.
"""

from typing import Literal

from msgspec import Struct

NONE = "none"
RESULT = "result"
FORMS = ("queries", "settings", "properties", "extras", "files", "commands", "sensors", "text-fields", "derived")
"""What calls of a form have texts of; `Form` says which calls they are."""


class Match(Struct, frozen=True, forbid_unknown_fields=True, rename={"class_": "class", "from_": "from"}):
    """Members of one class; of a method ``name`` or ``name/number of parameters``.

    Attributes:
        gives: where the data is: ``result``, ``operand 1``, ``parameter 1``; ``none`` for a call that is sensitive and
            whose data is taken elsewhere.
        from_, until: first and last API level at which it gives data, 0 for not stated.
        hidden: it is not in the public interface of the platform, so nothing checks its name.
        copied_by: methods that copy data from another object. Where they are stated, an object that the app made by
            itself (not of another one) gives no data unless one of them is called somewhere.
    """

    class_: str
    names: tuple[str, ...]
    gives: str = RESULT
    from_: int = 0
    until: int = 0
    hidden: bool = False
    copied_by: tuple[str, ...] = ()


class Form(Struct, frozen=True, forbid_unknown_fields=True, rename={"class_": "class"}):
    """Calls that give data only for some texts.

    Attributes:
        form: one of `FORMS`. operand: holds the text. gives: as in `Match`.
        narrow: a text field counts only when it is known to be of the kind that a source asks for.
    """

    form: str
    class_: str
    names: tuple[str, ...]
    operand: int
    gives: str = RESULT
    narrow: bool = False
    hidden: bool = False


class Source(Struct, frozen=True, forbid_unknown_fields=True, rename={"from_": "from"}):
    """One kind of data.

    Attributes:
        id: ``identifiers/device-id``. title: what the app does, in the indicative.
        dpv, play, apple: data types in ``knowledge/data_types``.
        permissions: any of them may be needed. from_, until: API levels at which ordinary apps get the data.
        calls, parameters, fields: members whose result, parameter or value is the data.
        queries, settings, properties, extras, files, commands, sensors: texts (numbers) that make a call of that form
            give the data; of a path ``*`` stands for anything, of an address and a command the beginning is named.
        uri_fields: fields of the platform that hold such addresses. text_fields: ``password`` or ``any``.
    """

    id: str
    title: str
    dpv: tuple[str, ...]
    play: tuple[str, ...] = ()
    apple: tuple[str, ...] = ()
    permissions: tuple[str, ...] = ()
    from_: int = 0
    until: int = 0
    calls: tuple[Match, ...] = ()
    parameters: tuple[Match, ...] = ()
    fields: tuple[Match, ...] = ()
    uri_fields: tuple[Match, ...] = ()
    queries: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    properties: tuple[str, ...] = ()
    extras: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    sensors: tuple[int, ...] = ()
    text_fields: Literal["", "password", "any"] = ""


class SourceDocument(Struct, frozen=True, forbid_unknown_fields=True):
    """A document of ``knowledge/flow_sources``: the sources of one category, or the forms."""

    source: str
    licence: str
    category: str = ""
    sources: tuple[Source, ...] = ()
    forms: tuple[Form, ...] = ()


class Taking(Struct, frozen=True, forbid_unknown_fields=True, rename={"class_": "class", "from_": "from"}):
    """Methods of one class that take data.

    Attributes:
        takes: operands, or ``all`` arguments. target: operand that says where to, -1 for none.
        sent: methods of what the call gives that carry the data out; the call itself only prepares it.
        from_, until, hidden: as in `Match`.
    """

    class_: str
    names: tuple[str, ...]
    takes: tuple[int, ...] | Literal["all"]
    target: int = -1
    sent: tuple[str, ...] = ()
    from_: int = 0
    until: int = 0
    hidden: bool = False


class Origin(Struct, frozen=True, forbid_unknown_fields=True, rename={"class_": "class"}):
    """Where a stream comes from: a call (or constructor), a static field, or another stream that operand `wraps` is."""

    class_: str
    names: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    wraps: int = -1


class Sink(Struct, frozen=True, forbid_unknown_fields=True):
    """One way out.

    Attributes:
        id, title: as in `Source`. calls: what takes the data.
        origins: streams from there make a generic write this sink.
        refined: the calls are generic: the sink is ``KIND/refined`` when the stream's origin is known.
        sends: intents without a known receiver go here.
    """

    id: str
    title: str
    calls: tuple[Taking, ...] = ()
    origins: tuple[Origin, ...] = ()
    refined: str = ""
    sends: bool = False


class SinkDocument(Struct, frozen=True, forbid_unknown_fields=True):
    """A document of ``knowledge/flow_sinks``.

    Attributes:
        kind: ``network``. leaves: ``device`` when data can leave the device, ``app`` when it passes to others on it or
            the other end is not known, ``no`` when it stays in private storage.
        in_memory: classes whose writes take nothing away.
    """

    source: str
    licence: str
    kind: str
    leaves: Literal["device", "app", "no"]
    sinks: tuple[Sink, ...]
    in_memory: tuple[str, ...] = ()


class DataTypes(Struct, frozen=True, forbid_unknown_fields=True):
    """A document of ``knowledge/data_types``: the terms of one vocabulary by group."""

    source: str
    licence: str
    vocabulary: str
    terms: dict[str, tuple[str, ...]]
