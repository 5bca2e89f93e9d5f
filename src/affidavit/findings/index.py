"""Resolves every feature of every rule once against one app."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property

from affidavit.dalvik.descriptors import descriptor
from affidavit.dalvik.framework import Framework
from affidavit.findings.code import Code, CodeIndex
from affidavit.findings.features import CODE, NOTHING, SHOWN, Feature, Hits
from affidavit.findings.names import member
from affidavit.findings.stated import FactIndex
from affidavit.model.code import FrameworkCall
from affidavit.model.fact import Fact


class AppIndex:
    """One app, prepared for a set of rules.

    Args:
        features: everything that will be asked. facts: in canonical order. code: the app's program, or None when it has
            none. framework: a function that gives what is known of the framework; called only when there is code.
    """

    def __init__(
        self, features: Iterable[Feature], facts: Sequence[Fact], code: Code | None, framework: Callable[[], Framework]
    ) -> None:
        self.facts = FactIndex(facts)
        self._found: dict[Feature, Hits] = {}
        self._framework = framework
        asked = [feature for feature in features if feature.kind in CODE]
        self._called = {member(str(feature.arg)).name for feature in asked if feature.kind == "call"}
        self.code = CodeIndex(code, framework(), asked) if code is not None and code.units else None

    def hits(self, feature: Feature) -> Hits:
        """Everything that answers a feature; looked up once."""
        if feature not in self._found:
            self._found[feature] = self._look_up(feature)
        return self._found[feature]

    def fact_ids(self, feature: Feature) -> tuple[str, ...]:
        """Ids of the framework-call facts behind a call, bounded."""
        if feature.kind != "call":
            return self.hits(feature).facts
        wanted = member(str(feature.arg))
        ids = [
            (class_, fact)
            for class_ in sorted(self._framework().descendants(descriptor(wanted.owner)))
            for fact in self._framework_calls.get((class_, wanted.name), ())
        ]
        return tuple(fact for _, fact in ids[:SHOWN])

    def _look_up(self, feature: Feature) -> Hits:
        if feature.kind not in CODE:
            return self.facts.hits(feature)
        return self.code.hits(feature) if self.code is not None else NOTHING

    @cached_property
    def _framework_calls(self) -> Mapping[tuple[str, str], list[str]]:
        """Ids of facts by class and method name, for the names that are asked for."""
        found: dict[tuple[str, str], list[str]] = {}
        for fact in self.facts.of(FrameworkCall):
            what: FrameworkCall = fact.what  # type: ignore[assignment]
            name = what.method.partition("(")[0]
            if name in self._called:
                found.setdefault((what.class_, name), []).append(fact.id)
        return found
