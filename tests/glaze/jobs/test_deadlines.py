"""The deadlines fall in their order, whoever changes one (R26)."""

from itertools import pairwise

from annotated_types import Le

from glaze.jobs.deadlines import DEADLINES
from glaze.jobs.failures import PermanentFailure, RetryLater, backoff, verdict_on
from glaze.settings import Settings


def test_the_lease_outlives_several_heartbeats_and_a_job_every_call_inside_it() -> None:
    it = DEADLINES
    assert it.heartbeat * 3 < it.lease
    assert all(inner < outer for inner, outer in pairwise((it.model, it.handler, it.arq, it.grace)))
    assert it.handler < it.finish < it.finish + it.hand_back < it.grace


def test_the_documented_seconds_are_those_of_the_rules() -> None:
    assert (DEADLINES.heartbeat, DEADLINES.lease, DEADLINES.model, DEADLINES.arq, DEADLINES.grace) == (
        5,
        20,
        60,
        90,
        100,
    )


def test_no_setting_can_let_a_model_outlast_its_job() -> None:
    field = Settings.model_fields["model_total_seconds"]
    assert field.default == DEADLINES.model
    assert [limit.le for limit in field.metadata if isinstance(limit, Le)] == [80]
    assert DEADLINES.handler > 80


def test_a_mutation_waits_less_than_a_quarter_of_a_second_for_the_doorbell() -> None:
    assert DEADLINES.ring < 0.25


def test_the_pause_between_attempts_doubles_is_spread_and_stays_bounded() -> None:
    pauses = [[backoff(attempt, DEADLINES) for _ in range(200)] for attempt in range(1, 30)]

    assert all(1.0 <= pause <= 3.0 for pause in pauses[0])
    assert all(8.0 <= pause <= 24.0 for pause in pauses[3])
    assert all(max(each) <= DEADLINES.longest_backoff * 1.5 for each in pauses)
    assert len(set(pauses[0])) > 100


def test_only_an_error_that_says_so_is_permanent_or_knows_its_time() -> None:
    permanent = verdict_on(PermanentFailure("GONE"), 1, DEADLINES)
    later = verdict_on(RetryLater(42.0, "RATE_LIMITED"), 1, DEADLINES)
    other = verdict_on(ValueError("words of somebody's chat"), 1, DEADLINES)

    assert (permanent.code, permanent.permanent) == ("GONE", True)
    assert (later.code, later.pause, later.permanent) == ("RATE_LIMITED", 42.0, False)
    assert (other.code, other.permanent) == ("ValueError", False)
