"""Conflicts as a reader meets them: those decided together are one, and each side is heard once."""

from collections.abc import Iterable

from affidavit.model.claim import Conflict, Dispute, Voice


def disputes(conflicts: Iterable[Conflict]) -> list[Dispute]:
    """Conflicts decided together, or undecided with the same voices, as one; the decided ones first."""
    groups: dict[tuple[object, ...], list[Conflict]] = {}
    for item in conflicts:
        key = (item.resolution,) if item.resolution else (item.property, item.kind, item.voices)
        groups.setdefault(key, []).append(item)
    made = [
        Dispute(
            resolution=group[0].resolution,
            about=tuple(dict.fromkeys(item.subject for item in group)),
            property=group[0].property,
            kinds=tuple(dict.fromkeys(item.kind for item in group)),
            voices=_merged(voice for item in group for voice in item.voices),
        )
        for group in groups.values()
    ]
    return sorted(made, key=lambda item: (not item.resolution, item.resolution, item.about))


def _merged(voices: Iterable[Voice]) -> tuple[Voice, ...]:
    """Voices, each claim's value once, earliest first: disputed if it is so about any subject."""
    made: dict[tuple[str, str, str], Voice] = {}
    for voice in voices:
        key = (voice.claim, voice.value, voice.unit)
        if key not in made or (voice.disputed and not made[key].disputed):
            made[key] = voice
    return tuple(sorted(made.values(), key=lambda voice: (voice.asserted_at, not voice.claim)))
