"""What a storage answered, as far as it can be compared: status, code, sentence, and further elements."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from collections.abc import Mapping

    import requests

ANY = "*"  # an element that has to be there, whatever it says: a date, a signature, a key
OWN = frozenset({"Code", "Message", "RequestId", "HostId"})


@dataclass(frozen=True)
class Refusal:
    """A refusal of AWS's.

    Args:
        status: HTTP status.
        code: S3's code.
        message: The sentence, or how it begins where it ends in an ellipsis; empty where no source tells it.
        elements: Further elements of the document, in any order; ``ANY`` for what differs from call to call.
            ``None`` where no source shows the document.
    """

    status: int
    code: str
    message: str = ""
    elements: Mapping[str, str] | None = None

    def differences(self, answer: requests.Response) -> list[str]:
        """Return in words what an answer has that AWS's has not, or lacks.

        Args:
            answer: Of another storage to the same request.
        """
        told = read(answer)
        found = [] if answer.status_code == self.status else [f"status {answer.status_code}, not {self.status}"]
        if told.get("Code") != self.code:
            found.append(f"code {told.get('Code')}, not {self.code}")
        message = told.get("Message", "")
        fits = message.startswith(self.message[:-3]) if self.message.endswith("...") else message == self.message
        if self.message and not fits:
            found.append(f"message {message!r}, not {self.message!r}")
        if self.elements is not None:
            further = {name: value for name, value in told.items() if name not in OWN}
            wanted = {name: further.get(name, "") if value == ANY else value for name, value in self.elements.items()}
            if further != wanted:
                found.append(f"elements {further}, not {dict(self.elements)}")
        return found


def read(answer: requests.Response) -> dict[str, str]:
    """Return the elements of an error document; none where the body is no such document."""
    try:
        root = ET.fromstring(answer.content)  # noqa: S314 - a fake's own
    except ET.ParseError:
        return {}
    return {child.tag: child.text or "" for child in root} if root.tag == "Error" else {}


@dataclass(frozen=True)
class Shown:
    """An answer in a table's cell.

    Args:
        status: HTTP status.
        code: S3's code, where the answer is an error document of S3's.
        fault: Class of the exception that came in place of an answer.
    """

    status: int
    code: str = ""
    fault: str = field(default="")

    def __str__(self) -> str:
        return f"{self.status} {self.code or self.fault}".strip()
