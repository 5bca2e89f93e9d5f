"""Which provisions and exceptions reach a question: by app or operator, act, actor and jurisdiction."""

from functools import lru_cache
from typing import NamedTuple

from affidavit.law.register import Register
from affidavit.law.steps import Path
from affidavit.model.measure import Exemption, Measure

WHOLE_DEALING = "any_with_operator"
"""The transaction type that takes in every other."""

PLACES = 4_096
"""How many reaches are remembered."""


class Reach(NamedTuple):
    """What reaches an act: provisions; exceptions that name the act itself, by measure."""

    paths: tuple[Path, ...]
    exemptions: tuple[tuple[Measure, Exemption], ...]
    measures: int


class Reaching:
    """Finds what reaches an act in one register, and remembers it."""

    def __init__(self, register: Register) -> None:
        self._register = register
        self.find = lru_cache(PLACES)(self._find)

    def _find(self, app: str, operator: str, jurisdictions: tuple[str, ...], transaction: str, actor: str) -> Reach:
        """Everything that reaches an act, in the register's order."""
        here = [item for item in self._register.measures.values() if item.jurisdiction in jurisdictions]
        roles = {actor, *self._register.vocabulary.actors[actor].within}
        paths, exemptions = [], []
        for measure in here:
            if not aimed_at(measure, app, operator):
                continue
            paths += [
                self._register.paths[item.id]
                for item in measure.provisions
                if (transaction in item.transactions or WHOLE_DEALING in item.transactions)
                and roles.intersection(item.actors)
            ]
            exemptions += [(measure, item) for item in measure.exceptions if transaction in item.transactions]
        return Reach(tuple(paths), tuple(exemptions), len(here))


def aimed_at(measure: Measure, app: str, operator: str) -> bool:
    """Whether a measure is about an app, by its name or by who runs it."""
    targets = measure.targets
    return app in targets.apps or (targets.every_app_of_operators and operator in targets.operators)
