"""One word over a list of standings, by the precedence of the vocabulary."""

from collections.abc import Mapping, Sequence

from affidavit.model.determination import ENDED, Determination, Outcome, Standing


def headline(
    standings: Sequence[Standing], precedence: Sequence[str], children: Mapping[str, Sequence[str]]
) -> tuple[Outcome, tuple[str, ...]]:
    """The headline, and the ids of the standings that carry it.

    What is alive comes before what has ended. Among the living, precedence decides, and a power is passed over when
    a list made under it answers the case. Among the ended, the most recent end decides.

    Args:
        standings: all of them.
        precedence: outcomes, the first outranks the others.
        children: measure id -> ids of measures that depend on it.
    """
    alive = [item for item in standings if item.outcome not in ENDED]
    if alive:
        answered = {item.measure for item in alive}
        spoken = [item for item in alive if not passed_over(item, answered, children)]
        chosen = min((item.outcome for item in spoken or alive), key=precedence.index)
        return chosen, tuple(item.provision for item in spoken or alive if item.outcome is chosen)
    if not standings:
        return Outcome.NOT_COVERED, ()
    last = max(item.ended_at or 0 for item in standings)
    latest = [item for item in standings if (item.ended_at or 0) == last]
    chosen = min((item.outcome for item in latest), key=precedence.index)
    return chosen, tuple(item.provision for item in latest if item.outcome is chosen)


def spoken(made: Determination) -> list[Standing]:
    """The standings on which an answer rests: the living ones, or the decisive ones when none lives."""
    living = [item for item in made.standings if item.ended_at is None]
    return living or [item for item in made.standings if item.provision in made.decisive]


def passed_over(item: Standing, answered: set[str], children: Mapping[str, Sequence[str]]) -> bool:
    """Whether a power is answered by its own list.

    Args:
        item: the standing of a power, or another.
        answered: ids of the measures with a living standing.
        children: measure id -> ids of measures that depend on it.
    """
    return item.outcome is Outcome.AUTHORITY_ONLY and not answered.isdisjoint(children.get(item.measure, ()))
