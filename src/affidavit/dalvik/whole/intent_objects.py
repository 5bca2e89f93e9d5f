"""What the constants that reach an Intent, an IntentFilter or a ComponentName say of it."""

from dataclasses import dataclass, field

from affidavit.dalvik.descriptors import descriptor
from affidavit.dalvik.whole.entries import Filter
from affidavit.dalvik.whole.objects import Objects
from affidavit.dalvik.whole.sites import NEW_INSTANCE, Callee

INTENT, FILTER, COMPONENT = (
    "Landroid/content/Intent;",
    "Landroid/content/IntentFilter;",
    "Landroid/content/ComponentName;",
)
MAX_NESTING = 4
"""Intents copied from intents."""

_TEXT, _URI = "Ljava/lang/String;", "Landroid/net/Uri;"
_OF_INTENT: dict[str, tuple[tuple[str, int], ...]] = {
    "<init>(Landroid/content/Intent;)": (("copy", 1),),
    f"<init>({_TEXT})": (("action", 1),),
    f"<init>({_TEXT}{_URI})": (("action", 1), ("data", 2)),
    "<init>(Landroid/content/Context;Ljava/lang/Class;)": (("class", 2),),
    f"<init>({_TEXT}{_URI}Landroid/content/Context;Ljava/lang/Class;)": (("action", 1), ("data", 2), ("class", 4)),
    f"setAction({_TEXT})": (("action", 1),),
    f"addCategory({_TEXT})": (("category", 1),),
    f"setData({_URI})": (("data", 1),),
    f"setDataAndNormalize({_URI})": (("data", 1),),
    f"setType({_TEXT})": (("type", 1),),
    f"setTypeAndNormalize({_TEXT})": (("type", 1),),
    f"setDataAndType({_URI}{_TEXT})": (("data", 1), ("type", 2)),
    f"setDataAndTypeAndNormalize({_URI}{_TEXT})": (("data", 1), ("type", 2)),
    "setClass(Landroid/content/Context;Ljava/lang/Class;)": (("class", 2),),
    f"setClassName(Landroid/content/Context;{_TEXT})": (("class", 2),),
    f"setClassName({_TEXT}{_TEXT})": (("class", 2),),
    f"setComponent({COMPONENT})": (("component", 1),),
    f"createChooser({INTENT}Ljava/lang/CharSequence;)": (("copy", 0),),
    f"makeMainActivity({COMPONENT})": (("component", 0),),
}
_OF_FILTER: dict[str, tuple[tuple[str, int], ...]] = {
    f"<init>({FILTER})": (("copy", 1),),
    f"<init>({_TEXT})": (("action", 1),),
    f"<init>({_TEXT}{_TEXT})": (("action", 1), ("type", 2)),
    f"create({_TEXT}{_TEXT})": (("action", 0), ("type", 1)),
    f"addAction({_TEXT})": (("action", 1),),
    f"addCategory({_TEXT})": (("category", 1),),
    f"addDataScheme({_TEXT})": (("scheme", 1),),
    f"addDataType({_TEXT})": (("type", 1),),
    f"addDataAuthority({_TEXT}{_TEXT})": (("host", 1),),
}
_OF_COMPONENT: dict[str, tuple[tuple[str, int], ...]] = {
    "<init>(Landroid/content/Context;Ljava/lang/Class;)": (("class", 2),),
    f"<init>(Landroid/content/Context;{_TEXT})": (("class", 2),),
    f"<init>({_TEXT}{_TEXT})": (("class", 2),),
}
_STEPS = {INTENT: _OF_INTENT, FILTER: _OF_FILTER, COMPONENT: _OF_COMPONENT}
"""Method -> which operand (the receiver counted) says what."""


@dataclass(slots=True)
class Description:
    """What is known of one object.

    Attributes:
        said: ``class`` (descriptors), ``action``, ``category``, ``data``, ``type``, ``scheme``, ``host`` -> constants.
        open: of which of these there may be others. complete: whether the object itself is made in sight.
    """

    said: dict[str, set[str]] = field(default_factory=dict)
    open: set[str] = field(default_factory=set)
    complete: bool = True

    def of(self, what: str) -> list[str]:
        """The constants said of one thing, sorted."""
        return sorted(self.said.get(what, ()))

    def names(self, what: str) -> bool:
        """Whether anything, known or not, is said of a thing."""
        return bool(self.said.get(what)) or what in self.open

    def add(self, what: str, texts: list[str], others: bool) -> None:
        """Take in what one call says."""
        self.said.setdefault(what, set()).update(texts)
        if others:
            self.open.add(what)

    def join(self, other: "Description") -> None:
        """Take in what is said of the object that this one is a copy of."""
        for what, texts in other.said.items():
            self.add(what, sorted(texts), what in other.open)
        self.open |= other.open
        self.complete &= other.complete

    def filter(self) -> Filter:
        """The object as an intent filter."""
        data = [f"{word}={text}" for word in ("scheme", "host") for text in self.of(word)]
        data += [f"mimeType={text}" for text in self.of("type")]
        return Filter(tuple(self.of("action")), tuple(self.of("category")), tuple(data))


def describe(objects: Objects, node: int, nesting: int = 0) -> list[Description]:
    """What is known of each object that a node may hold; the null constant is none."""
    found: list[Description] = []
    origins, complete = objects.origins(node)
    for origin in origins:
        if 0x12 <= objects.sites.opcode(origin) <= 0x19:
            continue
        found.append(_describe(objects, origin, nesting))
    if not complete:
        found.append(Description(complete=False))
    return found


def _describe(objects: Objects, origin: int, nesting: int) -> Description:
    """What the calls on one object say."""
    sites = objects.sites
    callee = sites.callee(origin)
    made = sites.opcode(origin) == NEW_INSTANCE or (
        callee is not None and (callee.owner, callee.name) == ("Ljava/lang/Class;", "newInstance")
    )
    out = Description(complete=made)
    if callee is not None and _steps(objects, callee):
        out.complete = True
        _take(objects, out, callee, sites.operands(origin), nesting)
    for node, position in objects.uses(origin):
        used = sites.callee(node) if position == 0 else None
        if used is not None and node != origin:
            _take(objects, out, used, sites.operands(node), nesting)
        for indirect, operands in objects.indirect.get(node, ()) if position == 1 else ():
            _take(objects, out, indirect, operands, nesting)
    if not made and callee is None and not out.said:
        out.complete = False
    return out


def _steps(objects: Objects, callee: Callee) -> tuple[tuple[str, int], ...]:
    """What a method of Intent, IntentFilter or ComponentName says with which operand."""
    key = f"{callee.name}{callee.proto.partition(')')[0]})"
    for owner, table in _STEPS.items():
        if key in table and objects.sites.is_a(callee.owner, owner):
            return table[key]
    return ()


def _take(objects: Objects, out: Description, callee: Callee, operands: list[int], nesting: int) -> None:
    """Add what one call says."""
    for what, position in _steps(objects, callee):
        if position >= len(operands):
            continue
        if what in {"copy", "component"}:
            if nesting < MAX_NESTING:
                for inner in describe(objects, operands[position], nesting + 1):
                    out.join(inner)
            if what == "component" and not out.of("class"):
                out.open.add("class")
            continue
        known = objects.values.constants(operands[position])
        texts = known.texts()
        if what == "class":
            texts = sorted({*known.classes(), *(descriptor(text) for text in texts)})
        out.add(what, texts, known.others)
