"""The storage endpoint as a WSGI application: one for the process, each request to the world in its environ."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Protocol

from fake_backend.objects import instants
from fake_backend.objects.answer import Answer
from fake_backend.objects.document import write
from fake_backend.objects.errors import StorageRefusal
from fake_backend.objects.request import ObjectRequest

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIEnvironment

    from fake_backend.objects.store import ObjectStore


class StorageWorld(Protocol):
    """What the endpoint needs of a world."""

    @property
    def objects(self) -> ObjectStore:
        """The world's objects, with its clock."""


def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Answer one request of S3's REST API, path style or virtual-hosted.

    Args:
        environ: WSGI environ. ``fake_backend.world`` holds the world; ``RAW_URI`` the target as it was sent;
            ``fake_backend.storage_url`` the endpoint, below whose host name buckets are subdomains.
        start_response: As PEP 3333 has it.
    """
    world: StorageWorld = environ["fake_backend.world"]
    store = world.objects
    request_id = store.draw_id()
    try:
        answer = _answer(environ, store)
    except StorageRefusal as refusal:
        answer = _refusal(refusal, environ, request_id, store.host_id)
    headers = {
        "x-amz-id-2": store.host_id,
        "x-amz-request-id": request_id,
        "Date": instants.http(store.clock.now()),
        "Server": "AmazonS3",
        **answer.headers,
    }
    if answer.content_length is not None:
        headers["Content-Length"] = answer.content_length
    start_response(f"{answer.status} {HTTPStatus(answer.status).phrase}", list(headers.items()))
    return answer.chunks()


def _answer(environ: WSGIEnvironment, store: ObjectStore) -> Answer:
    # the gate is botocore, and takes 60 ms to import: a world whose storage nobody asks does not pay for it
    from fake_backend.objects.gate import admit, is_signed  # noqa: PLC0415
    from fake_backend.objects.operations import admits_itself, perform  # noqa: PLC0415

    request = ObjectRequest.read(environ)
    if is_signed(request) or not admits_itself(request):
        admit(request, store)
    return perform(request, store)


def _refusal(refusal: StorageRefusal, environ: WSGIEnvironment, request_id: str, host_id: str) -> Answer:
    """Return S3's error document; an answer to HEAD has no body, and says so."""
    if environ["REQUEST_METHOD"] == "HEAD":
        return Answer(refusal.status)
    content = [("Code", refusal.code), ("Message", refusal.message), *refusal.elements.items()]
    identity = [("RequestId", request_id), ("HostId", host_id)]
    body = write("Error", [*content, *identity], namespace=False)
    return Answer(refusal.status, {"Content-Type": "application/xml"}, body)
