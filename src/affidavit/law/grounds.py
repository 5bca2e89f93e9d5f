"""What an answer rests on, provision by provision: its words, and since when and until when it stands so."""

from affidavit.law.ask import Resolver
from affidavit.law.citations import citation
from affidavit.law.dates import instant
from affidavit.law.history import track
from affidavit.model.determination import ENDED, Determination, Outcome, Question, Standing
from affidavit.model.duty import Ground
from affidavit.model.history import Segment


def grounds(resolver: Resolver, made: Determination) -> tuple[Ground, ...]:
    """Every provision and exception of a determination, those that carry the headline first."""
    ordered = sorted(made.standings, key=lambda item: item.provision not in made.decisive)
    return tuple(_ground(resolver, made.question, item) for item in ordered)


def _ground(resolver: Resolver, question: Question, standing: Standing) -> Ground:
    register = resolver.register
    measure, path = register.measures[standing.measure], register.paths.get(standing.provision)
    zone = register.zone(measure.jurisdiction)
    exemption = next((item for item in measure.exceptions if item.id == standing.provision), None)
    since, until = ("", "") if path is None else _stretch(resolver, question, standing)
    return Ground(
        standing=standing,
        title=measure.title,
        cite=citation(measure, zone, resolver.view(question, zone).known),
        summary=path.provision.summary if path else exemption.summary if exemption else "",
        number=path.provision.number if path else "",
        outcome=register.vocabulary.outcomes[standing.outcome].title,
        since=since,
        until=until,
    )


def _stretch(resolver: Resolver, question: Question, standing: Standing) -> tuple[str, str]:
    """The legal time over which a provision stands as it does, so far as known; empty where it is open."""
    path = resolver.register.paths[standing.provision]
    on = instant(question.on, path.zone, "noon")
    segments = track(resolver.register, path, question.app, question.known, question.recorded).segments
    alike = [_alike(item, standing) for item in segments]
    here = next(
        place
        for place, item in enumerate(segments)
        if (not item.start or instant(item.start, path.zone, "start") <= on)
        and (not item.end or on < instant(item.end, path.zone, "start"))
    )
    first = last = here
    while first > 0 and alike[first - 1]:
        first -= 1
    while last + 1 < len(segments) and alike[last + 1]:
        last += 1
    return segments[first].start, segments[last].end


def _alike(segment: Segment, standing: Standing) -> bool:
    """Whether a stretch has the outcome of a standing; what is excepted stays so until the provision ends."""
    if standing.outcome is Outcome.EXCEPTED:
        return segment.outcome is not None and segment.outcome not in ENDED
    return segment.outcome is standing.outcome
