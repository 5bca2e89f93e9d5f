"""A window over pieces shows every byte once, in order, wherever the pieces are cut."""

from hypothesis import given
from hypothesis import strategies as st

from affidavit.network.capture.window import Window


class Taking(Window):
    """Takes so many bytes at a time."""

    def taken(self, count: int) -> tuple[int, bytes]:
        while len(self._data) - self._at < count and self._more():
            pass
        begin = self.offset
        found = self._data[self._at : self._at + count]
        self._at += len(found)
        return begin, found


@given(st.lists(st.binary(min_size=1, max_size=9), max_size=9), st.integers(1, 20))
def test_bytes_come_in_order_with_their_places(pieces, count):
    whole, window = b"".join(pieces), Taking(iter(pieces))
    for at in range(0, len(whole), count):
        assert window.taken(count) == (at, whole[at : at + count])
    assert window.taken(count) == (len(whole), b"")


def test_what_was_read_is_let_go():
    window = Taking(iter([b"x" * 100] * 1_000))
    for _ in range(1_000):
        window.taken(100)
        assert len(window._data) <= 200
