from benchmarks.truth.maps import host, read_map

R8 = """# compiler: R8
okio.Buffer -> a.b:
# {"id":"sourceFile","fileName":"Buffer.java"}
    long size -> a
    okio.Segment okio.SegmentPool.next -> c
    1:1:void <init>():55:55 -> <init>
    2:4:int okio.Util.checked(int):9:11 -> d
    2:4:byte readByte():70 -> d
      # {"id":"com.android.tools.r8.rewriteFrame","conditions":["throws(Ljava/lang/NullPointerException;)"]}
    5:5:void okio.Buffer.skip(long):80:80 -> e
com.example.Main -> com.example.Main:
    void onCreate(android.os.Bundle) -> onCreate
"""


def test_a_class_holds_code_of_the_classes_that_its_members_are_qualified_with():
    buffer, main = read_map(R8.splitlines())
    assert (buffer.original, buffer.now) == ("Lokio/Buffer;", "La/b;")
    assert buffer.others == {"Lokio/SegmentPool;", "Lokio/Util;"}
    assert (main.original, main.now, main.others) == ("Lcom/example/Main;", "Lcom/example/Main;", set())


def test_types_of_members_are_no_owners():
    (only,) = read_map(["a.A -> b:", "    a.x.Y field -> a", "    1:2:a.x.Z run(a.x.Q):3:4 -> c"])
    assert only.others == set()


def test_an_empty_map_has_no_classes():
    assert list(read_map(["# only a comment", ""])) == []


def test_what_a_compiler_made_belongs_to_the_class_it_was_made_for():
    assert host("Lokio/Buffer$$ExternalSyntheticLambda0;") == "Lokio/Buffer;"
    assert host("Lokio/-$$Lambda$Buffer$x1Yz;") == "Lokio/Buffer;"
    assert host("Lokio/Source$-CC;") == "Lokio/Source;"
    assert host("Lokio/Buffer$Inner;") == "Lokio/Buffer$Inner;"
