"""The family of bombs: each a whole artefact, and what a review has to say of it.

Nothing here is committed as a file: every bomb is built when it is asked for, and none weighs more than 16 MB.
"""

from collections.abc import Callable
from typing import NamedTuple

from tests.builders import bombs_code as code
from tests.builders import bombs_xml as xml
from tests.builders import bombs_zip as zips
from tests.builders.bombs_zip import GB, MB, app_with, packed
from tests.builders.zip import Item


class Bomb(NamedTuple):
    """One bomb.

    Attributes:
        build: gives its bytes.
        said: words of which a review has to give each: kinds of limitations or oddities of entries. Empty for one that
            a review has nothing to say of, because it was read whole within the bounds.
        name: of the file.
        refused: part of the message, for one that is refused as a whole.
    """

    build: Callable[[], bytes]
    said: tuple[str, ...]
    name: str = "bomb.apk"
    refused: str = ""


BOMBS: dict[str, Bomb] = {
    "high-ratio": Bomb(lambda: zips.high_ratio(GB), ("budget/ratio",)),
    "high-ratio-half": Bomb(lambda: zips.high_ratio(500 * MB), ("budget/ratio",)),
    "high-ratio-many": Bomb(lambda: zips.many_high_ratio(200, 30 * MB), ("budget/total-bytes",)),
    "says-10-holds-4-GB": Bomb(
        lambda: app_with(packed("classes2.dex", zips.zeros(4 * GB), 10)), ("budget/total-bytes",)
    ),
    "says-4-GB-holds-10": Bomb(
        lambda: app_with(Item("classes2.dex", b"x" * 10, central={"size": 0xFFFFFFF0}, local={"size": 0xFFFFFFF0})),
        ("size-differs",),
    ),
    "stored-longer-than-packed": Bomb(
        lambda: app_with(Item("assets/a", bytes(99), 0, central={"compressed": 1}, local={"compressed": 1})),
        ("stored-sizes-differ",),
    ),
    "overlap-same-bytes": Bomb(lambda: zips.overlap(200, 20 * MB), ("overlap", "container/shared-bytes")),
    "overlap-quoted": Bomb(lambda: zips.quoted_overlap(250, 20 * MB), ("overlap", "container/shared-bytes")),
    "nested-zips": Bomb(lambda: zips.nested(300), ("budget/depth",)),
    "nested-branches": Bomb(lambda: zips.branching(20, 6, 30 * MB), ("budget/total-bytes", "budget/depth")),
    "nested-splits": Bomb(lambda: zips.nested_splits(100, 30 * MB), ("budget/total-bytes",), "bomb.xapk"),
    "self-containing": Bomb(
        lambda: zips.self_containing(60), (), "bomb.xapk", "holds .apk entries and none of them can be opened"
    ),
    "entries-65535": Bomb(lambda: zips.many_entries(65_531), ()),
    "entries-200000": Bomb(lambda: zips.many_entries(200_000), ("budget/entries",)),
    "duplicate-names": Bomb(lambda: zips.many_duplicates(20_000), ("container/duplicate-name", "duplicate-ignored")),
    "zip64-lies": Bomb(zips.zip64_lies, ("container/broken-directory",)),
    "traversal-names": Bomb(
        lambda: zips.named({"../../etc/passwd": b"x", "/etc/shadow": b"y", "a\\..\\..\\b": b"z"}), ("name-traversal",)
    ),
    "hidden-names": Bomb(
        lambda: zips.named({"a\0b": b"x", "assets/\u202egpj.exe": b"y", "a\x1b[2Jb": b"z", "x" * 65_000: b""}),
        ("name-nul", "name-bidi", "name-control"),
    ),
    "symlinks": Bomb(zips.symlinks, ("symbolic-link",)),
    "two-ends": Bomb(zips.two_ends, ("container/second-directory",)),
    "zip-in-comment": Bomb(zips.with_zip_in_comment, ("container/second-directory",)),
    "junk-prefix": Bomb(lambda: zips.with_prefix(b"junk" * 999), ("container/shifted-offsets",)),
    "pdf-and-zip": Bomb(lambda: zips.with_prefix(zips.PDF, counted=True), ("container/prefix",)),
    "png-and-zip": Bomb(lambda: zips.with_prefix(zips.PNG, counted=True), ("container/prefix",)),
    "dex-and-zip": Bomb(zips.dex_and_zip, ("container/prefix", "container/two-faced")),
    "odd-method-encrypted": Bomb(zips.odd_method, ("unknown-method", "encrypted-flag")),
    "manifest-100-MB": Bomb(lambda: xml.repeated_nodes(xml.start() + xml.END, 1_800_000), ("budget/ratio",)),
    "manifest-30-MB": Bomb(lambda: xml.repeated_nodes(xml.start() + xml.END, 500_000), ("manifest/too-many-elements",)),
    "manifest-namespaces": Bomb(lambda: xml.repeated_nodes(xml.NAMESPACE, 1_200_000), ("manifest/too-many-nodes",)),
    "manifest-deep": Bomb(lambda: xml.deep(100_000), ("manifest/too-deep",)),
    "manifest-wide": Bomb(lambda: xml.wide(2_000), ("manifest/too-many-elements",)),
    "manifest-many-components": Bomb(lambda: xml.many_elements(6_000), ("manifest/too-many-elements",)),
    "pool-lies": Bomb(xml.lying_pool, ("manifest/bad-string-pool", "manifest/bad-string")),
    "pool-overlaps": Bomb(lambda: xml.overlapping_strings(200_000, 32_000), ()),
    "resource-cycle": Bomb(xml.cyclic_resources, ("resources/reference-cycle",)),
    "style-cycle": Bomb(lambda: xml.cyclic_styles(1_000), ()),
    "resource-configurations": Bomb(lambda: xml.many_configurations(199_000, 3_000), ("resources/too-many-lookups",)),
    "arsc-counts": Bomb(xml.four_billion, ("resources/bad-type", "resources/bad-string-pool")),
    "dex-overlapping-strings": Bomb(lambda: code.overlapping_strings(60_000, 200_000), ("code/bad-string-offset",)),
    "dex-counts": Bomb(code.huge_counts, ("code/truncated-table",)),
    "dex-out-of-range": Bomb(code.out_of_range, ("code/truncated-table",)),
    "dex-tries": Bomb(lambda: code.huge_tries(0xFFFF), ()),
    "dex-switches": Bomb(lambda: code.giant_switches(5_000), ("code/undecoded",)),
    "dex-mutf8": Bomb(code.mutf8_traps, ()),
    "dex-same-classes": Bomb(lambda: code.dense_classes(40, 20_000), ("code/too-many-rows", "code/duplicates-bounded")),
    "dex-same-method": Bomb(lambda: code.many_methods(5_000_000), ("code/bad-class-data",)),
    "dex-calls": Bomb(lambda: code.dense_calls(100, 1_500), ("code/shared-code",)),
    "dex-interfaces": Bomb(lambda: code.crossed_interfaces(600), ("code/bad-type-list",)),
    "addresses": Bomb(lambda: code.dense_addresses(50_000), ("text/endpoints-bounded",)),
    "text-schemes": Bomb(lambda: zips.dense_text(b"://"), ("text/endpoints-bounded",)),
    "text-at-signs": Bomb(lambda: zips.dense_text(b"a@bc.d"), ("text/endpoints-bounded",)),
    "text-dots": Bomb(lambda: zips.dense_text(b"\0a.bc\0"), ("text/endpoints-bounded",)),
    "text-colons": Bomb(lambda: zips.dense_text(b"\0:a:1\0"), ("text/endpoints-bounded",)),
    "text-wide": Bomb(lambda: zips.dense_text(":// @a.".encode("utf-16-le")), ("text/endpoints-bounded",)),
    "text-interleaved": Bomb(lambda: zips.dense_text(b":x/x/x"), ("text/endpoints-bounded",)),
    "class-cycles": Bomb(code.class_cycles, ("code/malformed-class",), "bomb.jar"),
    "class-constants": Bomb(lambda: code.many_classes(500, 65_000), ("code/too-many-constants",), "bomb.jar"),
    "elf-symbols-lie": Bomb(code.lying_symbols, ("native/many-symbols",)),
    "elf-endless-chain": Bomb(code.endless_chain, ("native/bad-hash-table",)),
    "elf-many-symbols": Bomb(lambda: code.many_symbols(20, 500_000), ()),
}
"""Every bomb by name."""
