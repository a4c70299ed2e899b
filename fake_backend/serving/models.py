"""Models: Python callables, registered by the name that a plugin release gives.

    def detect(request: InferenceRequest) -> dict:
        picture = requests.get(request.image_url, timeout=30).content
        return {"objects": [...]}

    backend.serving.register("shapes", detect)

A model gets what the real one gets: a presigned URL and parameters. It knows neither task nor truth.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

from fake_backend.core.errors import BadRequest
from fake_backend.serving.errors import ModelFailed

IMAGE_KEYS: Final = ("image_path", "image_url", "image")
"""Where a call's JSON names the picture; the first is the reference client's example (``reference/run_to_task.py``)."""

_SIGNED_QUERY = re.compile(r"\?(?=[^\s'\")]*X-Amz-)[^\s'\")]*", re.IGNORECASE)  # also of a URL without its host


@dataclass(frozen=True)
class InferenceRequest:
    """What a model is called with.

    Args:
        image_url: Presigned URL of the picture, in one of the world's own buckets.
        parameters: The rest of the call's JSON, as the client sent it.
        model: Id of the model that the client names; ``None`` when it names none.
    """

    image_url: str = field(repr=False)  # it carries a signature
    parameters: Mapping[str, Any]
    model: Any = None

    @classmethod
    def read(cls, params: object, storage_url: str) -> InferenceRequest:
        """Return the request that the ``params`` of a run make.

        Args:
            params: ``{"model": ..., "method": "post", "json": {"image_path": ..., ...}}`` (contract.md 4).
            storage_url: Base URL of the world's objects on the caller's transport.

        Raises:
            BadRequest: There is no picture, or it is not the world's own.
        """
        body = params.get("json") if isinstance(params, dict) else None
        if not isinstance(params, dict) or not isinstance(body, dict):
            raise BadRequest(
                "An inference takes an object.", received=type(body).__name__, expected="an object", field="params.json"
            )
        key = next((key for key in IMAGE_KEYS if key in body), IMAGE_KEYS[0])
        url = body.get(key)
        if not isinstance(url, str) or not _is_below(url, storage_url):
            raise BadRequest(
                f"{key} is a URL of an object of this backend.",
                received=_bare(url) if isinstance(url, str) else type(url).__name__,
                expected=f"a presigned URL below {storage_url}",
                field=f"params.json.{key}",
            )
        rest = {name: value for name, value in body.items() if name != key}
        return cls(url, rest, params.get("model"))

    @property
    def batch_size(self) -> int:
        """How many pictures the client wants at a time: ``batch_size``, at the top or in ``model_config``."""
        deeper = self.parameters.get("model_config")
        found = (held.get("batch_size") for held in (self.parameters, deeper) if isinstance(held, Mapping))
        return max((size for size in found if isinstance(size, int) and not isinstance(size, bool)), default=1)

    @property
    def identity(self) -> str:
        """What makes two calls the same: picture, parameters and model; a signature is no part of it."""
        return json.dumps([_bare(self.image_url), dict(self.parameters), self.model], sort_keys=True)


type Model = Callable[[InferenceRequest], Any]


class Models:
    """The models of one world by name. Thread-safe; a model is called from the threads of its callers."""

    def __init__(self) -> None:
        self._models: dict[str, Model] = {}
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"<Models {sorted(self._models)}>"

    def register(self, name: str, model: Model) -> None:
        """Answer calls of releases whose ``model`` is ``name``; an earlier model of that name is replaced.

        Args:
            name: As the seed document's ``plugin_releases`` spell it.
            model: Called with an ``InferenceRequest``, in no particular thread; returns JSON, such as
                ``{"objects": [...]}``.

        Raises:
            BadRequest: The name is blank, or the model cannot be called.
        """
        if not isinstance(name, str) or not name.strip():
            raise BadRequest("A model needs a name.", received=name, expected="text that is not blank")
        if not callable(model):
            raise BadRequest("A model is called.", received=type(model).__name__, expected="a callable of one argument")
        with self._lock:
            self._models[name] = model

    def run(self, name: str | None, request: InferenceRequest) -> Any:
        """Return a model's prediction, as JSON has it.

        Raises:
            ModelFailed: There is no such model, it raised, or what it returned is not JSON.
        """
        with self._lock:
            model = self._models.get(name) if name is not None else None
        if model is None:
            raise ModelFailed(
                "No model is registered under this name.",
                received=name,
                expected=f"backend.serving.register({name or 'name'!r}, model)",
            )
        try:
            return json.loads(json.dumps(model(request), allow_nan=False))
        except Exception as error:  # a model is anybody's code: whatever it raises is the call's failure, not ours
            raise ModelFailed(f"The model {name!r} failed: {type(error).__name__}: {_unsigned(str(error))}") from error


def _is_below(url: str, storage_url: str) -> bool:
    try:
        asked, own = urlsplit(url), urlsplit(storage_url)
    except ValueError:
        return False
    return (asked.scheme, asked.netloc) == (own.scheme, own.netloc)


def _bare(url: str) -> str:
    try:
        scheme, host, path, _, _ = urlsplit(url)
    except ValueError:
        return "no URL"
    return urlunsplit((scheme, host, path, "", ""))


def _unsigned(text: str) -> str:
    """Return an error's text without the queries of URLs, which carry signatures."""
    return _SIGNED_QUERY.sub("", text)
