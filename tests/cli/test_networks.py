"""``affidavit knowledge build networks`` and ``show networks``."""

import json

import pytest

from affidavit.cli.main import main
from affidavit.network.snapshot.view import opened_file
from tests.builders.networks import part, snapshot


@pytest.fixture
def made(tmp_path, capsys):
    feed = tmp_path / "acme.csv"
    feed.write_text("192.0.2.0/24,US,US-NJ,,\nnonsense,US,US-NJ,,\n")
    path = tmp_path / "my.nets"
    assert main(["knowledge", "build", "networks", str(feed), "--date", "2026-01-02", "-o", str(path)]) == 0
    return path, capsys.readouterr().err


def test_a_snapshot_is_built_and_says_what_is_in_it(made, capsys):
    path, said = made
    assert "acme.csv: prefix of 2026-01-02, 1 row\n" in said
    assert "1 row left out, which could not be used" in said
    shot = opened_file(path)
    assert [(hit.value, hit.region, hit.by) for hit in shot.at("192.0.2.9")] == [("acme", "US-NJ", "192.0.2.0/24")]
    assert f"2 tables; {path.stat().st_size:,} bytes, sha256 {shot.digest}" in said
    assert main(["knowledge", "show", "networks", "--networks", str(path)]) == 0
    out = capsys.readouterr().out
    assert "my: 2 tables" in out
    assert "2026-01-02" in out
    assert "1 + 0 ranges" in out
    assert "not stated" in out


def test_show_as_json_has_every_source(made, capsys):
    assert main(["knowledge", "show", "networks", "--networks", str(made[0]), "--format", "json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert [table["source"]["table"] for table in shown["tables"]] == ["prefix", "region"]
    assert shown["tables"][0]["inputs"][0]["name"] == "acme.csv"
    assert shown["tables"][0]["days"] > 300


def test_a_packed_snapshot_holds_the_same(made, tmp_path):
    path = tmp_path / "packed.nets"
    feed = str(tmp_path / "acme.csv")
    assert (
        main(["knowledge", "build", "networks", feed, "--date", "2026-01-02", "--packed", "-o", str(path), "-q"]) == 0
    )
    one, other = opened_file(path), opened_file(made[0])
    assert one.at("192.0.2.9") == other.at("192.0.2.9")
    assert one.sources == other.sources


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["build", "networks", "-o", "x.nets"], "no file of networks"),
        (["build", "networks", "x.csv"], "needs a file"),
        (["build", "networks", "missing.csv", "-o", "x.nets"], "no such file"),
        (["build", "networks", "x.csv", "--date", "soon", "-o", "x.nets"], "is not a day"),
        (["build", "networks", "x.csv", "--table", "odd", "-o", "x.nets"], "no kind of table"),
        (["build", "networks", "x.csv", "--catalogue", "y", "-o", "x.nets"], "--catalogue does not belong"),
        (["build", "libraries", "x.jar", "--date", "2026-01-01", "-o", "x.idx"], "--date belongs to build networks"),
        (["show", "networks", "extra"], "unrecognized"),
        (["show", "networks", "--table", "asn"], "--table belongs to build"),
        (["show", "measures", "--networks", "x"], "--networks belongs to show networks"),
        (["show", "networks", "--networks", "missing.nets"], "No such file"),
    ],
)
def test_what_makes_no_sense_is_refused_with_advice(arguments, message, capsys):
    assert main(["knowledge", *arguments]) == 2
    err = capsys.readouterr().err
    assert message in err
    assert "what you can do" in err


def test_another_file_is_no_snapshot(tmp_path, capsys):
    path = tmp_path / "x.nets"
    path.write_bytes(b"affcode\0")
    assert main(["knowledge", "show", "networks", "--networks", str(path)]) == 2
    assert "not a snapshot of networks" in capsys.readouterr().err


