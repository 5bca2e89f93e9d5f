"""What is asked about hosts, found by reading all facts anew for every host and address."""

from datetime import date

from affidavit.model.capture import Contact, Disclosure, Lookup
from affidavit.model.endpoint import Endpoint
from affidavit.network.attribute.asked import Asked


def is_address(text):
    """Of the few hosts of tests: those that end in a number or hold colons."""
    return text.rpartition(".")[2].isdigit() or ":" in text


def key(host, address):
    """Host and address; an address in the place of a host is both."""
    return (host, address) if address or not is_address(host) else (host, host)


def gathered(facts):
    """As `affidavit.network.attribute.gathering.gathered`, of contacts, lookups, disclosures and endpoints."""
    facts = sorted(facts, key=lambda fact: fact.id)
    met = {key(fact.what.host, fact.what.address) for fact in facts if isinstance(fact.what, (Contact, Disclosure))}
    keys = set(met)
    for host in {fact.what.host for fact in facts if isinstance(fact.what, Lookup)} - {host for host, _ in met}:
        answers = []
        for fact in facts:
            if isinstance(fact.what, Lookup) and fact.what.host == host:
                answers += [address for address in fact.what.addresses if address not in answers]
        keys |= {(host, address) for address in answers[:8]} or {(host, "")}
    taken = {host or address for host, address in keys}
    for fact in facts:
        if isinstance(fact.what, Endpoint) and named(fact.what) not in taken:
            keys.add(key(named(fact.what), ""))
    return [asked(facts, *each) for each in sorted(keys)]


def named(endpoint):
    """The host that code names."""
    return endpoint.host.lower().strip("[]").removesuffix(".")


def asked(facts, host, address):
    """All that facts say of one host at one address."""
    contacts = [fact for fact in facts if isinstance(fact.what, Contact) and key_of(fact) == (host, address)]
    sent = [fact for fact in facts if isinstance(fact.what, Disclosure) and key_of(fact) == (host, address)]
    lookups = [fact for fact in facts if isinstance(fact.what, Lookup) and fact.what.host == host]
    code = [fact for fact in facts if isinstance(fact.what, Endpoint) and named(fact.what) == (host or address)]
    chains = [fact.what.chain for fact in contacts]
    chains += [fact.what.chain for fact in lookups if address in fact.what.addresses]
    every = {fact.what.chain for fact in lookups}
    chains += every if len(every) == 1 and not address else set()
    times = sorted(fact.what.first for fact in contacts if fact.what.first)
    times += [fact.what.first for fact in lookups if fact.what.first]
    marks = set.intersection(*(set(fact.what.marks) for fact in contacts)) if contacts else set()
    captured = bool(contacts or sent or lookups)
    return Asked(
        host,
        address,
        next((chain for chain in chains if chain), ()),
        date.fromisoformat(times[0][:10]) if times and "bad-clock" not in marks else None,
        {(True, True): "both", (True, False): "observed", (False, True): "declared"}[captured, bool(code)],
        tuple(sorted({fact.id for fact in (*contacts, *sent, *lookups, *code)}))[:8],
        frozenset(marks),
        bool(lookups),
        bool(contacts),
        sum(fact.what.down for fact in contacts),
        tuple(sorted({name for fact in contacts for name in fact.what.certificates}))[:32],
        tuple(sorted({line for fact in contacts for line in fact.what.headers}))[:32],
    )


def key_of(fact):
    """The row of a contact or a disclosure."""
    return key(fact.what.host, fact.what.address)
