"""Names of classes as dex writes them."""


def descriptor(name: str) -> str:
    """Descriptor of a class name with dots or slashes: ``java.io.File`` -> ``Ljava/io/File;``.

    The name of an array class is its descriptor with dots (``[Ljava.io.File;``), as ``Class.getName`` gives it.
    """
    plain = name.replace(".", "/")
    return plain if plain.startswith("[") else f"L{plain};"
