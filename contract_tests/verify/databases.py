"""Where the worlds of one run of verify keep their rows: in memory, or in schemas of PostgreSQL that go afterwards."""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING

from contract_tests.postgresql.programs import ServerMissing
from contract_tests.postgresql.server import running
from contract_tests.verify.options import EMBEDDED
from contract_tests.verify.scopes import UsageError
from fake_backend import DatabaseUnusable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contract_tests.verify.embedded import Databases

PREFIX = "fake_backend_verify"  # of the schemas, should a run be killed


@contextmanager
def databases(named: str | None) -> Iterator[Databases]:
    """Yield what lends each world its database.

    Args:
        named: URL of a PostgreSQL database, ``embedded`` for a server of one's own, ``None`` for memory.

    Raises:
        UsageError: The database cannot be reached, or there is no server to start.
    """
    if named is None:
        yield nullcontext
        return
    from sqlalchemy.exc import DBAPIError  # noqa: PLC0415 - what is in memory needs none of it

    from contract_tests.postgresql.schemas import Schemas  # noqa: PLC0415

    try:
        with running() if named == EMBEDDED else nullcontext(named) as url:
            schemas = Schemas(url, PREFIX)
            try:
                yield schemas.lent
            finally:
                schemas.close()
    except (ServerMissing, DatabaseUnusable) as refusal:
        raise UsageError(f"verify: {refusal}") from refusal
    except DBAPIError as error:
        raise UsageError(f"verify: the database cannot be used: {str(error.orig).splitlines()[0]}") from error
    except ImportError as error:
        raise UsageError("verify: --database needs a driver; pip install 'fake-backend[postgres]'.") from error
