"""Prototypes are the same as units write them, once each over all files, and blurred alike under any names."""

import random
from collections.abc import Iterator

import numpy as np

from affidavit.dalvik.dex import read_dexes
from affidavit.dalvik.program import Program
from affidavit.identity.code.vocabulary import Vocabulary
from tests.builders.dex import Class, DexBuilder, Method

TYPES = ["I", "J", "[I", "Ljava/lang/String;", "[Ljava/lang/String;", "La/A;", "[La/A;", "[[Lq/Q;", "Lr/R;"]


def program(*parts: list[str]) -> Program:
    """One dex file for each list of prototypes."""
    return Program(
        [
            read_dexes(
                f"{row}.dex",
                DexBuilder(
                    [
                        Class(
                            f"La/{'ABC'[row]};",
                            methods=[Method(f"m{at}", proto, [("return-void",)], 9) for at, proto in enumerate(protos)],
                        )
                    ]
                ).build(),
            )[0]
            for row, protos in enumerate(parts)
        ]
    )


def slowly(proto: str) -> tuple[str, int]:
    """A prototype blurred, and how many parameters it has."""

    def types(text: str) -> Iterator[str]:
        while text:
            at = len(text) - len(text.lstrip("["))
            end = text.index(";") + 1 if text[at] == "L" else at + 1
            name = text[at:end]
            yield text[:at] + (name if len(name) == 1 or name.startswith("Ljava/") else "X")
            text = text[end:]

    inside, _, result = proto[1:].partition(")")
    parts = sorted(types(inside))
    return f"({','.join(parts)}){next(types(result))}", len(parts)


def test_every_prototype_is_read_as_it_is_written() -> None:
    rng = random.Random(4)  # noqa: S311 - nothing is secret
    parts = [
        [f"({''.join(rng.choices(TYPES, k=rng.randrange(7)))}){rng.choice(TYPES)}" for _ in range(25)] for _ in range(3)
    ]
    one = program(*parts)
    made, signatures = Vocabulary(one), one.resolution().signatures
    for number, unit in enumerate(one.units):
        for method, proto in enumerate(signatures.protos_of(number).tolist()):
            text = unit.proto(int(unit.method_proto[method]))
            assert made.prototypes.text(proto) == text
            assert (made.blurred_proto(number, method), made.prototypes.arity[proto]) == slowly(text)
    assert len(made.prototypes.words) == len(set(made.prototypes.words))


def test_one_that_cannot_be_read_is_empty_and_has_no_parameters() -> None:
    made = Vocabulary(program(["()V"])).prototypes
    nothing = np.flatnonzero(made.arity < 0).tolist()
    assert [made.text(row) for row in nothing] == [""]
    assert [made.words[row] for row in made.word[nothing].tolist()] == [""]
