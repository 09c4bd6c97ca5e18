"""A database of its own for each test, on a PostgreSQL server."""

import os
import uuid

import pytest


@pytest.fixture
def postgres():
    """URL of an empty database on the server `SMC_TEST_POSTGRES_URL`, which is dropped after the test."""
    server = os.environ.get("SMC_TEST_POSTGRES_URL")
    if not server:
        pytest.skip("no PostgreSQL server: set SMC_TEST_POSTGRES_URL (.ci/run starts one)")
    pytest.importorskip("pg8000", reason="its driver is not installed: pip install 'smc[postgres]'")
    from sqlalchemy import create_engine, make_url

    url = make_url(server).set(drivername="postgresql+pg8000")
    name = f"smc_test_{uuid.uuid4().hex}"
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    yield url.set(drivername="postgresql", database=name)
    with engine.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    engine.dispose()
