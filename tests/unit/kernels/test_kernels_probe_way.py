"""The probe's eye for places of the host: the way to mounted software is none, anything beside it is."""

from pathlib import Path

from kernels.probe.files import is_only_the_way


def test_the_bare_way_to_the_software_is_no_place_of_the_host(tmp_path: Path) -> None:
    software = tmp_path / "user" / "software"
    (software / "bin").mkdir(parents=True)
    assert is_only_the_way(tmp_path, software)


def test_a_neighbour_on_the_way_gives_the_place_away(tmp_path: Path) -> None:
    software = tmp_path / "user" / "software"
    software.mkdir(parents=True)
    (tmp_path / "user" / "thesis.txt").touch()
    assert not is_only_the_way(tmp_path, software)


def test_a_place_that_leads_nowhere_is_one(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    assert not is_only_the_way(tmp_path / "home", tmp_path / "software")
