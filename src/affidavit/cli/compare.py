"""``affidavit compare``: how much of their own code apps share, and what else speaks for one origin."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from affidavit.cli import codes
from affidavit.cli.options import PAGES, add_output, add_review, apply_settings, budget, paper
from affidavit.cli.output import emit
from affidavit.cli.progress import Progress
from affidavit.cli.source import BUNDLE, affidavit_of
from affidavit.model.errors import UsageError

if TYPE_CHECKING:
    from affidavit.model.bundle import Affidavit

EXAMPLES = """\
examples:
  affidavit compare app-1.0.apk app-2.0.apk
  affidavit compare listed.apk.affidavit other.apk     a bundle is enough: it keeps a sample of the app's own code
  affidavit compare a.apk b.apk --format json
  affidavit compare a.apk b.apk --beside               which classes are in both, and their code side by side
  affidavit compare a.apk b.apk --beside -o pairs.html
  affidavit compare a.apk bundles/                     with every bundle in a folder, the nearest first

Code of known libraries is left out first. Names do not matter: renamed, shrunk and optimised code is recognised.
Levels: same code, repackaged, derivative, large pieces, common template, not shown, undetermined.
Signer, resources, endpoints and identifiers are compared apart, and so is what both do, which is not common code.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments."""
    parser.epilog = EXAMPLES
    parser.add_argument("app", type=Path, metavar="APP", help="an app, or an .affidavit bundle")
    others = "an app, a bundle, or a folder of bundles; of several the nearest comes first"
    parser.add_argument("others", type=Path, nargs="+", metavar="OTHER", help=others)
    parser.add_argument(
        "--beside", action="store_true",
        help="pair the classes of the own code of two apps, and lay those with most evidence side by side",
    )  # fmt: skip
    add_output(parser, ("terminal", "json"), "terminal")
    add_review(parser)
    apply_settings(parser)


def run(options: argparse.Namespace) -> int:
    """Compare."""
    from affidavit.identity.likeness import likeness, nearest, sketch_in  # noqa: PLC0415 - --help should not pay
    from affidavit.report.likeness import as_json, as_text  # noqa: PLC0415 - as above
    from affidavit.report.likenesses import many_as_json, many_as_text  # noqa: PLC0415 - as above

    as_json_asked = options.format == "json"
    read = _Read(options)
    paths = _apps(options.others)
    if options.beside:
        return _beside(options, read, paths)
    first = read(options.app)
    if len(paths) == 1:
        second = read(paths[0])
        names = first.manifest.artefact.name, second.manifest.artefact.name
        emit((as_json if as_json_asked else as_text)(*names, likeness(first.facts, second.facts)), options.output)
        return codes.DONE
    sketches = [sketch_in(read(path).facts) for path in paths]
    compared = []
    for number in nearest(sketch_in(first.facts), sketches):
        other = read(paths[number])
        compared.append((other.manifest.artefact.name, likeness(first.facts, other.facts)))
    shape = many_as_json if as_json_asked else many_as_text
    emit(shape(first.manifest.artefact.name, compared), options.output)
    return codes.DONE


def _beside(options: argparse.Namespace, read: "_Read", others: list[Path]) -> int:
    """Compare two apps class by class as well.

    Raises:
        UsageError: there are more than two, or one of them is a bundle.
    """
    from affidavit.evidence.review import own_compared  # noqa: PLC0415 - as above
    from affidavit.identity.likeness import likeness  # noqa: PLC0415 - as above
    from affidavit.model.beside import Beside  # noqa: PLC0415 - as above
    from affidavit.report.own_beside import Account, as_html, as_json, as_text  # noqa: PLC0415 - as above

    if len(others) != 1:
        raise UsageError(f"--beside compares two apps, and {len(others) + 1} were given", advice="give one other app")
    for path in (options.app, others[0]):
        if path.suffix == BUNDLE:
            said = f"{path}: --beside compares code, and a bundle holds none"
            raise UsageError(said, advice="give the app that the bundle is about")
    first, second = read(options.app), read(others[0])
    with Progress(quiet=options.quiet) as progress:
        found = own_compared(
            options.app, others[0], budget(options.budget), progress,
            sandbox=options.sandbox, libraries=options.libraries,
        )  # fmt: skip
    account = Account(
        found.artefact,
        second.manifest.artefact,
        likeness(first.facts, second.facts),
        found.facts,
        found.limitations,
        found.beside or Beside(),
    )
    if options.format == "json":
        emit(as_json(account), options.output)
    elif options.output is not None and options.output.suffix in PAGES:
        emit(as_html(account), options.output)
    else:
        width, colour = paper(options)
        emit(as_text(account, width=width, colour=colour), options.output)
    return codes.DONE


class _Read:
    """Reads what a path names; an app is reviewed once, a bundle is read again rather than held."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._options = vars(options)
        self._reviewed: dict[Path, Affidavit] = {}

    def __call__(self, path: Path) -> "Affidavit":
        """The affidavit of one of the paths."""
        if path in self._reviewed:
            return self._reviewed[path]
        found = affidavit_of(argparse.Namespace(**self._options | {"path": path}))
        if path.suffix != BUNDLE:
            self._reviewed[path] = found
        return found


def _apps(given: list[Path]) -> list[Path]:
    """Paths of apps and bundles; a folder stands for the bundles in it.

    Raises:
        UsageError: a folder has no bundle.
    """
    found: list[Path] = []
    for path in given:
        inside = sorted(path.glob(f"*{BUNDLE}")) if path.is_dir() else [path]
        if not inside:
            raise UsageError(f"{path}: no {BUNDLE} bundle in it", advice="make some with `affidavit review`")
        found += inside
    return found
