"""A grammar of requests that are wrong: every route of the API, and what can be wrong with each part of a request."""

from __future__ import annotations

import gzip
import json
import re
from dataclasses import dataclass, field

from hypothesis import strategies as st

from fake_backend.http.application import _app

JOB = "11111111-1111-1111-1111-111111111111"
PARAMETER = re.compile(r"<(?:(?P<kind>[a-z]+)(?:\([^)]*\))?:)?(?P<name>[a-z_]+)>")
KEYS = (
    *("project", "ids", "ids_ex", "id__in", "page", "page_size", "per_page", "cursor", "ordering", "sort", "fields"),
    *("expand", "pagination", "search", "created__gte", "is_discarded", "status_label", "schema", "response_mode"),
    *("ground_truth_dataset_versions", "pgh_obj_id__in", "tags", "tasks", "classes", "plugin_code", "dry_run"),
)
FIELDS = (
    *("ids", "pgh_ids", "storage_id", "path", "targets", "project_id", "filter", "format", "chunk_size", "purpose"),
    *("status", "progress_record", "metrics_record", "result", "event", "job", "data", "action", "agent", "params"),
    *("version", "job_id", "kind", "num_cpus", "num_gpus", "memory_bytes", "replicas", "on", "advance"),
    *("advance_to_next", "tenants", "tasks", "response_mode", "include_original_files", "ray_job_id", "name"),
)
GOOD = {
    "ids": [1, 2],
    "storage_id": 3,
    "path": "exports/a",
    "targets": ["task"],
    "project_id": 1,
    "purpose": "read",
    "event": "message",
    "job": JOB,
    "data": {},
    "status": "RUNNING",
    "action": "inference",
    "params": {"model": 1, "method": "post", "json": {}},
    "agent": 1,
}
TEXTS = (
    "",
    "\0",
    "a\0b",
    "\ud800",
    "\udfff",
    "\ufeff",
    "é",
    "..",
    "../../etc/passwd",
    "%00",
    "' OR 1=1 --",
    "9" * 30,
    "-1",
    "9999-12-31T23:59:59-01:00",
    "0001-01-01T00:00:00+09:00",
)
NUMBERS = (0, -1, 2**31, 2**63, -(2**63) - 1, 10**400, 1.5, float("inf"), float("-inf"), float("nan"), True)
SEGMENTS = (
    "0",
    "-1",
    "1",
    "3",
    "abc",
    "%00",
    "%FF%FE",
    "%ED%A0%80",
    "9" * 19,
    "9" * 400,
    "1.0",
    "%2F",
    "..",
    JOB,
    "a" * 300,
)
QUERIES = (
    "",
    "%00",
    "%FF",
    "%ED%A0%80",
    "1e999",
    "9" * 40,
    ",".join(f"w{number}" for number in range(600)),
    "-1",
    "1,\t2",
    "1-2",
    "2-1",
    "last",
    "'",
    "%",
    "%zz",
    "\xff",
    "NaN",
)
TYPES = (
    *(None, "", "application/json", "application/json; charset=utf-8", "application/json; charset=nonsense"),
    *("application/json; charset=utf-16", "application/json; charset=utf-7", "application/json; charset=hex"),
    *("application/json; charset=unicode_escape", "application/json;;;=", "text/plain", "application/vnd.api+json"),
    *("application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "json", "*/*", "application/json" * 30),
    *("application/json, application/json", "\xff\xfe", "a/b" * 90),
)
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "PROPFIND", "BREW")
HEADERS = (
    *(("Content-Encoding", "gzip"), ("Content-Encoding", "br"), ("Accept", "text/html"), ("Accept-Charset", "\xff")),
    *(("Synapse-Tenant", "\xff"), ("Synapse-Tenant", ""), ("Synapse-Agent", "\xff"), ("Range", "bytes=x")),
    *(("X-HTTP-Method-Override", "DELETE"), ("Cookie", "=;=\xff"), ("If-Match", '"'), ("Expect", "nothing")),
    *(("Host", "a b"), ("Host", "[::1"), ("Host", ""), ("Host", "\xff"), ("Origin", "http://["), ("X-A", "a\0b")),
    *(("Authorization", ""), ("Authorization", "Token"), ("Authorization", "Token \xff"), ("Authorization", "Basic =")),
)


@dataclass(frozen=True)
class Wrong:
    """One request.

    Args:
        method: As it is sent.
        target: Path and query, percent-encoded or not.
        headers: Beside the caller's own.
        body: Bytes.
        rule: The route that it was made of.
    """

    method: str
    target: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    rule: str = field(default="", compare=False)


def routes() -> list[tuple[str, str]]:
    """Return (method, rule) of every route that the application has, in the order of their text."""
    ruled = ((method, rule.rule) for rule in _app().url_map.iter_rules() for method in rule.methods or ())
    return sorted({one for one in ruled if one[0] not in {"HEAD", "OPTIONS"}})


texts = st.sampled_from(TEXTS) | st.text(max_size=8)
scalars = st.none() | st.sampled_from(NUMBERS) | texts | st.integers() | st.floats()
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(FIELDS) | texts, inner, max_size=4),
    max_leaves=8,
)
bodies = st.fixed_dictionaries({}, optional={name: values | st.just(GOOD.get(name)) for name in FIELDS})


@st.composite
def nearly_right(draw):
    """Return a body that is right but for a field or two."""
    wrong = draw(st.dictionaries(st.sampled_from(FIELDS), values, max_size=2))
    return {**GOOD, **wrong}


def _nested(depth: int) -> bytes:
    return b'{"data":' + b"[" * depth + b"]" * depth + b"}"


RAW = (
    *(
        b"",
        b"{",
        b"}",
        b"nul",
        b"[1,",
        b'{"a":1,}',
        b"{'a':1}",
        b'{"ids":[1]}x',
        b'{"ids":[1]} {"ids":[2]}',
        b"\xef\xbb\xbf{}",
    ),
    *(
        b"\xff\xfe",
        b'{"a":"\xff"}',
        b'{"a":"\xed\xa0\x80"}',
        b'{"a":"\\ud800"}',
        b'{"\\udc00":1}',
        b'{"event":"\\u0000"}',
    ),
    *(
        b"\x00",
        b'{"a":"\x00"}',
        b'{"ids":[1],"ids":[2]}',
        b'{"ids":[1e999]}',
        b'{"advance":1e999}',
        b'{"advance":-1e999}',
    ),
    *(
        b'{"ids":[' + b"9" * 400 + b"]}",
        b'{"ids":[' + b"9" * 5000 + b"]}",
        b'{"a":NaN}',
        b'{"a":Infinity}',
        b'{"a":01}',
    ),
    *(_nested(500), _nested(3_000), _nested(100_000), b"[" * 100_000, b'{"a":' * 50_000, b"\x1f\x8b\x08\x00nonsense"),
    *(
        gzip.compress(b'{"ids":[1]}', mtime=0),
        '{"ids":[1]}'.encode("utf-16"),
        b"ids=1",
        b"--x\r\n\r\n--x--\r\n",
        b"null",
        b"1",
        b'"a"',
    ),
)
encoded = (bodies | nearly_right() | st.lists(nearly_right() | values, max_size=3)).map(
    lambda body: json.dumps(body).encode()
)
whole = st.one_of(encoded, encoded, st.sampled_from(RAW), st.binary(max_size=30))
cut = st.tuples(whole, st.integers(0, 60)).map(lambda pair: pair[0][: pair[1]])


@st.composite
def requests_of_routes(draw):
    """Return a request of some route in which something may be wrong everywhere."""
    method, rule = draw(st.sampled_from(routes()))
    path = PARAMETER.sub(lambda found: draw(_segments(found["kind"], found["name"])), rule)
    method = draw(st.sampled_from((method,) * 12 + METHODS))
    if draw(st.integers(0, 12)) == 0:
        path = draw(
            st.sampled_from((path.rstrip("/"), f"/{path}", f"{path}%00/", f"{path}%FF/", f"{path}../", path.upper()))
        )
    pairs = draw(st.lists(st.tuples(st.sampled_from(KEYS), st.sampled_from(QUERIES)), max_size=3))
    target = path + ("?" + "&".join(f"{key}={value}" for key, value in pairs) if pairs else "")
    body = draw(st.one_of(whole, whole, cut)) if method not in {"GET", "HEAD"} or draw(st.integers(0, 9)) == 0 else b""
    kind = draw(st.sampled_from(("application/json",) * 20 + TYPES))
    headers = draw(st.lists(st.sampled_from(HEADERS), max_size=1)) if draw(st.integers(0, 4)) == 0 else []
    if kind is not None:
        headers = [*headers, ("Content-Type", kind)]
    return Wrong(method, target, tuple(headers), body, rule)


def _segments(kind: str | None, name: str):
    good = (
        JOB
        if kind == "uuid" or name == "job_id"
        else "code-1"
        if name == "code"
        else "3"
        if name == "storage_id"
        else "1"
    )
    return st.sampled_from((good,) * 8 + SEGMENTS)