def test_hostile_names_are_shown_without_effect(tmp_path, capsys):
    path = tmp_path / "x.nets"
    from affidavit.network.snapshot.build import built
    from affidavit.network.snapshot.store import written

    hostile = "a\x1b[31m\nb"
    path.write_bytes(written(built([part("prefix", ("192.0.2.0/24", hostile), name=hostile)], hostile), packed=False))
    assert main(["knowledge", "show", "networks", "--networks", str(path)]) == 0
    assert "\x1b" not in capsys.readouterr().out


def test_the_snapshot_that_comes_along_is_whole():
    from affidavit.network.snapshot.unpack import KEPT
    from affidavit.network.snapshot.view import Snapshot

    shot = Snapshot(KEPT.read_bytes())
    assert {source.table for source in shot.sources} >= {"asn", "country-geo", "country-registration", "public-suffix"}
    assert all(source.licence != "not stated" for source in shot.sources)
    assert [hit.value for hit in shot.at("8.8.8.8") if hit.table == "asn"] == ["AS15169"]
    assert shot.public_suffix("tiktokcdn.com.akamaized.net").registrable_private == "com.akamaized.net"
    assert snapshot([]).at("8.8.8.8") == ()


@pytest.mark.parametrize(
    ("more", "name"), [([], "my"), (["--name", "ours"], "ours"), (["--packed"], "my"), (["--date", "20260102"], "my")]
)
def test_a_snapshot_is_called_as_the_person_says_or_as_its_file(more, name, tmp_path, capsys):
    feed, path = tmp_path / "acme.csv", tmp_path / "my.nets"
    feed.write_text("192.0.2.0/24,US,US-NJ,,\n")
    arguments = ["knowledge", "build", "networks", str(feed), "--date", "2026-01-02", *more, "-o", str(path)]
    assert main(arguments) == 0
    capsys.readouterr()
    shot = opened_file(path)
    assert (shot.name, {source.date for source in shot.sources}) == (name, {"2026-01-02"})


def test_a_quiet_build_still_says_what_it_left_out(tmp_path, capsys):
    feed = tmp_path / "acme.csv"
    feed.write_text("192.0.2.0/24,US,US-NJ,,\nx,US,US-NJ,,\ny,US,US-NJ,,\n")
    path = str(tmp_path / "my.nets")
    assert main(["knowledge", "build", "networks", str(feed), "--date", "2026-01-02", "-q", "-o", path]) == 0
    said = capsys.readouterr().err
    assert "2 rows left out, which could not be used" in said
    assert "prefix of" not in said


def test_both_files_of_an_origin_answer_from_one_snapshot(tmp_path, capsys):
    from affidavit.network.snapshot.view import shelf

    (tmp_path / "asn-ipv4.csv").write_text("192.0.2.0,192.0.2.255,64500,Four\n")
    (tmp_path / "asn-ipv6.csv").write_text("2001:db8::,2001:db8::ff,64501,Six\n")
    path = tmp_path / "my.nets"
    assert main(["knowledge", "build", "networks", str(tmp_path), "--date", "2026-01-02", "-o", str(path)]) == 0
    capsys.readouterr()
    view = shelf([path]).as_of(None)
    assert [hit.value for address in ("192.0.2.1", "2001:db8::1") for hit in view.at(address)] == ["AS64500", "AS64501"]


def test_a_product_without_a_snapshot_says_so(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr("affidavit.evidence.networks.NETWORKS", tmp_path / "none.nets")
    assert main(["knowledge", "show", "networks"]) != 0
    assert "no snapshot of networks comes along" in capsys.readouterr().err


@pytest.mark.parametrize("cut", [0, 1, 8, 40, 200])
def test_a_snapshot_that_is_cut_short_is_refused_with_advice(made, cut, capsys):
    path, _ = made
    path.write_bytes(path.read_bytes()[:cut])
    assert main(["knowledge", "show", "networks", "--networks", str(path)]) == 2
    said = capsys.readouterr().err
    assert str(path) in said
    assert "what you can do" in said
