"""Class names as people and manifests write them, and as dex does."""

import pytest

from affidavit.dalvik.descriptors import descriptor


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("java.io.File", "Ljava/io/File;"),
        ("java/io/File", "Ljava/io/File;"),
        ("a.B$C", "La/B$C;"),
        ("[Ljava.io.File;", "[Ljava/io/File;"),
        ("[I", "[I"),
        ("", "L;"),
    ],
)
def test_names_become_descriptors(name, expected):
    assert descriptor(name) == expected
