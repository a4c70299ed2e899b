"""One backend over HTTP: addresses, credentials, time-outs, transport retry, redirects, errors.

Source: contract.md 1.1 and 1.2. Credentials go to the backend's own origin, whatever a link or redirect says.
"""

from __future__ import annotations

import json as codec
import weakref
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Self

import requests
from urllib3.exceptions import HTTPError as WireError

from sdk.clients.errors import ClientError, QueryTooLongError, RedirectError, error_for_status
from sdk.clients.exchange import REDIRECTS, Exchange
from sdk.clients.failures import client_error
from sdk.clients.origin import base_of, resolve
from sdk.clients.query import MAX_QUERY_BYTES, Params, encode
from sdk.clients.redaction import LogMask, Redactor
from sdk.clients.retry import RESENDABLE, ClockRetry, Timeouts, retry_after_seconds

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sdk.clients.credentials import Headers
    from sdk.clients.exchange import Answer
    from sdk.clock import Clock

MAX_REDIRECTS = 5
MAX_DETAIL = 2000  # characters of a body that an error's sentence shows
_BODY_METHODS = frozenset({"POST", "PUT", "PATCH"})
_KEEPS_METHOD = frozenset({307, 308})


class Transport:
    """Sends requests of one caller to one backend; safe to share between threads.

    Args:
        base_url: Address of the backend, ``http(s)://host[:port][/path]``.
        headers: Credential headers; sent to the backend's origin only.
        secrets: Tokens to mask in every text.
        clock: What waits between attempts.
        timeouts: Limits of a request that names none.
        extra_query: Parameters added to every request that lacks them; ``url_host=internal`` is one.

    Raises:
        ConfigurationError: ``base_url`` cannot be used.
    """

    def __init__(
        self,
        base_url: str,
        *,
        headers: Headers,
        secrets: tuple[str, ...] = (),
        clock: Clock,
        timeouts: Timeouts,
        extra_query: Mapping[str, str] | None = None,
    ) -> None:
        self.base_url, self.origin = base_of(base_url)
        self.clock = clock
        self.timeouts = timeouts
        self.redactor = Redactor(secrets)
        self._headers = headers
        self._extra_query = dict(extra_query or {})
        self._retrying = Exchange(ClockRetry.standard(clock))
        self._single = Exchange(ClockRetry.single(clock))
        mask = LogMask(self.redactor)
        mask.attach()
        self._unmask = weakref.finalize(self, mask.detach)

    def __repr__(self) -> str:
        return f"<Transport to {self.origin}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def tenant(self) -> str | None:
        """Tenant code that requests carry; ``None`` when they carry none."""
        found = [value for name, value in self._headers.items() if name.lower() == "synapse-tenant"]
        return found[0].removeprefix("Token ") if found else None

    def close(self) -> None:
        """Close all connections; the transport stays usable."""
        self.forget_connections()

    def forget_connections(self) -> None:
        """Close idle connections, so that the next attempt opens a new one."""
        self._retrying.forget_connections()
        self._single.forget_connections()

    def link(self, reference: str, *, current: str | None = None) -> str:
        """Return the absolute URL of a page's ``next`` link.

        Args:
            reference: The link as the page gives it.
            current: URL of that page.

        Raises:
            OriginError: It leads to another origin.
            OpaqueCursorError: It is neither URL nor path.
        """
        return resolve(
            self.base_url, self.origin, reference, current=current, what="next link", redact=self.redactor.text
        )

    def request(
        self,
        method: str,
        path: str,
        *,
        params: Params | None = None,
        json: object = None,
        timeouts: Timeouts | None = None,
        once: bool = False,
    ) -> Any:
        """Send a request and return the decoded body.

        Args:
            method: HTTP method in upper case.
            path: ``sdk/tasks``, ``/sdk/tasks/`` or a URL of the backend's own origin.
            params: Query parameters, see ``sdk.clients.query``.
            json: Body of a POST, PUT or PATCH; ``None`` sends an empty one.
            timeouts: Limits of this request.
            once: Send it once, for callers that bring their own retry.

        Returns:
            Parsed JSON, else the text; ``None`` for 204.

        Raises:
            ClientError: One of its children, by the status or the failure.
        """
        url = self.address(path, params)
        limits = timeouts or self.timeouts
        sends = 1 if once or method not in RESENDABLE else 4  # 4: as the transport's own retry, contract.md 1.2
        for attempt in range(sends):
            response = self._follow(method, url, json, limits, once=once)
            failure: ClientError | None = None
            try:
                content = response.content()
            except (requests.RequestException, WireError) as error:
                failure = client_error(error, method=method, url=url, redactor=self.redactor, body=True)
            finally:
                response.close()
            if failure is None:
                return self._decoded(method, response, content)
            if attempt + 1 == sends:
                raise failure
            self.clock.sleep(0.0 if attempt == 0 else 2.0 * 2**attempt)
        raise AssertionError  # the loop returns or raises

    def open_stream(self, path: str, *, timeouts: Timeouts, accept: str) -> Answer:
        """Open a streamed GET that is sent once; the caller reads and closes it.

        Args:
            path: Path of the backend.
            timeouts: Limits; ``read`` is the longest silence.
            accept: Value of the ``Accept`` header.

        Raises:
            ClientError: By the status or the failure.
        """
        url = self.address(path, None)
        response = self._follow("GET", url, None, timeouts, once=True, accept=accept)
        if response.status_code >= HTTPStatus.BAD_REQUEST:
            try:
                content = response.raw.read(MAX_DETAIL, decode_content=True)
            except WireError:
                content = b""
            finally:
                response.close()
            raise self._refusal("GET", response, content)
        return response

    def address(self, path: str, params: Params | None) -> str:
        """Return the absolute URL of a path with its query.

        Raises:
            OriginError: The path is a URL of another origin.
            QueryTooLongError: The encoded query is longer than 10,000 bytes.
        """
        whole = path.split("?", 1)[0]
        if "://" not in whole:
            path = "/" + path.lstrip("/")
            if "?" not in path and not path.endswith("/"):
                path += "/"
        url = resolve(self.base_url, self.origin, path, what="path", redact=self.redactor.text)
        given = dict(params or {})
        for name, value in self._extra_query.items():
            if f"{name}=" not in url:
                given.setdefault(name, value)
        if not given:
            return url
        query = encode(given)  # which is ASCII
        if len(query) > MAX_QUERY_BYTES:
            raise QueryTooLongError(
                f"The query of {path} is {len(query)} bytes long when encoded; at most {MAX_QUERY_BYTES} are sent. "
                "Narrow the filter, or ask for fewer ids at a time."
            )
        return f"{url}{'&' if '?' in url else '?'}{query}"

    def _follow(
        self,
        method: str,
        url: str,
        body: object,
        timeouts: Timeouts,
        *,
        once: bool,
        accept: str = "application/json",
    ) -> Answer:
        """Send, and go after redirects that stay at home."""
        for _ in range(MAX_REDIRECTS + 1):
            response = self._send(method, url, body, timeouts, once=once, accept=accept)
            if response.status_code not in REDIRECTS:
                return response
            response.leave()
            if not response.target:
                raise self._redirect_error(method, url, response.status_code, "it names no target")
            target = resolve(
                self.base_url, self.origin, response.target, current=url, what="redirect", redact=self.redactor.text
            )
            if method not in RESENDABLE and response.status_code not in _KEEPS_METHOD:
                raise self._redirect_error(method, url, response.status_code, "it would turn a write into a read")
            url = target
        raise self._redirect_error(method, url, response.status_code, f"it is one of more than {MAX_REDIRECTS}")

    def _redirect_error(self, method: str, url: str, status: int, why: str) -> RedirectError:
        shown = self.redactor.text(url)
        return RedirectError(
            f"{method} {shown} was redirected ({status}), which is not followed: {why}.",
            status=status,
            method=method,
            url=shown,
        )

    def _send(
        self,
        method: str,
        url: str,
        body: object,
        timeouts: Timeouts,
        *,
        once: bool,
        accept: str,
    ) -> Answer:
        """One exchange with the transport's own retry; failures leave as errors of ours, unchained."""
        headers = {**self._headers, "Accept": accept}
        data: bytes | None = None
        if method in _BODY_METHODS:
            headers["Content-Type"] = "application/json"
            data = b"" if body is None else codec.dumps(body, ensure_ascii=False, allow_nan=False).encode()
        exchange = self._single if once else self._retrying
        failure: ClientError | None = None
        try:
            return exchange.send(method, url, headers, timeouts, body=data)
        except (requests.RequestException, WireError) as error:
            failure = client_error(error, method=method, url=url, redactor=self.redactor)
        raise failure

    def _decoded(self, method: str, response: Answer, content: bytes) -> Any:
        if response.status_code >= HTTPStatus.BAD_REQUEST:
            raise self._refusal(method, response, content)
        if response.status_code == HTTPStatus.NO_CONTENT:
            return None
        return _body(content)

    def _refusal(self, method: str, response: Answer, content: bytes) -> ClientError:
        detail = self.redactor.value(_body(content))
        shown = self.redactor.text(response.url)
        text = detail if isinstance(detail, str) else codec.dumps(detail, ensure_ascii=False)
        return error_for_status(
            response.status_code,
            f"{method} {shown} was answered with {response.status_code}: {text[:MAX_DETAIL] or response.reason}",
            detail=detail,
            method=method,
            url=shown,
            retry_after=retry_after_seconds(response.headers.get("Retry-After"), self.clock),
        )


def _body(content: bytes) -> object:
    """Return parsed JSON where the body is JSON, else its text."""
    try:
        return codec.loads(content)
    except (ValueError, RecursionError):
        return content.decode("utf-8", errors="replace")
