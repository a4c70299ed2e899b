"""One point: serve, begin, interrupt, look; give the command again, look again."""

from __future__ import annotations

import hashlib
import json
import tempfile
import threading
import time
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from contract_tests.verify.outcome import read_tree
from tests.interruptions.backend import Backend
from tests.interruptions.command import Command
from tests.interruptions.evidence import Fetched, fetched
from tests.interruptions.relay import Relay, Seen, Trap

if TYPE_CHECKING:
    from tests.interruptions.backend import Seed
    from tests.interruptions.points import Moment, Point
    from tests.interruptions.world import World

DISK, BUCKET = 3, 4  # storages of the demo's main tenant
NAME = "export"
SESSION = boto3.session.Session()  # reads the description of the service once
MAKING = threading.Lock()  # a session makes one client at a time
WATCH = 0.002  # seconds between two looks at a directory
DOWN = 1.0  # seconds that a server is away that is started again at once


@dataclass
class Finding:
    """What came of a point.

    Args:
        point: It.
        first: What the interrupted run left.
        second: What the same command came to; blank when there was nothing left to do.
        complete: Rows that were complete at the interruption.
        twice: Of those, the ones that the second run fetched again.
        wrong: What should have been otherwise, in sentences.
        words: The last line that each run wrote.
        seconds: What both took.
    """

    point: Point
    first: str = ""
    second: str = ""
    complete: int = 0
    twice: int = 0
    wrong: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    seconds: float = 0.0


def run(point: Point, world: World, seed: Seed) -> Finding:
    """Interrupt an export at a point and give the same command again.

    Args:
        point: Where and how.
        world: What is exported.
        seed: The world on disk.
    """
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="interruption-") as name:
        scene = _Scene(point, world, seed, Path(name))
        try:
            scene.play()
        except (AssertionError, OSError, LookupError, ValueError) as error:  # the other points go on
            scene.finding.wrong.append(f"the point could not be judged: {type(error).__name__}: {error}")
        finally:
            scene.close()
    scene.finding.seconds = time.monotonic() - begun
    return scene.finding


