"""A package's version in words."""

from affidavit.model.identity import Package


def version_in_words(package: Package) -> str:
    """The version's name and number (``1.7 (7)``), without what the manifest does not state; a library states neither.

    The name is as the file has it: whoever shows it has to make it harmless.
    """
    number = f"({package.version_code})" if package.version_code >= 0 else ""
    return f"{package.version_name} {number}".strip()
