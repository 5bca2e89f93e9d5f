"""``affidavit ask --bundle``: what ties an app under review to listed ones, and the law that follows on a date."""

import argparse
from collections.abc import Iterator
from typing import NamedTuple

from msgspec.structs import replace

import affidavit
from affidavit.cli import codes
from affidavit.cli.ask_words import Asked, asked, heading, said
from affidavit.cli.options import paper
from affidavit.cli.output import emit
from affidavit.cli.source import file_at
from affidavit.law.applicable import relations
from affidavit.law.ask import Resolver
from affidavit.law.brief import brief
from affidavit.law.matrix import matrix
from affidavit.model.binding import Applicable
from affidavit.model.brief import Brief
from affidavit.model.bundle import Affidavit
from affidavit.model.determination import Question
from affidavit.model.duty import Bearing, Obligation
from affidavit.model.errors import UsageError
from affidavit.model.matrix import Matrix
from affidavit.report.answer_terminal import answer_as_dict, render_answer
from affidavit.report.bound import render_bindings
from affidavit.report.json import as_json
from affidavit.report.matrix import render_app


class Case(NamedTuple):
    """One listed app and relation: the answers for the acts that the relation can involve, in short and in full."""

    tie: Applicable
    matrix: Matrix
    answers: tuple[Brief, ...]
    obligations: tuple[Obligation, ...]
    bearings: tuple[Bearing, ...]


def bundle(options: argparse.Namespace) -> int:
    """Show the bindings, then the answers, then the obligations if they are asked for."""
    account = affidavit.read(file_at(options.bundle, "make a bundle with affidavit review, and give its path"))
    asking = asked(options)
    unknown = sorted({item.app for item in account.law.applicable} - asking.register.apps.keys())
    if unknown:
        raise UsageError(
            f"the bundle speaks of {', '.join(unknown)}, which this register does not have",
            advice="ask with the version of affidavit that made the bundle, or review the app again",
        )
    ties = [(item.app, item.relation) for item in account.law.applicable]
    if len(set(ties)) < len(ties):
        raise UsageError(
            "the bundle has the law on one app and relation twice, as none of this program's has",
            advice="check whose key signed it with affidavit verify, or review the app again",
        )
    cases = tuple(_cases(asking, account, obligations=options.obligations))
    wants_json = options.format == "json"
    emit(_as_json(account, cases) if wants_json else _text(options, asking, account, cases), options.output)
    return codes.DONE


def _cases(asking: Asked, account: Affidavit, *, obligations: bool) -> Iterator[Case]:
    """What follows from each tie."""
    resolver, words = Resolver(asking.register), relations()
    for tie in account.law.applicable:
        involved = words[tie.relation].transactions
        put = replace(asking.question, app=tie.app)
        acts = (put.transaction,) if put.transaction else () if involved == "all" else involved
        made = matrix(resolver, put, (tie.app,), acts)
        duties = _obligations(resolver, put, acts) if obligations else ()
        yield Case(tie, made, tuple(_answers(resolver, put, made)), duties, _evidence(duties, account))


def _answers(resolver: Resolver, put: Question, made: Matrix) -> Iterator[Brief]:
    """The whole answer for each act that a provision names, for each role for which the headline holds."""
    for cell in made.cells:
        if cell.named:
            yield from (
                brief(resolver, replace(put, transaction=cell.transaction, actor=actor)) for actor in cell.actors
            )


def _obligations(resolver: Resolver, put: Question, acts: tuple[str, ...]) -> tuple[Obligation, ...]:
    """What roles must, must not or may do about a listed app, as far as a tie can involve it; no acts means all."""
    from affidavit.law.obligations import obligations  # noqa: PLC0415 - only when asked for

    return obligations(
        resolver, put.app, (put.actor,) if put.actor else (), put.on, put.known,
        jurisdiction=put.jurisdiction, recorded=put.recorded, context=put.context, transactions=acts,
    )  # fmt: skip


def _evidence(duties: tuple[Obligation, ...], account: Affidavit) -> tuple[Bearing, ...]:
    """What the review has to say on them."""
    if not duties:
        return ()
    from affidavit.case.bearing import evidence  # noqa: PLC0415 - only when asked for

    return evidence(duties, account)


def _as_json(account: Affidavit, cases: tuple[Case, ...]) -> bytes:
    """Everything, with whole answers."""
    return as_json(
        {
            "artefact": account.manifest.artefact,
            "searched": account.law.searched,
            "limitations": account.law.limitations,
            "bindings": account.law.bindings,
            "cases": [
                {
                    "app": case.tie.app,
                    "relation": case.tie.relation,
                    "grade": case.tie.grade,
                    "open_question": case.tie.open_question,
                    "cells": case.matrix.cells,
                    "answers": [answer_as_dict(item) for item in case.answers],
                    "obligations": case.obligations,
                    "evidence": case.bearings,
                }
                for case in cases
            ],
        }
    )


def _text(options: argparse.Namespace, asking: Asked, account: Affidavit, cases: tuple[Case, ...]) -> str:
    """Bindings, then for each tie the table of answers, or the whole answers when one act and role are asked about."""
    width, colour = paper(options)
    pages = [render_bindings(account, width=width, colour=colour), heading(options, said(asking))]
    for case in cases:
        tie = case.tie
        asks = f" Open: {tie.open_question}" if tie.open_question else ""
        words = f"This file {tie.title} {(*tie.names, tie.app)[0]} (grade {tie.grade}). {tie.meaning}{asks}"
        pages.append(heading(options, (words,)))
        if asking.question.transaction and asking.question.actor and case.answers:
            pages += [render_answer(item, width=width, colour=colour) for item in case.answers]
        else:
            pages.append(render_app(case.matrix, width=width, colour=colour))
        pages.append(_duties(case, width, colour=colour))
    return "\n".join(page.rstrip("\n") + "\n" for page in pages if page)


def _duties(case: Case, width: int, *, colour: bool) -> str:
    """The obligations with the evidence for and against, when they were asked for."""
    if not case.obligations:
        return ""
    from affidavit.report.obligations import render_obligations  # noqa: PLC0415 - only when asked for

    return render_obligations(case.obligations, case.bearings, width=width, colour=colour)
