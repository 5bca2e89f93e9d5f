"""The schemes of an APK Signing Block: v2, v3 and v3.1 of one container, checked for any API level."""

from typing import Final

from affidavit.artefact.budget import Budget
from affidavit.model.signing import Issue
from affidavit.signing.block import Block, find_blocks, read_pairs
from affidavit.signing.contents import Contents
from affidavit.signing.fields import Fields
from affidavit.signing.outcome import SchemeResult
from affidavit.signing.scheme_v2 import FIRST, V3_FIRST, SchemeV2
from affidavit.signing.scheme_v3 import SchemeV3
from affidavit.signing.sections import FOOTER, NoSectionsError, find_sections
from affidavit.signing.v3_attributes import V31_FIRST

_NUMBERS: Final = {"v2": 2, "v3": 3, "v3.1": 31}


class BlockSchemes:
    """The APK Signing Block of one container, read once.

    Attributes:
        blocks: every id-value pair, also of a block that Android does not find.
        fault: what is wrong with the block's own structure; empty when nothing is.
        schemes: 2, 3 and 31: the schemes of which Android finds a block.
        levels: API levels at which an answer may change.
    """

    def __init__(self, view: memoryview, budget: Budget, prefix: str = "") -> None:
        """Read the block; nothing is checked before it is asked for.

        Args:
            view: the container's bytes.
            budget: asked while the contents are digested.
            prefix: of its entries' paths (`Part.prefix`).
        """
        self._entry = prefix.removesuffix("!/")
        self._view = view
        self._unread = ""
        self._firsts: dict[str, Block] = {}
        self._v2: SchemeV2 | None = None
        self._v3: SchemeV3 | None = None
        self._v31: SchemeV3 | None = None
        try:
            sections = find_sections(view)
        except NoSectionsError as error:
            self.blocks, fault = find_blocks(view)
            self.fault = f"no Android version uses this block: {error}" if fault or self.blocks else ""
        else:
            pairs = read_pairs(view, sections.block + 8, sections.directory - FOOTER.size)
            self.blocks, self.fault, self._unread = pairs.blocks, pairs.fault, pairs.unread
            self._open(Contents(view, sections, budget))
        self.schemes = self._found()
        self.levels = self._borders()

    def v2(self, level: int) -> SchemeResult | None:
        """Scheme v2 as one API level checks it; None when that level does not look for v2, or finds none."""
        return self._at("v2", self._v2, FIRST, level)

    def v3(self, level: int) -> SchemeResult | None:
        """Scheme v3, in the same way."""
        return self._at("v3", self._v3, V3_FIRST, level)

    def v31(self, level: int) -> SchemeResult | None:
        """Scheme v3.1, in the same way; without signers and issues when it has no signer for the level."""
        return self._at("v3.1", self._v31, V31_FIRST, level)

    def _at(self, scheme: str, found: SchemeV2 | SchemeV3 | None, first: int, level: int) -> SchemeResult | None:
        if level < first:
            return None
        if found is None:
            return SchemeResult(scheme, undetermined=self._unread) if self._unread else None
        return found.at(level)

    def _open(self, contents: Contents) -> None:
        """Read the schemes' blocks. Of two blocks with one id Android takes the first."""
        for block in self.blocks:
            self._firsts.setdefault(block.scheme, block)
        schemes = self._found()
        if (value := self._value("v3.1")) is not None:
            notes = self._notes("v3.1")
            if 3 not in schemes:
                detail = "there is a v3.1 block and no v3 block, which older versions of Android would need."
                notes = (*notes, Issue("v31-block-found-without-v3-block", detail, error=False))
            self._v31 = SchemeV3("v3.1", value, self._entry, contents, notes)
        if (value := self._value("v3")) is not None:
            self._v3 = SchemeV3("v3", value, self._entry, contents, self._notes("v3"), newer=self._v31)
        if (value := self._value("v2")) is not None:
            self._v2 = SchemeV2(value, self._entry, contents, schemes, self._notes("v2"))

    def _found(self) -> frozenset[int]:
        return frozenset(_NUMBERS[scheme] for scheme in self._firsts if scheme in _NUMBERS)

    def _borders(self) -> frozenset[int]:
        opened = [item.levels for item in (self._v2, self._v3, self._v31) if item]
        return frozenset({FIRST, V3_FIRST, V31_FIRST} if self._unread else ()).union(*opened)

    def _value(self, scheme: str) -> Fields | None:
        block = self._firsts.get(scheme)
        return Fields(self._view, block.offset, block.offset + block.size) if block else None

    def _notes(self, scheme: str) -> tuple[Issue, ...]:
        """What is to be said of a scheme's block itself."""
        same = [block for block in self.blocks if block.scheme == scheme]
        if len(same) < 2:
            return ()
        places = " and ".join(str(block.offset) for block in same[:8])
        detail = f"the signing block has {len(same)} blocks of this scheme, at {places}; Android takes the first."
        return (Issue("apk-sig-block-repeated-id", detail, error=False),)
