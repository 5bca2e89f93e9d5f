"""Limitations are told once each, and no artefact can make their list long."""

from hypothesis import given
from hypothesis import strategies as st

from affidavit.evidence.conclude import LISTED, folded
from affidavit.model.limitation import Limitation
from affidavit.model.place import Place

KINDS = ("code/undecoded", "native/not-elf", "text/endpoints-bounded")
limitations = st.builds(
    Limitation,
    st.sampled_from(KINDS),
    st.sampled_from(("a", "b")),
    st.builds(Place, st.sampled_from("xyz")) | st.none(),
)


def many(count: int) -> list[Limitation]:
    """One limitation at each of many entries."""
    return [Limitation("native/not-elf", "no library", Place(f"lib/{row:05d}.so")) for row in range(count)]


def test_alike_ones_are_counted():
    assert folded([*many(1), *many(1), *many(1)]) == (
        Limitation("native/not-elf", "no library", Place("lib/00000.so"), 3),
    )


def test_beyond_the_bound_the_rest_is_one_with_a_count():
    made = folded(many(LISTED + 50))
    assert len(made) == LISTED + 1
    assert made[-1] == Limitation("native/not-elf", "further places with the same limitation", count=50)


def test_up_to_the_bound_all_are_listed():
    assert list(folded(many(LISTED))) == many(LISTED)


def test_a_kind_that_fills_the_list_hides_no_other():
    assert {item.kind for item in folded([*many(2_000), Limitation("code/undecoded", "x")])} == {
        "native/not-elf", "code/undecoded"
    }  # fmt: skip


@given(st.lists(limitations, max_size=40))
def test_nothing_is_lost_and_the_order_does_not_matter(items: list[Limitation]):
    made = folded(items)
    assert made == folded(list(reversed(items)))
    assert sum(item.count for item in made) == len(items)
    assert {(item.kind, item.detail, item.place) for item in made} == {(i.kind, i.detail, i.place) for i in items}
