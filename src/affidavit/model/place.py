"""Where in the bytes something was read."""

from msgspec import Struct


class Place(Struct, frozen=True, omit_defaults=True, order=True):
    """One location in an artefact.

    Attributes:
        entry: path of the entry inside the artefact, nested containers joined by ``!/``
            (``base.apk!/classes.dex``); empty for the artefact's own bytes.
        offset: byte offset in the *uncompressed* bytes of that entry; -1 when the statement is about the whole entry.
        class_: Dalvik descriptor of the class that holds the code (``Lcom/example/Main;``), for code only.
        method: name and descriptor of the method (``onCreate(Landroid/os/Bundle;)V``), for code only.
        pc: address of the instruction in its method, in 16-bit code units for dex and in bytes for class files
            (what dexdump, smali and javap print); -1 when the place is not an instruction.
    """

    entry: str
    offset: int = -1
    class_: str = ""
    method: str = ""
    pc: int = -1
