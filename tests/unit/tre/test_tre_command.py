import importlib

import click
import pytest

from governance.decisions import Refused
from governance.errors import BrokenError, RefusedError, UsageError
from tre import command


def fails_with(error: Exception) -> click.Command:
    @click.command()
    def failing() -> None:
        raise error

    return failing


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (RefusedError(Refused("The project ended.", "Ask an administrator.", "project-valid")), 1),
        (UsageError("There is no such snapshot."), 2),
        (BrokenError("The executor does not answer."), 3),
        (RuntimeError("name of a patient"), 3),
    ],
)
def test_each_kind_of_error_has_its_exit_code(
    error: Exception, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(command.root.commands, "failing", fails_with(error))
    monkeypatch.setattr(command.LazyGroup, "get_command", click.Group.get_command)
    assert command.run(["failing"]) == code
    said = capsys.readouterr().err
    assert said.startswith("tre: ")


def test_an_unforeseen_error_shows_its_kind_and_not_its_text(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(command.root.commands, "failing", fails_with(ValueError("DNI 12345678Z")))
    monkeypatch.setattr(command.LazyGroup, "get_command", click.Group.get_command)
    command.run(["failing"])
    said = capsys.readouterr().err
    assert "ValueError" in said
    assert "12345678Z" not in said


def test_an_unknown_word_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.run(["teleport"]) == 2
    assert "teleport" in capsys.readouterr().err


@pytest.mark.parametrize("name", sorted(command.SUBCOMMANDS))
def test_every_listed_subcommand_exists_and_explains_itself(name: str) -> None:
    module, attribute = command.SUBCOMMANDS[name].split(":")
    found = getattr(importlib.import_module(module), attribute)
    assert isinstance(found, click.Command)
    assert found.help
