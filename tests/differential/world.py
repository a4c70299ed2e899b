"""One world that both sides look at: the fake's own database file, opened by Django's ORM as well."""

from __future__ import annotations

import random
import secrets
from datetime import UTC, datetime, timedelta

from contract_tests.strategies.surroundings import SURROUNDINGS
from fake_backend import FakeBackend, Settings
from tests.differential import django_settings  # noqa: F401 - sets Django up

from django.db import connections  # isort: skip - after Django is set up

ROWS = range(1, 41)
LABELS = ("stand_by", "in_progress", "completed", "skipped")
NAMES = ("cat 1.jpg", "Cat,2.JPG", 'a "b" c.png', "dog_%.json", "고양이 1.jpg", "cat\\dog.txt")
START = datetime(2026, 1, 15, 9, tzinfo=UTC)
STEPS = (0, 0, 0, 1, 1_000_000, 86_400_000_000, 32_400_000_000)  # microseconds: heavy ties, neighbours, a day, a zone
MOMENTS = ("label_submitted", "last_labeled", "last_reviewed", "labeler_last_action_at", "reviewer_last_action_at")


def moment(rng):
    """Return an instant of few."""
    return (START + timedelta(microseconds=rng.choice(STEPS))).isoformat()


def ids(rng):
    """Return ids of a relation."""
    return sorted(rng.sample(range(1, 5), rng.randrange(3)))


def document(seed):
    """Return a seed document of every target, drawn from a number."""
    rng = random.Random(seed)
    truths = range(101, 121)
    return {
        **SURROUNDINGS,
        "data_units": [
            {
                "id": number,
                "data_collection": 1,
                "name": "u",
                "files": {
                    name: {"file_name_original": rng.choice(NAMES), "content": 1}
                    for name in ("meta_1", "image_1")[: rng.randrange(3)]
                },
            }
            for number in range(1, 9)
        ],
        "tasks": [
            {"id": 99, "project": 9, "created": START.isoformat()},
            *(
                {
                    "id": number,
                    "project": rng.choice((1, 1, 1, 2)),
                    "data_unit": rng.choice((None, *range(1, 9))),
                    "data": rng.choice((None, {"n": number})),
                    "created": moment(rng),
                    "is_discarded": rng.random() < 0.3,
                    "status_label": rng.choice(LABELS),
                    "status_review": rng.choice((*LABELS, "rejected")),
                    "schema": rng.choice(("any", "dm_schema_v1")),
                    "has_reached_max_assignments": rng.random() < 0.4,
                    **{name: ids(rng) for name in ("labelers", "reviewers", "groups", "stages", "workshops", "tags")},
                }
                for number in ROWS
            ),
        ],
        "assignments": [
            {
                "id": number,
                "task": rng.choice(ROWS[:20]),
                "user": rng.randrange(1, 5),
                "created": moment(rng),
                **{name: rng.random() < 0.4 for name in ("is_discarded", "is_discard_confirmed", "is_confirmed")},
                "status_label": rng.choice(LABELS),
                "status_review": rng.choice((*LABELS, "rejected")),
                "workshop": rng.choice((None, 1, 2, 3)),
                **{name: ids(rng) for name in ("reviewers", "groups", "stages", "tags")},
                **{name: rng.choice((None, moment(rng))) for name in MOMENTS},
            }
            for number in ROWS
        ],
        "ground_truth_datasets": [
            {"id": 5, "tenant": "acme", "project": 1},
            {"id": 6, "tenant": "acme"},
            {"id": 7, "tenant": "globex"},
        ],
        "ground_truths": [
            {
                "id": number,
                "ground_truth_dataset": 5 if number < 115 else 6,
                "data_unit": rng.randrange(1, 9),
                "task": rng.choice((None, *ROWS[:8])) if number < 115 else None,
            }
            for number in truths
        ],
        "ground_truth_events": [
            {
                "pgh_id": number,
                "ground_truth": rng.choice(truths),
                "created": moment(rng),
                "category": rng.choice(("train", "validation", "test", "")),
                "classes": rng.choice(([], ["cat"], ["cat", "dog"], ["dog, red"], ["고양이"])),
            }
            for number in ROWS
        ],
    }


def with_versions(drawn, seed):
    """Return the document with versions that share events of their dataset."""
    rng = random.Random(-seed)
    dataset = {truth["id"]: truth["ground_truth_dataset"] for truth in drawn["ground_truths"]}
    events = {number: [] for number in (5, 6)}
    for event in drawn["ground_truth_events"]:
        events[dataset[event["ground_truth"]]].append(event["pgh_id"])
    versions = []
    for number, of in ((51, 5), (52, 5), (61, 6)):
        held = one_of_each(event for event in drawn["ground_truth_events"] if event["pgh_id"] in events[of])
        versions.append(
            {"id": number, "ground_truth_dataset": of, "events": sorted(rng.sample(held, rng.randrange(len(held) + 1)))}
        )
    return {**drawn, "ground_truth_dataset_versions": versions}


def one_of_each(events):
    """Return the last event of each ground truth, since a version holds one of each at most."""
    return sorted({event["ground_truth"]: event["pgh_id"] for event in events}.values())


class World:
    """A fake with a database file, and Django on the same file.

    Args:
        folder: Where the file is made.
    """

    def __init__(self, folder):
        self.number = secrets.randbits(32)
        self.document = with_versions(document(self.number), self.number)
        file = folder / "world.db"
        unlimited = Settings(gateway_query_bytes=10**8, gateway_target_bytes=10**8)  # the framework has no gateway
        self.backend = FakeBackend(seed=self.document, database=f"sqlite:///{file}", settings=unlimited).open()
        connections["default"].close()
        connections["default"].settings_dict["NAME"] = str(file)

    def __repr__(self):
        return f"<World {self.number}>"

    def restore(self, target, added):
        """Undo what a walk did: rows that came go, rows that went come back."""
        self.backend.remove(target, added)
        self.backend.seed(self.document)

    def close(self):
        """Let go of the file."""
        connections["default"].close()
        self.backend.close()
