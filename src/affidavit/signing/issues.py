"""The vocabulary of what can be wrong with a signature: a title and a reason for each issue word."""

from functools import cache

from msgspec import Struct

from affidavit.knowledge import load


class IssueText(Struct, frozen=True, forbid_unknown_fields=True):
    """What a word means.

    Attributes:
        title: what was found, as half a sentence.
        why: why it matters, or how it can come about.
    """

    title: str
    why: str


class Issues(Struct, frozen=True, forbid_unknown_fields=True):
    """One file of ``knowledge/signature_issues``."""

    source: str
    licence: str
    issues: dict[str, IssueText]


@cache
def issue_texts() -> dict[str, IssueText]:
    """Every known word of `Issue.word` with its text.

    Raises:
        KnowledgeError: knowledge was not compiled, or breaks its schema.
    """
    return {word: text for file in load("signature_issues", Issues).values() for word, text in file.issues.items()}


def title_of(word: str) -> str:
    """The word's title; the word itself when nothing is known of it, as with words of another version of this tool."""
    text = issue_texts().get(word)
    return text.title if text else word
