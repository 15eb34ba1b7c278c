"""Every kind of job has somebody who does it."""

from glaze.jobs.catalogue import ORDERS
from workers.registry import handlers


def test_every_job_has_a_handler() -> None:
    assert set(handlers(None)) == set(ORDERS)
