"""What is in a folder."""


def listing(folder):
    """The names in a folder, sorted."""
    return sorted(path.name for path in folder.iterdir())
