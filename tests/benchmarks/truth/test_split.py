import re

import pytest

from benchmarks.truth.split import split

CLASS = """.class public La/b;
.super La/p;

.field private c:I

.method public constructor <init>()V
    .registers 1
    invoke-direct {p0}, La/p;-><init>()V
    return-void
.end method

.method public static a(J)I
    .registers 3
    const/4 v0, 0x7
    return v0
.end method

.method private b(I)J
    .registers 4
    iget v0, p0, La/b;->c:I
    invoke-static {p1, p1}, La/b;->a(J)I
    const-wide/16 v0, 0x9
    return-wide v0
.end method

.method public c(Ljava/lang/String;D)Ljava/lang/String;
    .registers 5
    invoke-direct {p0, v0}, La/b;->b(I)J
    return-object p1
.end method

.method protected d()V
    .registers 1
    invoke-super {p0}, La/p;->d()V
    return-void
.end method

.method private e()V
    .registers 1
    invoke-super {p0}, La/p;->d()V
    return-void
.end method

.method public f()V
    .registers 1
    invoke-direct {p0}, La/b;->e()V
    return-void
.end method

.method public static synchronized g()V
    .registers 0
    return-void
.end method
"""
PARENT = ".class public La/p;\n.super Ljava/lang/Object;\n"
CHILD = """.class public La/q;
.super La/b;

.method public static run()V
    .registers 2
    invoke-static {v0, v1}, La/q;->a(J)I
    return-void
.end method
"""
FACE = """.class public interface abstract La/i;
.super Ljava/lang/Object;

.method public static a()V
    .registers 0
    return-void
.end method

.method public static b()V
    .registers 0
    return-void
.end method
"""


@pytest.fixture
def made(tmp_path):
    """Splits the classes by a seed: helpers, and the text of each class."""

    def run(seed, *, other=""):
        for path in tmp_path.rglob("*.smali"):
            path.unlink()
        (tmp_path / "a").mkdir(exist_ok=True)
        for name, text in {"b": CLASS, "p": PARENT, "q": CHILD, "i": FACE, **({"x0": other} if other else {})}.items():
            (tmp_path / "a" / f"{name}.smali").write_text(text, "utf-8")
        helpers = split(tmp_path, seed)
        return helpers, {path.stem: path.read_text("utf-8") for path in sorted(tmp_path.rglob("*.smali"))}

    return run


def methods(text):
    """The bodies of a class by name and signature."""
    return {
        found[1]: [line.strip() for line in found[2].splitlines() if line.strip()]
        for found in re.finditer(r"^\.method [^\n]*?([^ \n]+)\n(.*?)^\.end method", text, re.MULTILINE | re.DOTALL)
    }


def everywhere(classes):
    return [line for text in classes.values() for body in methods(text).values() for line in body]


@pytest.mark.parametrize("seed", range(6))
def test_a_private_method_moves_with_its_calls_and_takes_the_object_first(made, seed):
    helpers, classes = made(seed)
    assert helpers == {"La/x0;": "La/b;"}
    assert "b(I)J" not in methods(classes["b"])
    (name,) = [name for name in methods(classes["x0"]) if name.endswith("(La/b;I)J")]
    assert f"invoke-static {{p0, v0}}, La/x0;->{name}" in everywhere(classes)
    assert not any("La/b;->b(I)J" in line for line in everywhere(classes))
    assert ".field c:I" in classes["b"]


@pytest.mark.parametrize("seed", range(6))
def test_nothing_is_lost_and_every_call_has_its_method(made, seed):
    _, classes = made(seed)
    lines = everywhere(classes)
    assert sum("const-wide/16 v0, 0x9" in line for line in lines) == 1
    assert sum("const/4 v0, 0x7" in line for line in lines) == 1
    for line in lines:
        if found := re.search(r"invoke-static.*, La/(\w+);->(.*)", line):
            owner, name = found.groups()
            assert name in methods(classes[owner]) or (owner, name) == ("q", "a(J)I"), line
    if "a(J)I" not in methods(classes["b"]):
        assert not any("La/q;->a(J)I" in line for line in lines)


@pytest.mark.parametrize("seed", range(6))
def test_what_a_parent_or_a_lock_or_a_construction_binds_stays(made, seed):
    _, classes = made(seed)
    kept = methods(classes["b"])
    assert "invoke-super {p0}, La/p;->d()V" in kept["d()V"]
    assert "invoke-direct {p0}, La/b;->e()V" in kept["f()V"]
    assert {"<init>()V", "e()V", "g()V"} <= kept.keys()
    assert classes["i"] == FACE
    assert classes["p"] == PARENT


def test_a_method_that_can_be_overridden_hands_on(made):
    stubs = [
        body
        for seed in range(12)
        if len(body := methods(made(seed)[1]["b"])["c(Ljava/lang/String;D)Ljava/lang/String;"]) == 4
    ]
    assert 0 < len(stubs) < 12
    assert stubs[0][0] == ".locals 2"
    assert re.fullmatch(
        r"invoke-static/range \{p0 \.\. p3\}, La/x0;->m\d\(La/b;Ljava/lang/String;D\)Ljava/lang/String;", stubs[0][1]
    )
    assert stubs[0][2:] == ["move-result-object v0", "return-object v0"]


def test_a_name_that_is_taken_is_not_taken_again(made):
    other = ".class La/x0;\n.super Ljava/lang/Object;\n"
    helpers, classes = made(1, other=other)
    assert helpers == {"La/x1;": "La/b;"}
    assert classes["x0"] == other


def test_the_same_seed_splits_the_same_way(made):
    assert made(5) == made(5)
    assert len({tuple(made(seed)[1].values()) for seed in range(8)}) > 1
