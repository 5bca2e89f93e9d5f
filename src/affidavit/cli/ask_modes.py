"""The ways of asking that need the register alone."""

import argparse
from collections.abc import Callable
from functools import partial

from affidavit.cli import codes
from affidavit.cli.ask_words import Asked, asked, heading, needed, said
from affidavit.cli.options import paper
from affidavit.cli.output import emit
from affidavit.law.ask import Resolver
from affidavit.model.errors import UsageError
from affidavit.report.json import as_json


def question(options: argparse.Namespace) -> int:
    """One question; without an act or a role, every act that provisions name for the app."""
    needed(options.app or "", "--app", "which app, or ask with --all, --timeline, --deadlines, --bundle or --questions")
    asking = asked(options)
    if asking.question.transaction and asking.question.actor:
        return _answer(options, asking)
    if options.explain:
        needed(asking.question.transaction, "--transaction", "which act to explain")
        needed(asking.question.actor, "--actor", "for whom to explain it")
    from affidavit.law.matrix import matrix  # noqa: PLC0415 - only for this

    acts = (asking.question.transaction,) if asking.question.transaction else ()
    made = matrix(Resolver(asking.register), asking.question, (asking.question.app,), acts)
    from affidavit.report.matrix import render_app  # noqa: PLC0415 - only for this

    return _given(options, made, partial(render_app, made, assumed=asking.assumed))


def _given(options: argparse.Namespace, made: object, page: Callable[..., str]) -> int:
    """Print what was made: as JSON, or as a page, which is asked for its width and colour."""
    if options.format == "json":
        emit(as_json(made), options.output)
    else:
        width, colour = paper(options)
        emit(page(width=width, colour=colour), options.output)
    return codes.DONE


def _answer(options: argparse.Namespace, asking: Asked) -> int:
    """The whole answer to one question."""
    from affidavit.case.claims import docket  # noqa: PLC0415 - only for this
    from affidavit.case.conflicts import bearing  # noqa: PLC0415
    from affidavit.case.disputes import disputes  # noqa: PLC0415
    from affidavit.law.brief import brief  # noqa: PLC0415
    from affidavit.report.answer_sentences import render_sentences  # noqa: PLC0415
    from affidavit.report.answer_terminal import answer_as_dict, render_answer  # noqa: PLC0415
    from affidavit.report.disagreements import disagreements  # noqa: PLC0415

    made = brief(Resolver(asking.register), asking.question)
    said_by = docket()
    found = disputes(bearing(said_by, made.determination))
    told = disagreements(found, said_by.resolutions)
    width, colour = paper(options)
    if options.explain:
        if options.format != "terminal":
            raise UsageError("--explain is text", advice="leave --format out")
        emit(render_sentences(made, width=width, assumed=asking.assumed, disagreements=told), options.output)
    elif options.format == "json":
        emit(as_json({**answer_as_dict(made), "conflicts": found}), options.output)
    else:
        page = render_answer(made, width=width, colour=colour, assumed=asking.assumed, disagreements=told)
        emit(page, options.output)
    return codes.DONE


def _ahead(options: argparse.Namespace, asking: Asked) -> str:
    """What stands ahead of days and obligations: what was assumed, and how the date known bears on the sources."""
    from affidavit.report.source_dates import younger_sources  # noqa: PLC0415 - only for this

    late = younger_sources(asking.question.known, asking.register.updated)
    return heading(options, (*said(asking), *([late] if late else [])))


def everything(options: argparse.Namespace) -> int:
    """Every app by every act."""
    from affidavit.law.matrix import matrix  # noqa: PLC0415 - only for this
    from affidavit.report.matrix import render_matrix, render_matrix_csv  # noqa: PLC0415

    asking = asked(options)
    made = matrix(Resolver(asking.register), asking.question)
    if options.format == "csv":
        emit(render_matrix_csv(made), options.output)
        return codes.DONE
    return _given(options, made, partial(render_matrix, made, assumed=asking.assumed))


def deadlines(options: argparse.Namespace) -> int:
    """Days to watch."""
    from affidavit.law.deadlines import deadlines as days  # noqa: PLC0415 - only for this
    from affidavit.report.deadlines import render_deadlines  # noqa: PLC0415

    options.jurisdiction = "US"  # measures of every place are listed, each with its own
    asking = asked(options)
    put = asking.question
    apps, measures = (put.app,) if put.app else (), (asking.measure,) if asking.measure else ()
    made = days(asking.register, put.on, put.known, apps=apps, measures=measures, recorded=put.recorded)
    return _given(options, made, lambda **form: _ahead(options, asking) + render_deadlines(made, **form))


def obligations(options: argparse.Namespace) -> int:
    """What roles must, must not or may do about an app."""
    from affidavit.law.obligations import obligations as duties  # noqa: PLC0415 - only for this
    from affidavit.report.obligations import render_obligations  # noqa: PLC0415

    needed(options.app or "", "--app", "about which app")
    asking = asked(options)
    put = asking.question
    made = duties(
        Resolver(asking.register), put.app, (put.actor,) if put.actor else (), put.on, put.known,
        jurisdiction=put.jurisdiction, recorded=put.recorded, context=put.context,
    )  # fmt: skip
    return _given(options, made, lambda **form: _ahead(options, asking) + render_obligations(made, **form))
