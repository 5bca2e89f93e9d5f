"""``affidavit ask --timeline``: the history of each provision, over legal time or over knowledge too."""

import argparse
from typing import Any

from affidavit.cli import codes
from affidavit.cli.ask_words import checked, heading, needed
from affidavit.cli.options import paper
from affidavit.cli.output import emit
from affidavit.law.dates import instant
from affidavit.law.names import find_app, find_jurisdiction, find_measure
from affidavit.law.register import Register, register
from affidavit.model.errors import UsageError
from affidavit.report.json import as_json


def timeline(options: argparse.Namespace) -> int:
    """The history of an app's provisions; over both axes when ``--known`` has no date."""
    known = register()
    app = find_app(known, needed(options.app or "", "--app", "whose history"))
    limits = {
        "since": checked("--from", options.since),
        "until": checked("--to", options.until),
        "measures": (find_measure(known, options.measure),) if options.measure is not None else (),
    }
    places = (find_jurisdiction(known, options.jurisdiction),) if options.jurisdiction is not None else ()
    draw = _both_axes if options.known == "" else _one_axis
    emit(draw(options, known, (app, places), limits), options.output)
    return codes.DONE


def _both_axes(
    options: argparse.Namespace, known: Register, whose: tuple[str, tuple[str, ...]], limits: dict[str, Any]
) -> str | bytes:
    """The bitemporal picture."""
    from affidavit.law.history import bitemporal  # noqa: PLC0415 - only for this

    if options.recorded:
        raise UsageError("--recorded goes with one state of knowledge", advice="give --known a date, or leave it out")
    made = bitemporal(known, *whose, **limits)
    if options.format == "json":
        return as_json(made)
    if options.format == "svg":
        from affidavit.report.bitemporal_svg import render_bitemporal_svg  # noqa: PLC0415 - only for this form

        return render_bitemporal_svg(made)
    from affidavit.report.bitemporal_terminal import render_bitemporal  # noqa: PLC0415 - only for this form

    width, colour = paper(options)
    return render_bitemporal(made, width=width, colour=colour)


def _one_axis(
    options: argparse.Namespace, known: Register, whose: tuple[str, tuple[str, ...]], limits: dict[str, Any]
) -> str | bytes:
    """The timeline for one state of knowledge."""
    from affidavit.law.history import timeline as history  # noqa: PLC0415 - only for this

    at = checked("--known", options.known)
    made = history(known, *whose, at, checked("--recorded", options.recorded), **limits)
    if options.format == "json":
        return as_json(made)
    if options.format == "svg":
        from affidavit.report.timeline_svg import render_timeline_svg  # noqa: PLC0415 - only for this form

        return render_timeline_svg(made)
    from affidavit.report.timeline_terminal import render_timeline  # noqa: PLC0415 - only for this form

    late = at and instant(at, "UTC", "end") > instant(known.updated, "UTC", "end")
    stale = f"The register was last updated on {known.updated}: what became public later is not in this picture."
    width, colour = paper(options)
    return heading(options, (stale,) if late else ()) + render_timeline(made, width=width, colour=colour)
