"""The longest listed suffix of a name, found by trying every suffix there is."""


def longest(rows, name):
    """As `affidavit.network.attribute.owners.longest`."""
    fitting = [suffix for suffix in rows if name == suffix or name.endswith(f".{suffix}")]
    return max(((suffix, rows[suffix]) for suffix in fitting), key=lambda item: len(item[0]), default=None)
