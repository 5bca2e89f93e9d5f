"""Small programs for the tests of sources and sinks, with what was found in them under readable names."""

from collections.abc import Iterable, Sequence
from typing import Any

from affidavit.dalvik.dex import read_dex
from affidavit.dalvik.framework import Framework
from affidavit.dalvik.models import Models
from affidavit.dalvik.program import Program
from affidavit.dalvik.unit import Unit
from affidavit.dalvik.whole.calls import build_calls
from affidavit.dalvik.whole.linked import Linked
from affidavit.dalvik.whole.shapes import EntryPoint, Point
from affidavit.dalvik.whole.values import Values
from affidavit.facts.flow_points import Points, find_points
from tests.builders.dex import Class, DexBuilder, Field, Method

MAIN = "Lx/Main;"
QUERY = (
    "Landroid/content/ContentResolver;->query(Landroid/net/Uri;[Ljava/lang/String;Ljava/lang/String;"
    "[Ljava/lang/String;Ljava/lang/String;)Landroid/database/Cursor;"
)
PARSE = "Landroid/net/Uri;->parse(Ljava/lang/String;)Landroid/net/Uri;"


class Found:
    """What was found in a program in which every method can be entered.

    Args:
        units: the code. entered: names of methods that can be entered; all when not given. more: for `find_points`.
    """

    def __init__(self, units: Sequence[Unit], entered: Iterable[str] | None = None, **more: Any) -> None:
        self.linked = Linked(Program(units), Framework.load())
        self.values = Values(self.linked, build_calls(self.linked, self._entries(entered)), Models.load())
        self.points: Points = find_points(self.values, **more)

    def _entries(self, entered: Iterable[str] | None) -> list[EntryPoint]:
        wanted = None if entered is None else set(entered)
        return [
            EntryPoint(method, "activity", int(self.linked.method_type[method]), "manifest")
            for method in range(len(self.linked.method_type))
            if self.linked.has_code[method]
            and self.linked.is_active[method]
            and (wanted is None or self.linked.method_text(method)[1] in wanted)
        ]

    @property
    def sources(self) -> set[tuple[str, str]]:
        """Id and role of every source."""
        return {(point.what, point.role) for point in self.points.sources}

    @property
    def sinks(self) -> set[tuple[str, str]]:
        """Id and role of every sink."""
        return {(point.what, point.role) for point in self.points.sinks}

    @property
    def sensitive(self) -> set[str]:
        """Ids of all sensitive calls."""
        return {call.what for call in self.points.calls}

    def places(self, points: Iterable[Point]) -> set[tuple[str, int]]:
        """Method (without prototype) and pc of points."""
        code = self.values.sites.code
        found = set()
        for point in points:
            class_, name, _ = self.linked.method_text(int(code.method[point.node]))
            found.add((f"{class_}->{name}", int(code.pc[point.node])))
        return found

    def node(self, name: str) -> int:
        """The first invoke of a method of this name."""
        sites = self.values.sites
        for node in range(len(sites.code.kind)):
            callee = sites.callee(node)
            if callee is not None and callee.name == name:
                return node
        raise KeyError(name)


def body(*code: Any, fields: Sequence[Field] = (), super_: str = "Landroid/app/Activity;") -> Class:
    """The main class with one method ``run``."""
    return Class(MAIN, super_, methods=[Method("run", code=[*code, ("return-void",)])], fields=fields)


def found_in(*classes: Class, **more: Any) -> Found:
    """What is found in a program of these classes."""
    return Found([read_dex("classes.dex", DexBuilder(list(classes)).build())], **more)


def found(*code: Any, **more: Any) -> Found:
    """What is found in a method with this code."""
    return found_in(body(*code), **more)


def query(address: str) -> tuple[Any, ...]:
    """Asks a content provider whose address is a text."""
    return (
        ("const-string", 1, address),
        ("invoke-static", [1], PARSE),
        ("move-result-object", 1),
        ("invoke-virtual", [0, 1, 2, 2, 2, 2], QUERY),
    )
