"""Key logs: the secrets of TLS connections that a client or server has written down.

Source: the format of NSS as browsers and OpenSSL write it (draft-ietf-tls-keylogfile). A secret is found by the random
bytes of the client's hello.
"""

import re
from typing import Final

MOST: Final = 1 << 18
"""Connections whose secrets are kept; those of a day's browsing are some thousands."""
LABELS: Final = (
    "CLIENT_RANDOM",
    "CLIENT_EARLY_TRAFFIC_SECRET",
    "CLIENT_HANDSHAKE_TRAFFIC_SECRET",
    "SERVER_HANDSHAKE_TRAFFIC_SECRET",
    "CLIENT_TRAFFIC_SECRET_0",
    "SERVER_TRAFFIC_SECRET_0",
)
"""Labels that are read: the master secret of TLS 1.2, and the secrets of TLS 1.3."""
_LINE: Final = re.compile(
    rb"^(" + "|".join(LABELS).encode() + rb") ([0-9a-fA-F]{64}) ((?:[0-9a-fA-F]{2}){32,64})[ \t]*\r?$", re.MULTILINE
)


class KeyLog:
    """Secrets by the client's random bytes.

    Attributes:
        lines: that were read. beyond: that were left out because there are too many connections.
    """

    def __init__(self) -> None:
        self.lines = self.beyond = 0
        self._secrets: dict[bytes, dict[str, bytes]] = {}

    def add(self, log: bytes) -> None:
        """Read a log, or a piece of one that begins with a line; lines that are none are passed over.

        A secret that was given before holds: a log that is given twice changes nothing.
        """
        for label, random, secret in _LINE.findall(log):
            key = bytes.fromhex(random.decode())
            known = self._secrets.get(key)
            if known is None:
                if len(self._secrets) >= MOST:
                    self.beyond += 1
                    continue
                known = self._secrets[key] = {}
            known.setdefault(label.decode(), bytes.fromhex(secret.decode()))
            self.lines += 1

    def of(self, random: bytes) -> dict[str, bytes]:
        """The secrets of the connection whose client's hello has these random bytes, by their labels."""
        return self._secrets.get(random, {})

    def __len__(self) -> int:
        return len(self._secrets)
