"""What the register does not know, as far as it bears on an answer."""

from collections.abc import Iterator

from affidavit.law.dates import instant
from affidavit.law.fold import View
from affidavit.law.register import Register
from affidavit.law.steps import with_ancestors
from affidavit.model.determination import Standing
from affidavit.model.measure import OpenQuestion


def bearing(register: Register, standing: Standing, view: View) -> Iterator[OpenQuestion]:
    """The open questions of a measure, and of those on which it depends, that matter from where one looks."""
    measure = register.measures[standing.measure]
    for item in (measure, *with_ancestors(measure, register.measures)):
        zone = register.zone(item.jurisdiction)
        for asked in item.open_questions:
            about = not asked.provisions or standing.provision in asked.provisions
            for_app = not asked.apps or view.app in asked.apps
            since = not asked.from_ or instant(asked.from_, zone, "start") <= view.on
            public = not asked.public_at or instant(asked.public_at, zone, "start") <= view.known
            if about and for_app and since and public:
                yield asked
