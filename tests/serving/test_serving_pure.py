"""States, capacity, releases, requests and predictions, without a world."""

from __future__ import annotations

import itertools
from fractions import Fraction
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract_tests.oracle import LEGAL_MOVES
from fake_backend.core.errors import BadRequest
from fake_backend.seeding.rows import PluginReleaseRow
from fake_backend.serving.application import Application, Needs
from fake_backend.serving.capacity import Account, Resources, total
from fake_backend.serving.errors import IllegalTransition, ModelFailed
from fake_backend.serving.lifecycle import HOLDING, LEGAL, Status
from fake_backend.serving.models import InferenceRequest, Models
from fake_backend.serving.predictions import KEPT_SECONDS, Predictions
from fake_backend.serving.release import Release

NEEDS = Needs(num_cpus=1.5, num_gpus=0.0, memory_bytes=10, num_replicas=2)


def application(status):
    """Return an application that stands there, with three calls taken."""
    return Application(
        id=1,
        tenant="acme",
        plugin_release_id=7,
        plugin_code="shapes",
        agent_id=1,
        job_id=None,
        owns_job=False,
        status=status,
        phase="warm_up" if status is Status.DEPLOYING else "",
        reason="",
        needs=NEEDS,
        calls=3,
        is_lasting=False,
        queued=None,
        created=0,
        changed=0,
    )


@pytest.mark.parametrize(("source", "target"), [*itertools.product(Status, Status)])
def test_only_legal_moves_are_made(source, target) -> None:
    """All 49: what is not on the list is refused and says what is; a roll-out alone goes on within its state."""
    standing = application(source)
    if (source, target) in LEGAL_MOVES or source is target is Status.DEPLOYING:
        moved = standing.moved(target, 5, reason="so", phase="start")
        assert (target, "so", 5) == (moved.status, moved.reason, moved.changed)
        assert (0 if target in {"DEPLOYING", "RUNNING"} else 3) == moved.calls
    else:
        with pytest.raises(IllegalTransition) as refusal:
            standing.moved(target, 5)
        assert (409, ", ".join(sorted(LEGAL[source]))) == (refusal.value.status, refusal.value.expected)


@pytest.mark.parametrize("status", Status)
def test_an_application_holds_while_it_is_somewhere(status) -> None:
    """All replicas together, or nothing."""
    held = application(status).held
    assert (status not in {"NOT_STARTED", "DEPLOY_FAILED"}) == (status in HOLDING)
    assert ((3, 20, 2) if status in HOLDING else (0, 0, 0)) == (held.num_cpus, held.memory_bytes, held.replicas)


def test_a_row_of_the_table_is_the_application() -> None:
    """Written and read, nothing is lost."""
    for status in Status:
        standing = application(status)
        assert standing == Application.read(standing.columns())


tenths = st.integers(0, 60).map(lambda number: number / 10)
amounts = st.tuples(tenths, tenths, st.integers(0, 50), st.integers(0, 8))


def of(told):
    """Return an amount."""
    cpus, gpus, memory, replicas = told
    return Resources.of(num_cpus=cpus, num_gpus=gpus, memory_bytes=memory, replicas=replicas)


@given(amounts, st.lists(amounts, max_size=6), amounts)
def test_what_is_short_is_what_plain_fractions_say(owned, held, needed) -> None:
    """Sums of tenths are exact, and each kind is judged by itself."""
    account = Account(of(owned), total(map(of, held)))
    free = [Fraction(str(owned[kind])) - sum(Fraction(str(one[kind])) for one in held) for kind in range(4)]
    names = ["cpu_unavailable", "gpu_unavailable", "memory_unavailable", "replicas_full"]

    expected = [name for name, have, need in zip(names, free, needed, strict=True) if Fraction(str(need)) > have]
    assert expected == [one.code for one in account.shortages(of(needed))]


@given(amounts, amounts)
def test_as_many_replicas_are_feasible_as_fit_and_no_more(owned, one) -> None:
    """The greatest number that is not short of anything."""
    replica = of((*one[:3], 1))
    account = Account(of(owned))
    number = account.feasible(replica)

    assert not account.shortages(replica.times(number))
    assert account.shortages(replica.times(number + 1))


def test_a_release_is_what_its_seed_row_is() -> None:
    """Every key of the row, and no other, so that none is told in vain."""
    row = set(PluginReleaseRow.__dataclass_fields__)

    assert row == set(Release.__dataclass_fields__)


