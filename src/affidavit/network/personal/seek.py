"""Personal data in one message after the other: known values in any encoding, recipients' places, names, forms.

The profile never leaves this module: what comes out has the SHA-256 of a value and what `redact` leaves of it, unless
the values were asked for.
"""

import hashlib
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

from affidavit.model.capture import Disclosure, Undecoded
from affidavit.network.capture.events import Message, Where
from affidavit.network.personal import literals
from affidavit.network.personal.coordinates import near, precision
from affidavit.network.personal.decode import Decoded, Node, barren
from affidavit.network.personal.fields import Claim, claims, named
from affidavit.network.personal.known import category
from affidavit.network.personal.leaves import Screen
from affidavit.network.personal.literals import Hit, Literals
from affidavit.network.personal.profile import Profile, Value
from affidavit.network.personal.redact import redacted, without_candidates
from affidavit.network.personal.roots import header, roots
from affidavit.network.personal.values import Form, forms

_SEPARATOR = b"\0"
_SAME_TEXT = {"url", "unescape", "entities", "text"}
"""Decodings that leave most of a text as it was: a value that stands in it before needs none of them."""
_PLACE = re.compile(r"\[\d+\]|(?<=^grpc:)\d+")


class Sought(NamedTuple):
    """What was found in a message, and where the message lies in its capture."""

    where: Where
    fact: Disclosure | Undecoded


class _Match(NamedTuple):
    """A value found in a content: numbers of both, the form, and for a coordinate how many decimals agree."""

    node: int
    value: int
    form: Form
    decimals: int


class _Found(NamedTuple):
    """Where literals occur in contents behind each other: whether there were more, where contents begin, all bytes."""

    hits: list[Hit]
    more: bool
    starts: list[int]
    size: int


