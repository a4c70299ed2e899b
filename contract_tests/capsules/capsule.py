"""What is in a capsule: all that a run was made of, and what was seen of it."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final, Literal, Self

from contract_tests.simulation.recipe import Recipe

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from contract_tests.simulation.laws import Broken
    from contract_tests.simulation.trial import Trial

FORMAT: Final = 1
SIGNATURES = ("x-amz-", "signature=", "awsaccesskeyid=", "expires=")

type Replay = Literal["journal", "requests"]

PROMISES: Final[Mapping[str, str]] = {
    "journal": "the journals of two runs are equal byte for byte",
    "requests": "two runs send the same multiset of (method, path, query less its signature, status) in each step",
}
"""Kind of replay to what it promises: the second one is for clients with threads of their own."""


class CapsuleInvalid(Exception):  # noqa: N818 (a refusal, as the others are)
    """A file that is no capsule, in one sentence."""


@dataclass(frozen=True)
class Request:
    """One request that was seen.

    Args:
        step: ``first`` while the faults were in force, ``again`` after they had stopped.
        method: HTTP method.
        path: Without the query.
        query: Less its signature.
        status: Of the answer.
        digest: SHA-256 of the whole line of the journal, in lower-case hex, its first 16 characters.
    """

    step: str
    method: str
    path: str
    query: str
    status: int
    digest: str


@dataclass(frozen=True)
class Capsule:
    """One run in one file.

    Args:
        recipe: World, settings, command, faults, clock script, seed and run: see ``Recipe``.
        requests: What was sent.
        law: First law that was broken; ``None`` for a run that broke none.
        journal: SHA-256 of the journal.
        replay: What a second run is promised to have in common with this one.
        version: Of the package that wrote it.
    """

    recipe: Recipe
    requests: Sequence[Request]
    law: Broken | None
    journal: str
    replay: Replay = "journal"
    version: str = ""

    @classmethod
    def of(cls, trial: Trial, law: Broken | None) -> Self:
        """Return the capsule of a run.

        Args:
            trial: The run.
            law: The first law that it breaks, if it breaks one.
        """
        return cls(trial.recipe, requests_of(trial), law, trial.digest, version=version("fake-backend"))

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a file.

        Raises:
            CapsuleInvalid: It is no capsule, or one of another format.
        """
        try:
            text = path.read_text(encoding="utf-8")
        except OSError as error:
            raise CapsuleInvalid(f"{path} cannot be read: {error.strerror or error}.") from error
        except UnicodeDecodeError as error:
            raise CapsuleInvalid(
                f"{path} is no capsule: it is no text in UTF-8, from byte {error.start} on."
            ) from error
        return cls.of_text(text, str(path))

    @classmethod
    def of_text(cls, text: str, name: str = "The text") -> Self:
        """Read what ``text`` returned.

        Raises:
            CapsuleInvalid: It is no capsule, or one of another format.
        """
        from contract_tests.simulation.laws import Broken  # noqa: PLC0415 (laws import the trial, which imports the SDK)

        try:
            told = json.loads(text)
            if not isinstance(told, dict):
                raise CapsuleInvalid(f"{name} is no capsule: it holds {type(told).__name__} instead of an object.")
            if told["format"] != FORMAT:
                raise CapsuleInvalid(f"{name} is a capsule of format {told['format']!r}; {FORMAT} is understood.")
            if told["replay"] not in PROMISES:
                raise CapsuleInvalid(
                    f"{name} promises the replay {told['replay']!r}; {' or '.join(PROMISES)} would do."
                )
            law = None if told["law"] is None else Broken(told["law"]["name"], told["law"]["sentence"])
            requests = [Request(**row) for row in told["requests"]]
            return cls(Recipe.of_json(told["recipe"]), requests, law, told["journal"], told["replay"], told["version"])
        except KeyError as error:
            raise CapsuleInvalid(f"{name} is no capsule: it has no {error.args[0]!r}.") from error
        except (ValueError, TypeError, AttributeError, RecursionError) as error:
            raise CapsuleInvalid(f"{name} is no capsule: {error}.") from error

    def text(self) -> str:
        """Return the file: JSON, one line for each request."""
        told = {
            "format": FORMAT,
            "version": self.version,
            "replay": self.replay,
            "promise": PROMISES[self.replay],
            "law": None if self.law is None else {"name": self.law.law, "sentence": self.law.sentence},
            "journal": self.journal,
            "recipe": self.recipe.as_json(),
        }
        head = json.dumps(
            told, ensure_ascii=False, indent=1
        )  # the order of a filter's keys and of files means something
        rows = ",\n".join(json.dumps(row.__dict__, ensure_ascii=False) for row in self.requests)
        return f'{head.removesuffix("}").rstrip()},\n "requests": [\n{rows}\n ]\n}}\n'


def requests_of(trial: Trial) -> list[Request]:
    """Return what a run has sent, step by step."""
    found = []
    for step, attempt in (("first", trial.first), ("again", trial.again)):
        for entry in attempt.entries if attempt is not None else ():
            line = json.dumps(entry, ensure_ascii=False, sort_keys=True)
            digest = hashlib.sha256(line.encode()).hexdigest()[:16]
            query = unsigned(entry["query"])
            found.append(Request(step, entry["method"], entry["path"], query, entry["status"], digest))
    return found


def unsigned(query: str) -> str:
    """Return a query without what signs it."""
    return "&".join(pair for pair in query.split("&") if not pair.lower().startswith(SIGNATURES))


def counted(requests: Sequence[Request]) -> Counter[tuple[str, str, str, str, int]]:
    """Return how often each request was sent, whatever the order."""
    return Counter((one.step, one.method, one.path, one.query, one.status) for one in requests)


def rows_in(document: Mapping[str, Any]) -> int:
    """Return how many rows a world has that a client may be about: tasks, assignments and ground-truth events."""
    return sum(len(document.get(name, ())) for name in ("tasks", "assignments", "ground_truth_events"))