class _Scene:
    def __init__(self, point: Point, world: World, seed: Seed, folder: Path) -> None:
        self.point = point
        self._path = f"out-{point.number}"
        self.world = world
        self.finding = Finding(point)
        self._folder = folder
        self._api, self._storage = Relay("api"), Relay("storage")
        self._backend = Backend(folder, seed, self._api, self._storage)
        self._sprung = threading.Event()
        self._ended = threading.Event()
        self._helpers: list[threading.Thread] = []

    def close(self) -> None:
        self._ended.set()
        for helper in self._helpers:
            helper.join()
        self._backend.stop()
        self._api.close()
        self._storage.close()

    def play(self) -> None:
        """Run the command, interrupted, and again."""
        self._backend.start()
        ready = self._backend.ready
        self._command = Command(
            self._folder / "plugin",
            {
                "name": NAME,
                "storage": BUCKET if self.point.bucket else DISK,
                "path": self._path,
                "target": self.point.target,
                "filter": dict(self.world.scope),
                "save_original_file": self.point.originals,
                "disable_async_delegate": self.point.head == "in-process",
            },
            url=self._api.url,
            token=ready["user_token"],
            tenant=ready["tenant"],
        )
        self._lay_trap()
        self._command.begin()
        status = self._ran()
        self._mend()
        standing = self._standing()
        complete = self._complete()
        self.finding.complete = len(complete)
        self._judge_first(status, standing)
        if status == 0:
            return
        noted = (self.point.way, self.point.moment) != ("fill disk", "enqueue")  # a full disk takes no note of a job
        finished = noted and any(self._backend.has_succeeded(job) for job in self._known_jobs())
        before, mark = len(self._backend.journal()), len(self._relayed())
        self._command.begin()
        status = self._ran()
        self.finding.second = "full" if status == 0 else f"ended with {status}"
        if status:
            self._wrong(f"the second run ended with {status}")
        self._judge_full(self._standing())
        found = fetched(self._backend.journal()[before:], self._relayed()[mark:])
        self._judge_fetched(found, complete, job_finished=finished)

    # -- the interruption ----------------------------------------------------------------------------------------

    def _lay_trap(self) -> None:
        point = self.point
        if point.moment == "saving":
            self._help(self._watch)
            return
        party = _PARTY[point.moment]
        trap = Trap(
            _MATCHES[point.moment],
            point.nth,
            self._spring,
            after=point.after,
            cuts=point.way == "cut storage",
        )
        (self._api if party == "api" else self._storage).trap = trap

    def _watch(self) -> None:
        """Spring when as many labels as the point says stand in the staging."""
        while not self._ended.is_set() and not self._sprung.is_set():
            labels = self._tree() / "labels"
            if labels.is_dir() and sum(1 for _ in labels.iterdir()) >= self.point.nth:
                self._spring()
            time.sleep(WATCH)

    def _spring(self) -> None:
        self._sprung.set()
        match self.point.way:
            case "kill exporter":
                self._command.kill()
            case "kill server":
                self._backend.kill()
                if not self.point.lasts:
                    self._help(self._restart)
            case "cut storage":
                self._storage.broken = self.point.lasts
            case "fill disk":
                self._command.fill_disk()

    def _restart(self) -> None:
        time.sleep(DOWN)
        self._backend.start()

    def _help(self, act: Any) -> None:
        helper = threading.Thread(target=act)
        self._helpers.append(helper)
        helper.start()

    def _ran(self) -> int:
        status, words = self._command.ended()
        self.finding.words.append(words)
        return status

    def _mend(self) -> None:
        """End what the interruption has broken, before the command is given again."""
        if not self._sprung.is_set():
            self._wrong("the point was never reached")
        self._ended.set()
        for helper in self._helpers:
            helper.join()
        self._api.trap = self._storage.trap = None
        self._storage.broken = False
        if not self._backend.is_up:
            self._backend.start()

    # -- looking -------------------------------------------------------------------------------------------------

    def _relayed(self) -> list[Seen]:
        return [*self._api.seen]

    def _known_jobs(self) -> list[str]:
        """Return the jobs whose number has reached the exporter."""
        asked = [seen for seen in self._relayed() if seen.path == "/v2/plugin_exports/" and seen.complete]
        answers = [json.loads(seen.answer) for seen in asked if seen.status == HTTPStatus.ACCEPTED]
        return [answer.get("data", answer)["job_id"] for answer in answers]

    @property
    def _disk(self) -> Path:
        return Path(self._backend.ready["seed"]["storage_root"])

    def _base(self) -> Path:
        """Return the staging's directory, wherever it is or would be."""
        if not self.point.bucket:
            return self._disk / self._path / f".{NAME}.partial"
        found = sorted(self._command.staging.iterdir()) if self._command.staging.is_dir() else []
        return found[0] if found else self._command.staging / "none"

    def _tree(self) -> Path:
        return self._base() / "tree" / NAME

    def _standing(self) -> dict[str, bytes] | None:
        """Return what stands at the destination; ``None`` for nothing, and for a bucket without the manifest."""
        if self.point.bucket:
            return self._standing_in_bucket()
        others = [path.name for path in (self._disk / self._path).glob(f"{NAME}(*")]
        if others:
            self._wrong(f"there is {', '.join(others)} too")
        folder = self._disk / self._path / NAME
        return read_tree(folder) if folder.exists() else None

    def _standing_in_bucket(self) -> dict[str, bytes] | None:
        given = self._backend.get(f"/storages/{BUCKET}/?with_configuration=true")["configuration"]
        with MAKING:
            client = SESSION.client(
                "s3",
                endpoint_url=self._backend.ready["storage_url"],
                aws_access_key_id=given["access_key"],
                aws_secret_access_key=given["secret_key"],
                region_name=given["region_name"],
                config=Config(s3={"addressing_style": "path"}),
            )
        objects = {}
        bucket, prefix = given["bucket_name"], f"{self._path}/"
        for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            for entry in page.get("Contents", ()):
                body = client.get_object(Bucket=bucket, Key=entry["Key"])["Body"].read()
                objects[entry["Key"].removeprefix(prefix)] = body
        client.close()
        if others := {key.partition("/")[0] for key in objects if key.startswith(f"{NAME}(")}:
            self._wrong(f"there is {', '.join(sorted(others))} too")
        manifest = objects.get(f"{NAME}.manifest.json")
        if manifest is None:
            return None
        tree = {key.removeprefix(f"{NAME}/"): body for key, body in objects.items() if key.startswith(f"{NAME}/")}
        said = {(file["path"], file["size"], file["sha256"]) for file in json.loads(manifest)["files"]}
        if said != {(path, len(body), hashlib.sha256(body).hexdigest()) for path, body in tree.items()}:
            self._wrong("the manifest does not list what stands there")
        return tree

    def _complete(self) -> set[int]:
        tree = self._tree()
        return self.world.complete(read_tree(tree), originals=self.point.originals) if tree.is_dir() else set()

    # -- judging -------------------------------------------------------------------------------------------------

    def _wrong(self, sentence: str) -> None:
        self.finding.wrong.append(sentence)

    def _judge_first(self, status: int, standing: dict[str, bytes] | None) -> None:
        kept = self._base().is_dir()
        if standing is not None:
            self.finding.first = "full"
            self._judge_tree(standing)
            return
        self.finding.first = f"nothing, staging {'kept' if kept else 'gone'}"
        if status == 0:
            self._wrong("the first run said that it was done, and nothing stands there")
        if not kept:
            self._wrong("the staging is gone")

    def _judge_full(self, standing: dict[str, bytes] | None) -> None:
        if standing is None:
            self._wrong("nothing stands at the destination in the end")
            return
        self._judge_tree(standing)
        if self._base().exists():
            self._wrong(f"the staging is still there: {self._base()}")

    def _judge_tree(self, standing: dict[str, bytes]) -> None:
        wanted = self.world.tree(originals=self.point.originals)
        differing = sorted(path for path in wanted.keys() | standing.keys() if wanted.get(path) != standing.get(path))
        if differing:
            self._wrong(f"{len(differing)} files are not as they should be, such as {differing[0]}")

    def _judge_fetched(self, found: Fetched, complete: set[int], *, job_finished: bool) -> None:
        twice = complete & (found.payloads | found.rows)
        if self.point.originals:
            units = self.world.units
            open_units = [units[key] for key in units.keys() - complete]
            spent = {unit for unit, times in found.units.items() if times > open_units.count(unit)}
            twice |= {key for key in complete if units.get(key) in spent}
        self.finding.twice = len(twice)
        if twice:
            self._wrong(f"rows that were complete were fetched again: {sorted(twice, reverse=True)[:5]}")
        if self.point.head == "delegated" and job_finished and found.jobs:
            self._wrong("a second job was asked for, although the first one had succeeded")


