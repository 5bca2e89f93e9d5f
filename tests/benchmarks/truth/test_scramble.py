import re

import pytest

from benchmarks.truth.scramble import Scrambler

GUARDED = """.class public La/B;
.super Ljava/lang/Object;

.field public static final NAME:Ljava/lang/String; = "wech\\u0061t"

.method public static run(I)V
    .registers 3
    .param p0, "count"    # I

    const/4 v0, 0x1

    if-eqz p0, :cond_0

    :try_start_0
    invoke-static {}, La/B;->risky()I

    move-result v0
    :try_end_0
    .catch Ljava/lang/Exception; {:try_start_0 .. :try_end_0} :catch_0

    const-string v1, "two words"

    packed-switch v0, :pswitch_data_0

    :cond_0
    return-void

    :catch_0
    move-exception v0

    throw v0

    :pswitch_data_0
    .packed-switch 0x1
        :cond_0
    .end packed-switch
.end method
"""


def decoded(scrambler, text):
    """What the decoder's smali code does."""
    units = [int(unit, 16) for unit in re.findall(r"\\u([0-9a-f]{4})", text)]
    return "".join(chr(unit ^ ((at + scrambler._step) * scrambler._factor & 0x7F)) for at, unit in enumerate(units))


def walked(code):
    """The instructions of a method in the order in which they stand when no branch is taken."""
    lines = [line.strip() for line in code.splitlines()]
    lines = lines[lines.index("goto/32 :piece_0") : lines.index(".packed-switch 0x1") - 1]
    at, found = 0, []
    while True:
        line = lines[at]
        at += 1
        if line.startswith("goto/32"):
            at = lines.index(line.split()[1])
        elif line[0] not in ":.":
            found.append(line)
            if line.startswith("return"):
                return found


@pytest.mark.parametrize("seed", range(8))
def test_the_order_of_execution_is_kept(seed):
    text = Scrambler(seed).text(GUARDED)
    start = text.index("run(I)V")
    words = [line.split()[0] for line in walked(text[start : text.index(".end method", start)])]
    string = ["const-string", "invoke-static/range", "move-result-object"]
    assert words == ["const/4", "if-eqz", "invoke-static", "move-result", *string, "packed-switch", "return-void"]


@pytest.mark.parametrize("seed", range(8))
def test_what_must_stand_together_does(seed):
    lines = [line.strip() for line in Scrambler(seed).text(GUARDED).splitlines()]
    start = lines.index(":try_start_0")
    assert lines[start + 1 : start + 5] == [
        "invoke-static {}, La/B;->risky()I",
        "move-result v0",
        ":try_end_0",
        ".catch Ljava/lang/Exception; {:try_start_0 .. :try_end_0} :catch_0",
    ]
    assert lines[lines.index(":catch_0") + 1] == "move-exception v0"
    assert lines[lines.index(".packed-switch 0x1") - 1] == ":pswitch_data_0"


def test_every_string_is_encrypted_and_the_decoder_gives_it_back():
    scrambler = Scrambler(41)
    text = scrambler.text(GUARDED)
    assert "two words" not in text
    assert "wech" not in text
    found = re.findall(r'const-string v\d, "([^"]*)"', text)
    assert sorted(decoded(scrambler, item) for item in found) == ["two words", "wechat"]
    assert "sput-object v0, La/B;->NAME:Ljava/lang/String;" in text


def test_one_seed_gives_one_text():
    assert Scrambler(3).text(GUARDED) == Scrambler(3).text(GUARDED)
    assert Scrambler(3).text(GUARDED) != Scrambler(4).text(GUARDED)


def test_order_is_kept_where_only_strings_are_to_be_hidden(tmp_path):
    scrambler = Scrambler(3, reorder=False)
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "B.smali").write_text(GUARDED, "utf-8")
    scrambler.folder(tmp_path)
    assert "piece_" not in (tmp_path / "a" / "B.smali").read_text("utf-8")
    assert (tmp_path / f"{scrambler.decoder}.smali").read_text("utf-8").startswith(".class public final Lzz003/D;")
