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


class Descriptions:
    """What is known of objects; each is described once.

    Args:
        objects: where objects come from and go. What is called by reflection is known.
    """

    def __init__(self, objects: Objects) -> None:
        self.objects, self.sites = objects, objects.sites
        self._known: dict[tuple[int, int], Description] = {}
        self._steps: dict[tuple[str, str, str], tuple[tuple[str, int], ...]] = {}

    def of(self, node: int, nesting: int = 0) -> list[Description]:
        """What is known of each object that a node may hold; the null constant is none."""
        origins, complete = self.objects.origins(node)
        found = [self._of(item, nesting) for item in origins if not 0x12 <= self.sites.opcode(item) <= 0x19]
        return found if complete else [*found, Description(complete=False)]

    def _of(self, origin: int, nesting: int) -> Description:
        asked = (origin, nesting)
        if asked not in self._known:
            self._known[asked] = self._describe(origin, nesting)
        return self._known[asked]

    def _describe(self, origin: int, nesting: int) -> Description:
        """What the calls on one object say."""
        sites = self.sites
        callee = sites.callee(origin)
        made = sites.opcode(origin) == NEW_INSTANCE or (
            callee is not None and (callee.owner, callee.name) == ("Ljava/lang/Class;", "newInstance")
        )
        out = Description(complete=made)
        if callee is not None and self._said(callee):
            out.complete = True
            self._take(out, callee, sites.operands(origin), nesting)
        for node, position in self.objects.uses(origin):
            used = sites.callee(node) if position == 0 else None
            if used is not None and node != origin:
                self._take(out, used, sites.operands(node), nesting)
            for indirect, operands in self.objects.indirect.get(node, ()) if position == 1 else ():
                self._take(out, indirect, operands, nesting)
        if not made and callee is None and not out.said:
            out.complete = False
        return out

    def _said(self, callee: Callee) -> tuple[tuple[str, int], ...]:
        """What a method of Intent, IntentFilter or ComponentName says with which operand."""
        asked = (callee.owner, callee.name, callee.proto)
        if asked not in self._steps:
            key = f"{callee.name}{callee.proto.partition(')')[0]})"
            tables = (table for owner, table in _STEPS.items() if key in table and self.sites.is_a(callee.owner, owner))
            self._steps[asked] = next(tables, {}).get(key, ())
        return self._steps[asked]

    def _take(self, out: Description, callee: Callee, operands: list[int], nesting: int) -> None:
        """Add what one call says."""
        for what, position in self._said(callee):
            if position >= len(operands):
                continue
            if what in {"copy", "component"}:
                if nesting < MAX_NESTING:
                    for inner in self.of(operands[position], nesting + 1):
                        out.join(inner)
                if what == "component" and not out.of("class"):
                    out.open.add("class")
                continue
            known = self.objects.values.constants(operands[position])
            texts = known.texts()
            if what == "class":
                texts = sorted({*known.classes(), *(descriptor(text) for text in texts)})
            out.add(what, texts, known.others)
