"""Conflicts as a reader meets them: those decided together are one, and each side is heard once."""

from collections.abc import Iterable

from affidavit.case.claims import Docket
from affidavit.case.conflicts import bearing
from affidavit.case.titles import property_title, title
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


def contested(docket: Docket, provisions: Iterable[str], app: str, known: str = "") -> tuple[str, ...]:
    """A sentence for each dispute that bears on an answer about provisions and an app, for the answer to carry.

    Only what was said by `known` counts, and a decision is told only if its grounds were public by then.
    """
    return tuple(_sentence(docket, item) for item in disputes(bearing(docket, provisions, app, known)))


def _sentence(docket: Docket, item: Dispute) -> str:
    """Who says what, and how it was decided."""
    said: dict[str, list[str]] = {}
    for voice in item.voices:
        if voice.claim and voice.disputed:
            source = f"{voice.claim} ({docket.told[voice.claim].claim.who}, {voice.asserted_at})"
            said.setdefault(f"{voice.value} {voice.unit}".rstrip(), []).append(source)
    sides = "; ".join(f'"{value}" says {", ".join(who)}' for value, who in said.items())
    about = ", ".join(title(docket.register, subject) for subject in item.about)
    decided = docket.resolutions.get(item.resolution)
    end = f"Decided ({decided.id}): {decided.decision}" if decided else "Not decided on what was public then."
    return f"Disputed, {property_title(item.property)}, of {about}: {sides}. {end}"


def _merged(voices: Iterable[Voice]) -> tuple[Voice, ...]:
    """Voices, each claim's value once, earliest first: disputed if it is so about any subject."""
    made: dict[tuple[str, str, str], Voice] = {}
    for voice in voices:
        key = (voice.claim, voice.value, voice.unit)
        if key not in made or (voice.disputed and not made[key].disputed):
            made[key] = voice
    return tuple(sorted(made.values(), key=lambda voice: (voice.asserted_at, not voice.claim)))
