import pytest

from benchmarks.truth.reflect import Reflector
from benchmarks.truth.scramble import Scrambler


def test_a_call_of_the_platform_becomes_a_call_of_the_app():
    reflector = Reflector("Lz/D;")
    line = "    invoke-virtual {v0, v1, v2}, Landroid/os/Handler;->postDelayed(Ljava/lang/Runnable;J)Z"
    moved = reflector.call(line)
    assert moved == "    invoke-static {v0, v1, v2}, Lz/D;->r0(Landroid/os/Handler;Ljava/lang/Runnable;J)Z"
    assert reflector.call(line) == moved
    (body,) = reflector.bodies
    lines = [line.strip() for line in body.splitlines()]
    assert lines[1] == ".registers 11"  # seven of its own, the receiver, an object and a long
    assert "const-class v5, Ljava/lang/Runnable;" in lines
    assert "invoke-static/range {p2 .. p3}, Ljava/lang/Long;->valueOf(J)Ljava/lang/Long;" in lines
    assert lines[-2:] == ["return v0", ".end method"]


@pytest.mark.parametrize(
    "line",
    [
        "    invoke-virtual {v0}, La/b;->run()V",
        "    invoke-direct {v0}, Ljava/lang/Object;-><init>()V",
        "    invoke-super {p0}, Landroid/app/Activity;->onResume()V",
        "    const/4 v0, 0x1",
    ],
)
def test_other_lines_stay(line):
    assert Reflector("Lz/D;").call(line) == line


def test_a_static_call_has_no_receiver():
    reflector = Reflector("Lz/D;")
    line = "    invoke-static/range {v4 .. v4}, Ljava/lang/Double;->toString(D)Ljava/lang/String;"
    assert reflector.call(line) == "    invoke-static/range {v4 .. v4}, Lz/D;->r0(D)Ljava/lang/String;"
    assert "const/4 v1, 0x0" in reflector.bodies[0]


def test_names_of_what_is_called_are_encrypted(tmp_path):
    calls = "\n".join("    invoke-virtual {p0}, Ljava/lang/Object;->hashCode()I" for _ in range(20))
    text = (
        f".class public La;\n.super Ljava/lang/Object;\n.method public a()V\n    .registers 1\n{calls}\n.end method\n"
    )
    (tmp_path / "a.smali").write_text(text, "utf-8")
    scrambler = Scrambler(1, reorder=False, reflect=True)
    scrambler.folder(tmp_path)
    text = (tmp_path / "a.smali").read_text("utf-8")
    decoder = (tmp_path / f"{scrambler.decoder}.smali").read_text("utf-8")
    assert 0 < text.count("->r0(") < 20
    assert "java.lang.Object" not in decoder
    assert "hashCode" not in text.replace("Object;->hashCode()I", "") + decoder
