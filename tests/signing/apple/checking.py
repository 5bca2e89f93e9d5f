"""What the tests of Apple signatures share: build an image, check it, name the issues."""

from affidavit.artefact.macho import MachO, read_macho
from affidavit.signing.apple.code import Beside, CodeSignature, check_code
from tests.builders.apple import Sealing
from tests.builders.macho import signed_image

HELD = ["apple-root-not-known"]
"""Issues of a signature that holds: the tests' root is none of Apple's."""


def quiet() -> None:
    """A budget that never runs out."""


def check(data: bytes, beside: Beside | None = None, number: int = 0) -> CodeSignature:
    """Check one image of a file."""
    file = read_macho("My", data)
    assert isinstance(file, MachO)
    image = file.images[number]
    view = memoryview(data)[image.offset : image.offset + image.size]
    return check_code(image, view, beside or Beside(), quiet)


def sealed(sealing: Sealing, beside: Beside | None = None, **options) -> CodeSignature:
    """Build a signed image and check it with what it was sealed with."""
    return check(signed_image(sealing=sealing, **options), beside or Beside(sealing.info, sealing.resources))


def words(signature: CodeSignature) -> list[str]:
    """The words of the issues, in their order."""
    return [issue.word for issue in signature.issues]
