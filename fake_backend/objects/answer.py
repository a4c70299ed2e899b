"""What the storage answers: status, headers, and a body that leaves in chunks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fake_backend.objects.document import write

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fake_backend.objects.document import Content

CHUNK = 65_536  # bytes: small enough to be cut in the middle of an object, large enough to be no burden
WITHOUT_BODY = (204, 304)  # RFC 9110, 6.4.1


@dataclass(frozen=True)
class Answer:
    """An answer that is known in full before its first byte leaves.

    Args:
        status: HTTP status.
        headers: Names and values, ``Content-Length`` not among them.
        body: The whole body.
        length: What ``Content-Length`` says where that is not the body's length: answers to HEAD.
    """

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    length: int | None = None

    @property
    def content_length(self) -> str | None:
        """Value of ``Content-Length``; ``None`` where the status has no body to measure."""
        return None if self.status in WITHOUT_BODY else str(len(self.body) if self.length is None else self.length)

    def chunks(self) -> Iterator[bytes]:
        """Return the body in pieces."""
        for start in range(0, len(self.body), CHUNK):
            yield self.body[start : start + CHUNK]


def document(name: str, content: Content) -> Answer:
    """Return an answer of one of S3's documents."""
    return Answer(headers={"Content-Type": "application/xml"}, body=write(name, content))
