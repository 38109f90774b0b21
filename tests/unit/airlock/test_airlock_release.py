"""A release package: the same bytes for the same request, and a signature that anyone can verify."""

import io
import json
import subprocess
import zipfile

import pytest

from airlock.actions.release import fetch, release
from airlock.release import keys
from airlock.release.bag import archive, checked, manifest, pack
from airlock.release.keys import generate
from airlock.release.verify import Verified, verify
from governance.decisions import Refused
from governance.errors import BrokenError, UsageError
from tests.support.airlock_house import TABLE


@pytest.fixture
def package(house):
    """A released package, copied out as a receiver has it."""
    request = house.approved()
    release(house.airlock, "ines", request.id)
    found = fetch(house.airlock, "ana", request.id)
    outside = house.airlock.instance.paths.data / "received"
    outside.mkdir()
    for place in (found.archive, found.signature):
        (outside / place.name).write_bytes(place.read_bytes())
    return outside / found.name


def contents(package):
    with zipfile.ZipFile(package) as opened:
        return {name.split("/", 1)[1]: opened.read(name) for name in opened.namelist()}


def test_a_receiver_can_verify_it(house, package):
    assert verify(package, house.public_key) == Verified("p001-r1.zip", 1)


def test_openssl_can_verify_it_too(house, package):
    command = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", str(house.public_key), "-rawin"]
    files = ["-in", str(package), "-sigfile", f"{package}.sig"]
    done = subprocess.run([*command, *files], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


def test_every_flipped_byte_is_rejected(house, package):
    good = package.read_bytes()
    for place in range(0, len(good), max(1, len(good) // 200)):
        package.write_bytes(good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :])
        assert isinstance(verify(package, house.public_key), Refused)


@pytest.mark.parametrize("damage", [lambda b: b[:-1], lambda b: b + b"\0", lambda b: b""])
def test_a_cut_or_lengthened_package_is_rejected(house, package, damage):
    package.write_bytes(damage(package.read_bytes()))
    assert verify(package, house.public_key).rule == "signature-wrong"


def test_a_missing_or_foreign_signature_is_rejected(house, package, tmp_path):
    assert verify(package, house.public_key).files == 1
    generate(tmp_path / "other")
    assert verify(package, tmp_path / "other" / keys.PUBLIC).rule == "signature-wrong"
    (package.parent / f"{package.name}.sig").unlink()
    assert verify(package, house.public_key).rule == "signature-missing"


def test_a_signed_bag_that_contradicts_itself_is_rejected(house, package):
    files = contents(package) | {"data/outputs/table.csv": b"x"}
    content = archive("p001-r1", files)
    package.write_bytes(content)
    signature = keys.sign(content, keys.load_private(house.airlock.instance))
    (package.parent / f"{package.name}.sig").write_bytes(signature)
    assert verify(package, house.public_key).rule == "manifest-wrong"


def test_a_key_that_is_none_is_a_wrong_call(package, tmp_path):
    (tmp_path / "key.pem").write_text("no key")
    for key in (tmp_path / "key.pem", tmp_path / "absent.pem"):
        with pytest.raises(UsageError):
            verify(package, key)


def test_it_holds_the_files_the_manifests_and_the_story(house, package):
    files = contents(package)
    assert files["data/outputs/table.csv"].decode() == TABLE
    assert files["manifest-sha512.txt"] == manifest({p: b for p, b in files.items() if p.startswith("data/")})
    graph = {entity["@id"]: entity for entity in json.loads(files["data/ro-crate-metadata.json"])["@graph"]}
    assert graph["./"]["conformsTo"] == {"@id": "https://w3id.org/5s-crate/0.4"}
    assert graph["./"]["hasPart"] == [{"@id": "outputs/table.csv"}]
    assert {graph[f"#approval-{who}"]["agent"]["@id"] for who in ("ines", "carlos")} == {"#ines", "#carlos"}
    assert "profile acro: clear" in graph["#automatic-check"]["name"]


def test_everything_the_crate_mentions_is_in_the_crate(package):
    graph = json.loads(contents(package)["data/ro-crate-metadata.json"])["@graph"]
    known = {entity["@id"] for entity in graph}

    def references(value):
        if isinstance(value, dict):
            if value.keys() == {"@id"}:
                yield value["@id"]
            else:
                for one in value.values():
                    yield from references(one)
        elif isinstance(value, list):
            for one in value:
                yield from references(one)

    mentioned = {
        one for one in references(graph) if not one.startswith(("https://w3id.org", "http://schema.org"))
    }
    assert mentioned <= known


def test_the_same_request_gives_the_same_bytes(package):
    files = contents(package)
    outputs = {"table.csv": files["data/outputs/table.csv"]}
    again = pack("p001-r1", json.loads(files["data/ro-crate-metadata.json"]), outputs)
    assert again == package.read_bytes()


def test_the_order_of_files_does_not_matter():
    one = pack("n", {}, {"a": b"1", "b": b"2"})
    assert one == pack("n", {}, {"b": b"2", "a": b"1"})
    with zipfile.ZipFile(io.BytesIO(one)) as opened:
        assert {entry.date_time for entry in opened.infolist()} == {(1980, 1, 1, 0, 0, 0)}


@pytest.mark.parametrize("path", ["../a", "/a", "a/../b", "a//b", "", "a\\b", "a\nb", "./a", "a/"])
def test_a_name_that_could_leave_its_folder_stops_the_packing(path):
    with pytest.raises(BrokenError):
        checked(path)


def test_the_key_is_made_once_and_only_its_owner_reads_it(tmp_path):
    assert generate(tmp_path) is True
    private = tmp_path / keys.PRIVATE
    first = private.read_bytes()
    assert private.stat().st_mode & 0o777 == 0o400
    assert generate(tmp_path) is False
    (tmp_path / keys.PUBLIC).unlink()
    assert generate(tmp_path) is True
    assert private.read_bytes() == first
