"""Native libraries."""

from msgspec import Struct


class NativeLibrary(Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="native-library"):
    """A native library: what its headers and dynamic symbols say. Its code is not decompiled.

    Attributes:
        name: file name. abi: Android ABI by its machine. needed: libraries that it loads.
        hardening: ``pie``, ``nx``, ``relro-partial``, ``relro-full``, ``canary``, ``fortify``, ``stripped``, ``rpath``,
            ``text-relocations``, sorted; ``pie`` says position-independent, as every shared object is.
        jni: exported ``Java_*`` names, bounded. registers_natives: whether JNI_OnLoad is exported.
        imports, exports: counts; notable_imports: imported names worth naming, sorted.
    """

    name: str
    format: str
    abi: str
    bits: int
    soname: str = ""
    needed: tuple[str, ...] = ()
    hardening: tuple[str, ...] = ()
    jni: tuple[str, ...] = ()
    jni_count: int = 0
    registers_natives: bool = False
    imports: int = 0
    exports: int = 0
    notable_imports: tuple[str, ...] = ()
    build_id: str = ""
    strings: int = 0
