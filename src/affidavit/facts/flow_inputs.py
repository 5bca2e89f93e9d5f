"""What the search for flows starts from besides code: declared components, layouts, texts of resources."""

from collections.abc import Callable, Iterable

from affidavit.artefact.arsc import ResourceTable
from affidavit.artefact.axml import parse_axml
from affidavit.artefact.budget import Budget
from affidavit.dalvik.descriptors import descriptor
from affidavit.dalvik.whole.entries import Declared, Filter
from affidavit.dalvik.whole.layouts import Layout, read_layout
from affidavit.model.declared import Component
from affidavit.model.fact import Fact
from affidavit.model.identity import Application
from affidavit.model.limitation import Limitation

LAYOUTS = 6_000
"""XML resources that are read; the largest app of the corpus has 2,400."""

_KINDS = {"activity": "activity", "activity-alias": "activity", "service": "service", "receiver": "receiver",
          "provider": "provider"}  # fmt: skip


def declared(facts: Iterable[Fact]) -> list[Declared]:
    """Components of the manifest, in the order of the facts, each definition once."""
    found: dict[Declared, None] = {}
    for fact in facts:
        if isinstance(fact.what, Component):
            found[_component(fact.what)] = None
        elif isinstance(fact.what, Application):
            for kind, name in (("application", fact.what.class_name), ("backup-agent", fact.what.backup_agent)):
                if name:
                    found[Declared(kind, descriptor(name))] = None
    return list(found)


def _component(what: Component) -> Declared:
    name = descriptor(what.name)
    return Declared(
        _KINDS.get(what.form, what.form),
        descriptor(what.target) if what.target else name,
        what.enabled,
        what.exported,
        tuple(Filter(item.actions, item.categories, item.data) for item in what.filters),
        what.authorities,
        name if what.target else "",
    )


def layouts(
    media: Iterable[tuple[str, str]],
    read: Callable[[str], bytes | None],
    budget: Budget,
    limitations: list[Limitation],
) -> list[Layout]:
    """What XML resources name of code; those that name nothing are left out.

    Args:
        media: path and media word of every entry.
        read: gives an entry's bytes.
        budget: bounds parsing.
        limitations: receives one when there are more than `LAYOUTS`.
    """
    paths = [path for path, word in sorted(media) if word == "axml" and not path.endswith("AndroidManifest.xml")]
    if len(paths) > LAYOUTS:
        detail = f"{len(paths)} XML resources: the first {LAYOUTS} were searched for classes and handlers of clicks"
        limitations.append(Limitation("flows/layouts-bounded", detail, count=len(paths) - LAYOUTS))
    found = []
    for path in budget.watch(paths[:LAYOUTS]):
        data = read(path)
        if data is not None:
            layout = read_layout(parse_axml(data, budget, path))
            if layout.classes or layout.clicks or layout.password_ids:
                found.append(layout)
    return found


class Texts:
    """Texts of string resources.

    Args:
        tables: resource tables, the base's first.
    """

    def __init__(self, tables: Iterable[ResourceTable]) -> None:
        self._tables = list(tables)
        self._known: dict[int, str | None] = {}

    def __call__(self, resource: int) -> str | None:
        """The text of a resource id in the default configuration; None when it has none."""
        if resource not in self._known:
            self._known[resource] = self._look_up(resource)
        return self._known[resource]

    def _look_up(self, resource: int) -> str | None:
        for table in self._tables:
            found = table.resolve(resource)
            if found is not None:
                return found.value.text
        return None
