"""What the code is and calls."""

from msgspec import Struct

from affidavit.model.place import Place


class CodeUnit(Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="code-unit"):
    """One dex file, or the .class files of one jar. All numbers are counts.

    Attributes:
        apart: whether no class loader of Android's finds it, only one that the app itself makes: it lies in an archive
            inside an entry, or is a dex file that is not called ``classes.dex``, ``classes2.dex``, ...
        again: when apart, classes that code before it defines as well; which definition runs is up to the app.
    """

    form: str
    version: str
    classes: int
    methods: int
    fields: int
    strings: int
    method_refs: int
    code_items: int
    instructions: int
    undecoded: int = 0
    apart: bool = False
    again: int = 0


class DuplicateClass(Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="duplicate-class"):
    """A class defined more than once: Android uses the first, `ignored` is the entry whose definition it never sees."""

    name: str
    used: str
    ignored: str


class FrameworkCall(Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="framework-call"):
    """A framework method that the code calls.

    Attributes:
        class_: descriptor of the class after resolution through the app's own classes.
        method: name and descriptor.
        sites: how many call sites there are.
        more: further sites after the fact's own place, in canonical order, bounded.
        origin: ``platform`` when the device provides the class, ``external`` when neither it nor the app is known to.
    """

    class_: str
    method: str
    sites: int
    more: tuple[Place, ...] = ()
    origin: str = "platform"


class NotableCode(Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="notable-code"):
    """Code worth naming whatever the rules: `form` is ``reflection``, ``dynamic-loading``, ``native-loading``,
    ``webview-bridge``, ``native-method`` or ``crypto-constant``; `text` is what is loaded, bridged or named, if known.
    """

    form: str
    text: str = ""
    sites: int = 1