def _is_bundle(seen: Seen, *, part: bool) -> bool:
    return seen.method == "GET" and "/.async_jobs/" in seen.path and seen.path.endswith(".jsonl") is part


def _is_upload(seen: Seen, place: str) -> bool:
    return seen.method == "PUT" and f"/{NAME}{place}" in seen.path


_PARTY: dict[Moment, str] = {"list": "api", "bulk": "api", "enqueue": "api", "progress": "api"} | dict.fromkeys(
    ("payloads", "originals", "bundle", "publishing", "manifest"), "storage"
)
_MATCHES: dict[Moment, Any] = {
    "list": lambda seen: (
        seen.method == "GET"
        and seen.path.rpartition("/")[0].rpartition("/")[2].replace("-", "_")
        in {"tasks", "assignments", "ground_truth_events"}
    ),
    "bulk": lambda seen: seen.method == "POST" and "/bulk-" in seen.path,
    "payloads": lambda seen: seen.method == "GET" and "/payloads/" in seen.path,
    "originals": lambda seen: seen.method == "GET" and ("/data-units/" in seen.path or _is_bundle(seen, part=False)),
    "enqueue": lambda seen: seen.method == "POST" and seen.path == "/v2/plugin_exports/",
    "progress": lambda seen: seen.path.endswith("/progress/"),
    "bundle": lambda seen: _is_bundle(seen, part=True),
    "publishing": lambda seen: _is_upload(seen, "/"),
    "manifest": lambda seen: _is_upload(seen, ".manifest.json"),
}
