"""Names for addresses the slow way: every answer of DNS is kept, and all are looked through for each question."""

from affidavit.network.capture.events import Answer

SECOND = 1_000_000
SLACK = 2 * SECOND


class Everything:
    """All answers that were ever given."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, str, str, tuple[str, ...], int, int]] = []

    def add(self, answer: Answer) -> None:
        """Keep a row for each address; a name that is told anew for it takes the place of the older row."""
        name = answer.name.lower().removesuffix(".")
        chain = tuple(link.lower().removesuffix(".") for link, _ in answer.chain)
        for address, seconds in answer.addresses:
            life = min([seconds, *(link for _, link in answer.chain)])
            self.rows = [row for row in self.rows if row[:3] != (answer.client, address, name)]
            self.rows.append((answer.client, address, name, chain, answer.at, answer.at + life * SECOND))

    def find(self, client: str, address: str, at: int) -> tuple[list[str], tuple[str, ...], bool] | None:
        """Names, the chain of the first, and whether it is stale."""
        mine = [row for row in self.rows if row[:2] == (client, address)][-8:][::-1]
        mine = [row for row in mine if at < 0 or row[4] <= at]
        fresh = [row for row in mine if at < 0 or row[4] < 0 or at <= row[5] + SLACK]
        if fresh:
            return [row[2] for row in fresh], fresh[0][3], False
        return ([mine[0][2]], mine[0][3], True) if mine else None
