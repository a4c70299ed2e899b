"""The published OpenAPI file, and whether an answer is what it declares.

The file ships in the package and speaks two languages: its schemas say ``{next, previous, results}`` of a list and the
bare object of a single row, its examples show ``{data, meta}`` around both (contract.md 6). An envelope is therefore
opened before its content is held against the schema, as the client opens it.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import yaml
from jsonschema import Draft4Validator, FormatChecker

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times faster where libyaml is there
SHOWN = 3  # violations of one answer

UNFAITHFUL: Final[Mapping[tuple[str, str], str]] = {
    ("TaskV2BulkFetch", "data"): "declared a string; the description and the client have JSON",
    ("TaskV2BulkFetch", "files_manifest"): "declared an object; the description says null",
    ("AssignmentV2BulkFetch", "data"): "declared a string; the description and the client have JSON",
    (
        "AssignmentV2BulkFetch",
        "files_manifest",
    ): "declared an object; its description has it as of a task, which is null",
    ("GroundTruthEventV2BulkData", "data"): "declared an object; an event without a payload has null",
    ("GroundTruthEventV2BulkData", "files_manifest"): "declared an object; null as of the other bulk calls",
    ("JobLogV2Detail", "file"): "declared a URL; an entry without a file has null",
}
"""Fields of which the file's own schema is not what it says elsewhere; they are held against nothing."""


class Published:
    """The file's operations and schemas.

    Args:
        path: Of the YAML.
    """

    def __init__(self, path: Path) -> None:
        document = yaml.load(path.read_text(encoding="utf-8"), Loader=LOADER)  # noqa: S506 - a safe loader either way
        self._schemas = {name: _plain(_without(name, one)) for name, one in document["components"]["schemas"].items()}
        self._operations = [
            (method.upper(), re.compile(re.sub(r"{[^}]+}", "[^/]+", template) + r"\Z"), operation["responses"])
            for template, methods in document["paths"].items()
            for method, operation in methods.items()
            if isinstance(operation, dict)
        ]

    def responses(self, method: str, path: str) -> Mapping[str, Any] | None:
        """Return the declared answers of an operation by status, ``None`` for one that the file does not have."""
        found = (answers for verb, pattern, answers in self._operations if verb == method and pattern.match(path))
        return min(found, key=len, default=None)

    def violations(self, method: str, url: str, status: int, body: Any) -> list[str] | None:
        """Return how an answer is not what is declared; ``None`` where the file declares no body for it.

        Args:
            method: Of the request.
            url: Of the request.
            status: Of the answer.
            body: Of the answer, JSON read.
        """
        declared = (self.responses(method, urlsplit(url).path) or {}).get(str(status))
        if declared is None:
            return None
        schema = declared.get("content", {}).get("application/json", {}).get("schema")
        if schema is None:
            return None
        content = body if status >= 400 else opened(body)
        if schema.get("type") == "array":  # of log entries: a list that is no page
            content = content["results"]
        whole = {**_plain(schema), "components": {"schemas": self._schemas}}
        if "$ref" in whole:
            whole = {"allOf": [{"$ref": whole.pop("$ref")}], "components": whole["components"]}
        found = Draft4Validator(whole, format_checker=FORMATS).iter_errors(content)
        return [f"{one.json_path}: {one.message[:200]}" for one in sorted(found, key=lambda one: one.json_path)][:SHOWN]


def opened(body: Any) -> Any:
    """Return what an envelope holds, a page in the words of the schemas; anything else as it is."""
    if not (isinstance(body, dict) and {"data", "meta"} <= body.keys()):
        return body
    if not isinstance(body["data"], list):
        return body["data"]
    pages = body["meta"].get("pagination", {})  # bulk calls have a page's schema and no pages
    return {"next": pages.get("next_cursor"), "previous": pages.get("previous_cursor"), "results": body["data"]}


def _without(name: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return a schema without what it says of the fields in ``UNFAITHFUL``; they must be there all the same."""
    if "properties" not in schema:
        return dict(schema)
    kept = {key: {} if (name, key) in UNFAITHFUL else one for key, one in schema["properties"].items()}
    return {**schema, "properties": kept}


def _plain(schema: Any) -> Any:
    """Return an OpenAPI 3.0 schema as JSON Schema: there, ``nullable`` is another way to be valid."""
    if isinstance(schema, list):
        return [_plain(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {name: _plain(value) for name, value in schema.items() if name not in {"nullable", "example", "examples"}}
    return {"anyOf": [plain, {"type": "null"}]} if schema.get("nullable") is True else plain


FORMATS: Final = FormatChecker(["uuid", "email"])


@FORMATS.checks("date-time", raises=ValueError)
def _is_instant(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


@FORMATS.checks("uri")
def _is_url(value: object) -> bool:
    return not isinstance(value, str) or bool(urlsplit(value).scheme)


def faithless() -> Iterator[str]:
    """Yield the fields that are held against nothing, with the reason."""
    return (f"{schema}.{name}: {reason}" for (schema, name), reason in UNFAITHFUL.items())
