"""Whose a name is, who uses it and who runs it by names alone, read from the rows by trying every one of them."""

from tests.oracles.suffixes import longest


def rows_of(rows, field):
    """Each word of rows with its row."""
    return {word: row for row in rows for word in getattr(row, field).split()}


def zone_of(zones, name):
    """The longest zone that something stands before."""
    below = {suffix: row for suffix, row in zones.items() if name.endswith(f".{suffix}") and name != suffix}
    return max(below.items(), key=lambda item: len(item[0]), default=None)


def spelled(names, name, zone):
    """Who the label before a zone spells, and whether that counts: whole, with dashes for dots, before a region."""
    suffix, row = zone
    labels = name[: -len(suffix) - 1].split(".")
    tried = [".".join(labels), labels[-1].replace("-", ".")]
    if row.regions:
        tried += [".".join(labels[:-1]), ".".join(labels[:-2])]
    for text in tried:
        whole = all(text.split(".")) and not text.split(".")[-1].isdigit()
        found = longest(names, text) if whole else None
        if found and row.labels != "code":
            return found[1].entity, row.labels == "customer"
    return "", False


def whose(document, name, chain):
    """Owner, customer and operator of a name, with the names that DNS led to."""
    names, zones = rows_of(document.names, "domains"), rows_of(document.zones, "suffixes")
    owner = customer = ""
    zone, listed = zone_of(zones, name), longest(names, name)
    if name in zones:
        listed = (name, zones[name])
    if listed:
        owner = listed[1].entity
    if zone:
        under_contract = listed and len(listed[0]) > len(zone[0]) and owner != zone[1].entity
        customer, owner = owner if under_contract else "", zone[1].entity
    for each in (name, *chain) if not customer else ():
        lies = zone_of(zones, each)
        if lies and not customer:
            entity, counts = spelled(names, each, lies)
            customer = entity if counts else ""
    serving = [found[1] for each in (name, *chain) if (found := zone_of(zones, each)) and found[1].service != "dns"]
    return owner, customer, serving[-1].entity if serving else ""