class Seeker:
    """Looks for personal data in messages."""

    def __init__(self, profile: Profile | None = None, *, reveal: bool = False) -> None:
        """Prepare the search.

        Args:
            profile: the device's values; without one recipients' places, names and forms are all there is.
            reveal: whether values are shown whole.
        """
        self._values: tuple[Value, ...] = profile.values if profile else ()
        self._forms = [(number, form) for number, value in enumerate(self._values) for form in forms(value)]
        self._literals = Literals([(form.data, form.caseless) for _, form in self._forms])
        self._reveal = reveal

    def seek(self, message: Message) -> Iterator[Sought]:
        """Everything personal in a message, and what of it could not be read, in a fixed order."""
        for sent in (True, False):
            if not sent and not self._values:
                return  # what a server answers tells about the device only where a value of it comes back
            decoded, found = self._taken_apart(message, sent=sent)
            told = list(self._known(decoded, found))
            if sent:
                told += self._others(decoded.nodes, message.host.lower(), {claim.node for claim in told})
            yield from self._disclosures(message, decoded.nodes, told, sent=sent)
            if sent:
                yield from _undecoded(message, decoded)

    def _taken_apart(self, message: Message, *, sent: bool) -> tuple[Decoded, _Found]:
        """The contents of one half of a message, without those that nothing can come of, and where literals stand.

        Where so many stand that not all of them may be given, it matters how many contents there are.
        """
        screen = Screen(self._literals, named(message.host.lower()) if sent else _unasked, barren)
        decoded = Decoded(roots(message, sent=sent), screen)
        found = self._found(decoded.nodes)
        if decoded.passed and 2 * len(found.hits) > literals.MOST_HITS:
            decoded = Decoded(roots(message, sent=sent))
            found = self._found(decoded.nodes)
        return decoded, found

    def _found(self, nodes: Sequence[Node]) -> _Found:
        starts = [0, *accumulate(len(node.data) + 1 for node in nodes)]
        whole = _SEPARATOR.join(node.data for node in nodes)
        return _Found(*self._literals.find(whole), starts, len(whole))

    def _known(self, decoded: Decoded, hits: _Found) -> Iterator[Claim]:
        """The known values, each where it was reached by the most decoding."""
        nodes = decoded.nodes
        matches = self._matches(decoded, hits)
        found = {(match.node, match.value): match for match in reversed(matches)}
        numbers = {id(node): number for number, node in enumerate(nodes)}
        above: set[tuple[int, int]] = set()
        kept = []
        for node, value in sorted(found, key=lambda item: (-nodes[item[0]].depth, item)):
            parent = nodes[node].parent
            over = (numbers[id(parent)], value) if parent else None
            if (node, value) in above:
                continue
            if over in found and nodes[node].step in _SAME_TEXT and not found[over].form.steps:
                continue
            kept.append((node, value))
            while parent:
                above.add((numbers[id(parent)], value))
                parent = parent.parent
        for node, value in sorted(kept):
            known = self._values[value]
            yield Claim(node, known.property, "known-value", known.text, _steps(found[node, value]))

    def _others(self, nodes: Sequence[Node], host: str, told: set[int]) -> list[Claim]:
        """What is told of values that nobody knows; a known one was said where it stands most plainly."""
        others = claims(nodes, host, told)
        return [claim for claim in others if not (told and self._literals.find(claim.text.encode())[0])]

    def _matches(self, decoded: Decoded, occurrences: _Found) -> list[_Match]:
        """Every place where a value stands and is not part of something else, best form first."""
        nodes = decoded.nodes
        hits, more, starts, size = occurrences
        if more:
            decoded.unread["too-large"] += size - hits[-1].at
        found = set()
        for hit in hits:
            value, form = self._forms[hit.literal]
            node = bisect_right(starts, hit.at) - 1
            at = hit.at - starts[node]
            decimals = self._stands(nodes[node].data, at, form, self._values[value])
            if decimals >= 0:
                found.add((node, value, hit.literal, decimals))
        order = sorted(found, key=lambda item: (item[0], item[1], -item[3], item[2]))
        matches = [_Match(node, value, self._forms[literal][1], decimals) for node, value, literal, decimals in order]
        return near(matches, nodes, self._values)

    def _stands(self, data: bytes, at: int, form: Form, value: Value) -> int:
        """Decimals that agree, 0 for what is no coordinate; -1 when it is part of something else."""
        end = at + len(form.data)
        if end > len(data):
            return -1
        if form.degrees >= 0:
            return precision(data, at, form.degrees, value)
        if form.word and (_part(data[at - 1 : at], form.data[:1]) or _part(data[end : end + 1], form.data[-1:])):
            return -1
        return 0

    def _disclosures(
        self, message: Message, nodes: Sequence[Node], told: Sequence[Claim], *, sent: bool
    ) -> Iterator[Sought]:
        seen = set()
        for claim in told:
            path = (*nodes[claim.node].path(), *claim.steps)
            key = (claim.property, claim.text, tuple(_PLACE.sub("", step) for step in path if step not in _SAME_TEXT))
            if key in seen:
                continue
            seen.add(key)
            yield Sought(
                message.where,
                Disclosure(
                    host=message.host.lower(),
                    category=category(claim.property),
                    property=claim.property,
                    method=claim.method,
                    path=tuple(self._shown(step) for step in path),
                    sha256=hashlib.sha256(claim.text.encode("utf-8", "surrogatepass")).hexdigest(),
                    shown=claim.text if self._reveal else redacted(claim.text),
                    address=message.server,
                    app=message.app,
                    key=self._shown(nodes[claim.node].key),
                    sent=sent,
                ),
            )

    def _shown(self, text: str) -> str:
        """A step or a name without values in it: fields can be called by them."""
        if self._reveal:
            return text
        data = text.encode("utf-8", "replace")
        for hit in reversed(self._literals.find(data)[0]):
            number, form = self._forms[hit.literal]
            if form.degrees < 0:
                shown = redacted(self._values[number].text).encode()
                data = data[: hit.at] + shown + data[hit.at + len(form.data) :]
        return without_candidates(data.decode("utf-8", "replace"))


def _unasked(_: str) -> bool:
    """What is received is asked for known values alone."""
    return False


def _part(beside: bytes, edge: bytes) -> bool:
    """Whether a character beside a value goes on with it: a digit after a digit, a letter after a letter or digit."""
    return beside.isalnum() and edge.isalnum()


def _steps(match: _Match) -> tuple[str, ...]:
    return (*match.form.steps, f"decimals:{match.decimals}") if match.decimals else match.form.steps


def _undecoded(message: Message, decoded: Decoded) -> Iterator[Sought]:
    unread = dict(decoded.unread)
    size = header(message.request, "content-length")
    declared = min(int(size), 1 << 50) if size.isascii() and size.isdigit() else 0
    if message.sent is None and declared:
        unread["not-kept"] = declared
    elif message.sent is not None and message.cut:
        unread["not-kept"] = max(0, declared - len(message.sent))
    for why in sorted(unread):
        fact = Undecoded(message.host.lower(), why, 1, unread[why], message.server, message.app)
        yield Sought(message.where, fact)