URL = "http://storage.invalid/bucket/key"


@given(st.text(), st.dictionaries(st.text(), st.integers()))
def test_a_signature_is_no_part_of_what_makes_a_call_the_same(signature, parameters) -> None:
    """The picture, the parameters and the model are; the order of keys is not."""
    body = {**parameters, "image_path": URL}
    one = InferenceRequest.read({"json": body, "model": 1}, "http://storage.invalid")
    signed = f"{URL}?X-Amz-Signature={signature.encode().hex()}"
    again = {"json": {"image_path": signed, **dict(reversed(body.items())), "image_path": signed}, "model": 1}  # noqa: F601
    other = InferenceRequest.read({"json": body, "model": 2}, "http://storage.invalid")

    assert one.identity == InferenceRequest.read(again, "http://storage.invalid").identity
    assert one.identity != other.identity
    assert signed not in repr(InferenceRequest.read(again, "http://storage.invalid"))


@pytest.mark.parametrize(
    ("parameters", "size"),
    [
        ({}, 1),
        ({"batch_size": 4}, 4),
        ({"model_config": {"batch_size": 16}}, 16),
        ({"batch_size": 4, "model_config": {"batch_size": 2}}, 4),
        ({"batch_size": True, "model_config": None}, 1),
        ({"batch_size": "9"}, 1),
    ],
)
def test_the_batch_is_the_largest_that_is_named(parameters, size) -> None:
    """At the top or in ``model_config`` (to_task guide); what is no number is none."""
    assert size == InferenceRequest(URL, parameters).batch_size


@pytest.mark.parametrize(("name", "model"), [("", len), (" ", len), (None, len), ("a", None), ("a", "b")])
def test_a_registration_that_makes_no_sense_is_refused(name, model) -> None:
    """With the value, and what would do."""
    with pytest.raises(BadRequest):
        Models().register(name, model)


def test_an_errors_words_carry_no_signature() -> None:
    """What a model's HTTP client says of a URL is told without its query."""

    def model(request):
        raise OSError(
            f"403 for {request.image_url} and (url: {urlsplit(request.image_url)._replace(netloc='').geturl()})"
        )

    models = Models()
    models.register("a", model)
    with pytest.raises(ModelFailed, match="OSError") as failure:
        models.run("a", InferenceRequest(f"{URL}?X-Amz-Signature=secret", {}))
    assert "secret" not in str(failure.value)
    assert URL in str(failure.value)


def test_a_prediction_is_handed_over_once_and_kept_for_an_hour() -> None:
    """Under way, over, gone; equal calls find the same one, and a ticket is the one that was given first."""
    predictions = Predictions()
    first = predictions.take("acme", 1, "a")
    second = predictions.take("acme", 1, "b")
    assert first is predictions.find("acme", "a", 0.0)
    assert predictions.find("globex", "a", 0.0) is None
    assert "t1" == predictions.give_ticket(first, "t1") == predictions.give_ticket(first, "t2")
    assert predictions.of_ticket("acme", "t2", 0.0) is None
    assert predictions.of_ticket("globex", "t1", 0.0) is None
    assert [first, second] == predictions.under_way(1)
    predictions.end(first, 10.0)
    predictions.end(first, 99.0)
    assert (10.0, [second]) == (first.over_at, predictions.under_way(1))
    assert predictions.of_ticket("acme", "t1", 10 + KEPT_SECONDS) is first
    assert predictions.hand_over(first)
    assert not predictions.hand_over(first)
    assert predictions.of_ticket("acme", "t1", 10.0) is None
    predictions.end(second, 20.0)
    assert predictions.find("acme", "b", 20 + KEPT_SECONDS) is second
    assert predictions.find("acme", "b", 20.1 + KEPT_SECONDS) is None
    expected = {"taken": 2, "under_way": 0, "waiting": 0, "handed_over": 1, "failed": 0, "expired": 1}
    assert expected == predictions.counts()


def test_a_failure_is_not_made_good() -> None:
    """What died first is what is told."""
    prediction = Predictions().take("acme", 1, "a")
    prediction.value = {"objects": []}
    prediction.fail("the first")
    prediction.fail("the second")

    assert (None, "the first") == (prediction.value, prediction.error)
