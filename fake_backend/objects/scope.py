"""The scope that a signature names: who signed, and for which day, region and service."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fake_backend.objects.errors import AuthorizationHeaderMalformed, AuthorizationQueryParametersError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from fake_backend.objects.errors import StorageRefusal

type Malformed = Callable[..., StorageRefusal]

SERVICE = "s3"
TERMINAL = "aws4_request"

# How each way of signing begins its sentence: AWS's, recorded for the mal-formed URL and the header's region. A form's
# begins at once.
_LEADS: dict[Malformed, str] = {
    AuthorizationQueryParametersError: "Error parsing the X-Amz-Credential parameter; ",
    AuthorizationHeaderMalformed: "The authorization header is malformed; ",
}


@dataclass(frozen=True)
class CredentialScope:
    """The credential of a request, read.

    Args:
        access_key: Who signed.
        day: For which day, ``YYYYMMDD``.
    """

    access_key: str
    day: str

    @classmethod
    def read(cls, text: str, *, region: str, refuse: Malformed) -> CredentialScope:
        """Read ``<access key>/<day>/<region>/<service>/aws4_request``.

        Args:
            text: What the request says.
            region: The region that it has to name.
            refuse: How to say no: as to a URL, to a header or to a form.

        Raises:
            StorageRefusal: ``refuse``, for a scope of another form, region or service.
        """
        lead = _LEADS.get(refuse, "")
        parts = text.split("/")
        if len(parts) != 5 or not parts[0]:
            raise refuse(
                f'{lead}the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".'
            )
        access_key, day, their_region, service, terminal = parts
        if not re.fullmatch(r"[0-9]{8}", day):
            raise refuse(
                f'{lead}incorrect date format "{day}". This date in the credential must be in the format "yyyyMMdd".'
            )
        if their_region != region:
            raise refuse(
                f"{lead}the region '{their_region}' is wrong; expecting '{region}'",
                received=their_region,
                expected=region,
                elements={"Region": region},
            )
        if service != SERVICE:
            raise refuse(f'{lead}incorrect service "{service}". This endpoint belongs to "{SERVICE}".')
        if terminal != TERMINAL:
            raise refuse(f'{lead}incorrect terminal "{terminal}". This endpoint uses "{TERMINAL}".')
        return cls(access_key, day)

    def require_day(self, date: datetime, *, refuse: Malformed) -> None:
        """Refuse a scope of another day than the request's.

        Raises:
            StorageRefusal: ``refuse``; the sentence is AWS's in alpakka#1690 and arq_restore#48.
        """
        if date.strftime("%Y%m%d") != self.day:
            raise refuse(f"{_LEADS.get(refuse, '')}Invalid credential date. Date is not the same as X-Amz-Date.")
