"""Subjects of claims in words."""

from affidavit.case.properties import PROPERTIES
from affidavit.law.register import Register


def title(register: Register, subject: str) -> str:
    """What a subject is, as a reader would say it: a name, and in brackets what that belongs to."""
    kind, _, name = subject.partition(":")
    match kind:
        case "provision" if name in register.paths:
            return f"{name} ({register.paths[name].measure.title})"
        case "event" if name in register.events:
            event, measure = register.events[name]
            return f"{name} ({event.type.replace('_', ' ')}: {measure.title})"
        case "measure" if name in register.measures:
            return f"{name} ({register.measures[name].title})"
        case "app" if name in register.apps:
            return register.apps[name].names[0]
        case "act" if name in register.vocabulary.transactions:
            return f"the act: {register.vocabulary.transactions[name].title}"
        case _:
            return f"{kind} {name}"


def property_title(name: str) -> str:
    """A property in words."""
    return PROPERTIES[name].title if name in PROPERTIES else name
