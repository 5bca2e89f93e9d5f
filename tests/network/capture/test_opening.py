import pytest

from affidavit.model.errors import UnreadableError
from affidavit.network.capture.opening import opened
from tests.builders.captures import source_of


@pytest.mark.parametrize("data", [b"", b"\0" * 100, b"hello\n", b"\x1f\x8b\x08 no gzip", b"PK\x03\x04", b"{}", b"[]"])
def test_what_is_no_capture_is_refused_by_name(data):
    with pytest.raises(UnreadableError, match="made"):
        opened(source_of(data))
