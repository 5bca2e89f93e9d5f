"""A direction of TCP the slow way: a dictionary from each place to the byte that came first."""


class Places:
    """Bytes by their places; gaps are given up one by one when nothing more comes."""

    def __init__(self) -> None:
        self.bytes: dict[int, int] = {}
        self.next = 0

    def feed(self, place: int, data: bytes) -> bytes:
        """Take a segment; give what is in order now."""
        for at, byte in enumerate(data, place):
            if at >= self.next:
                self.bytes.setdefault(at, byte)
        return self._run()

    def end(self) -> list[bytes | int]:
        """Gaps and what follows them."""
        found: list[bytes | int] = []
        while self.bytes:
            gap = min(self.bytes) - self.next
            self.next += gap
            found += [gap, self._run()]
        return found

    def _run(self) -> bytes:
        found = bytearray()
        while self.next in self.bytes:
            found.append(self.bytes.pop(self.next))
            self.next += 1
        return bytes(found)
