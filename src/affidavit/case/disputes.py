"""Conflicts as a reader meets them: those decided together are one, and each side is heard once."""

from collections.abc import Iterable

from affidavit.model.claim import Conflict, Dispute, Voice


def disputes(conflicts: Iterable[Conflict]) -> list[Dispute]:
    """Conflicts as the points that they are, the decided ones first.

    A point is one property of one subject and its decision. Points decided together are one, and so are undecided
    points with the same voices; what is decided apart stays apart.
    """
    points: dict[tuple[str, str, str], list[Conflict]] = {}
    for item in conflicts:
        points.setdefault((item.subject, item.property, item.resolution), []).append(item)
    groups: dict[tuple[object, ...], list[Conflict]] = {}
    for (_, name, resolution), point in points.items():
        key = (resolution,) if resolution else (name, *((item.kind, item.voices) for item in point))
        groups.setdefault(key, []).extend(point)
    made = [_dispute(group) for group in groups.values()]
    return sorted(made, key=lambda item: (not item.resolution, item.resolution, item.about, item.property))


def _dispute(group: list[Conflict]) -> Dispute:
    return Dispute(
        resolution=group[0].resolution,
        about=tuple(dict.fromkeys(item.subject for item in group)),
        property=group[0].property,
        kinds=tuple(dict.fromkeys(item.kind for item in group)),
        voices=_merged(voice for item in group for voice in item.voices),
    )


def _merged(voices: Iterable[Voice]) -> tuple[Voice, ...]:
    """Voices, each claim's value once, earliest first: disputed if it is so about any subject."""
    made: dict[tuple[str, str, str], Voice] = {}
    for voice in voices:
        key = (voice.claim, voice.value, voice.unit)
        if key not in made or (voice.disputed and not made[key].disputed):
            made[key] = voice
    return tuple(sorted(made.values(), key=lambda voice: (voice.asserted_at, not voice.claim)))
