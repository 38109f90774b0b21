"""The one history: it makes exactly what the models say, goes up and down, and founds the register."""

import re
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, inspect, text

from governance import register
from governance.database import open_engine, transaction
from governance.errors import BrokenError
from governance.instance import Instance, from_settings
from tests.support.governance_register import INSTANCE
from tre import migrations


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    return replace(INSTANCE, database_url=f"sqlite:///{tmp_path / 'register' / 'tre.db'}")


def test_every_module_with_tables_is_in_the_list():
    root = Path(__file__).parents[3]
    packages = ("governance", "warehouse_lib", "kernels", "hub_config", "airlock", "tre")
    files = [file for package in packages for file in (root / package).rglob("*.py")]
    declaring = [
        file for file in files if re.search(r"^class \w+\(Base\):", file.read_text("utf-8"), re.MULTILINE)
    ]
    modules = {".".join(file.relative_to(root).with_suffix("").parts) for file in declaring}
    assert modules == set(migrations.TABLE_MODULES)


def differences(engine: Engine) -> list[object]:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, migrations.metadata()))


def triggers(engine: Engine) -> set[str]:
    with engine.connect() as connection:
        return set(connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")))


def test_the_history_makes_what_the_models_say(instance: Instance):
    assert migrations.upgrade(instance) == migrations.head_revision()
    engine, modelled = open_engine(instance.database_url), open_engine("sqlite://")
    assert differences(engine) == []
    register.create(modelled, instance)
    assert triggers(engine) == triggers(modelled) != set()
    with transaction(engine) as session:
        assert register.instance_facts(session).name == "main"
    engine.dispose()
    modelled.dispose()


def test_a_second_upgrade_changes_nothing(instance: Instance):
    migrations.upgrade(instance)
    assert migrations.upgrade(instance) == migrations.head_revision()


def test_the_history_goes_down_and_up_again(instance: Instance):
    migrations.upgrade(instance)
    engine = open_engine(instance.database_url)
    settings = migrations.config()
    with engine.connect() as connection:
        settings.attributes["connection"] = connection
        command.downgrade(settings, "base")
        connection.commit()
    assert inspect(engine).get_table_names() == ["alembic_version"]
    migrations.upgrade(instance)
    assert differences(engine) == []
    engine.dispose()


def test_the_database_is_the_groups_and_nobody_elses(instance: Instance):
    migrations.upgrade(instance)
    file = Path(instance.database_url.removeprefix("sqlite:///"))
    assert stat.S_IMODE(file.stat().st_mode) == 0o660
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o2770


def test_another_instances_database_is_refused(instance: Instance):
    migrations.upgrade(instance)
    stranger = replace(from_settings("other", {}), database_url=instance.database_url)
    with pytest.raises(BrokenError, match="register of instance 'main'"):
        migrations.upgrade(stranger)


def test_a_newer_database_is_left_alone(instance: Instance):
    migrations.upgrade(instance)
    engine = open_engine(instance.database_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(BrokenError, match="newer version"):
        migrations.upgrade(instance)
    engine.dispose()
