"""Generated seed documents for tests: consistent ones, and a small one to spoil."""

from __future__ import annotations

import base64
from datetime import UTC
from typing import Any

from hypothesis import strategies as st

identities = st.integers(1, 2**63 - 1)
anything = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
names = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=8)
codes = st.from_regex(r"[A-Za-z0-9._-]{1,6}", fullmatch=True)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | anything,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(anything, inner, max_size=3),
    max_leaves=6,
)
objects = st.dictionaries(anything, json_values, max_size=2)
instants = st.datetimes(timezones=st.just(UTC)).map(lambda moment: moment.isoformat())


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a document that is valid, with each optional key given or left out."""

    def row(required: dict[str, Any], **optional: st.SearchStrategy[Any]) -> dict[str, Any]:
        given = draw(st.sets(st.sampled_from(sorted(optional)))) if optional else set()
        return required | {key: draw(optional[key]) for key in sorted(given)}

    def ids(most: int = 2) -> list[int]:
        return draw(st.lists(identities, max_size=most, unique=True))

    def some(pool: list[Any]) -> st.SearchStrategy[list[Any]]:
        return st.lists(st.sampled_from(pool), unique=True, max_size=3) if pool else st.just([])

    tenants = draw(st.lists(codes, min_size=1, max_size=2, unique=True))
    owner = {identity: draw(st.sampled_from(tenants)) for identity in ids(3)}
    collections = {identity: draw(st.sampled_from(tenants)) for identity in ids()}
    specifications = {collection: draw(st.lists(names, max_size=2, unique=True)) for collection in collections}
    units = {identity: draw(st.sampled_from(sorted(collections))) for identity in (ids(3) if collections else [])}
    projects: dict[int, dict[str, Any]] = {}
    for identity in ids():
        tenant = draw(st.sampled_from(tenants))
        own = [collection for collection, theirs in collections.items() if theirs == tenant]
        projects[identity] = row(
            {"id": identity, "tenant": tenant},
            title=texts,
            data_collection=st.sampled_from([None, *own]),
            configuration=objects,
        )
    tasks = []
    for identity in ids(4) if projects else []:
        project = projects[draw(st.sampled_from(sorted(projects)))]
        shown = [unit for unit, collection in units.items() if collection == project.get("data_collection")]
        people = [user for user, tenant in owner.items() if tenant == project["tenant"]]
        tasks.append(
            row(
                {"id": identity, "project": project["id"]},
                data_unit=st.sampled_from([None, *shown]),
                data=json_values,
                created=st.none() | instants,
                is_discarded=st.booleans(),
                status_label=st.sampled_from(["stand_by", "in_progress", "completed", "skipped"]),
                status_review=st.sampled_from(["stand_by", "completed", "rejected"]),
                schema=st.sampled_from(["any", "dm_schema_v1"]),
                has_reached_max_assignments=st.booleans(),
                labelers=some(people),
                reviewers=some(people),
                groups=st.lists(identities, unique=True, max_size=2),
                tags=st.lists(identities, unique=True, max_size=2),
            )
        )
    return {
        "tenants": [row({"code": code}, name=texts) for code in tenants],
        "users": [row({"id": user, "tenant": tenant}, email=texts, name=texts) for user, tenant in owner.items()],
        "tokens": [{"user": user, "kind": draw(st.sampled_from(["user", "access"]))} for user in owner],
        "storages": [
            row(
                {"id": identity, "tenant": draw(st.sampled_from(tenants)), "provider": "file_system"},
                name=texts,
                category=st.sampled_from(["internal", "external"]),
                configuration=st.just({}) | st.just({"location": "/srv"}),
            )
            for identity in ids()
        ],
        "data_collections": [row({"id": identity, "tenant": tenant}) for identity, tenant in collections.items()],
        "file_specifications": [
            row(
                {
                    "id": number,
                    "data_collection": collection,
                    "name": name,
                    "file_type": draw(st.sampled_from(["image", "data"])),
                },
                is_primary=st.booleans(),
            )
            for number, (collection, name) in enumerate(
                ((collection, name) for collection, found in specifications.items() for name in found), 1
            )
        ],
        "projects": list(projects.values()),
        "data_units": [
            row(
                {"id": unit, "data_collection": collection},
                name=texts,
                width=st.none() | st.integers(1, 4000),
                meta=objects,
                files=st.dictionaries(st.sampled_from(specifications[collection]), files(), max_size=2)
                if specifications[collection]
                else st.just({}),
            )
            for unit, collection in units.items()
        ],
        "tasks": tasks,
        "assignments": [
            row(
                {"id": number, "task": task["id"], "user": user},
                data=json_values,
                created=st.none() | instants,
                is_discarded=st.booleans(),
                is_discard_confirmed=st.booleans(),
                is_confirmed=st.booleans(),
                status_label=st.sampled_from(["stand_by", "in_progress", "completed", "skipped"]),
                status_review=st.sampled_from(["stand_by", "completed", "rejected"]),
                workshop=st.none() | identities,
                reviewers=st.just([user]),
                groups=st.lists(identities, unique=True, max_size=2),
                tags=st.lists(identities, unique=True, max_size=2),
                last_labeled=st.none() | instants,
                reviewer_last_action_at=st.none() | instants,
            )
            for number, (task, user) in enumerate(
                ((task, user) for task in tasks for user in task.get("labelers", [])), 1
            )
        ],
        **draw(ground_truth(tenants, projects, {unit: collections[owner] for unit, owner in units.items()})),
        "jobs": [
            row({"id": str(identity), "tenant": tenants[0]}, status=st.sampled_from(["PENDING", "FAILED"]))
            for identity in ids()
        ],
        **draw(serving(tenants, {identity: row["tenant"] for identity, row in projects.items()})),
    }


@st.composite
def serving(draw: st.DrawFn, tenants: list[str], projects: dict[int, str]) -> dict[str, list[dict[str, Any]]]:
    """Draw agents, plugin releases and applications that their agents have room for.

    Args:
        draw: Supplied by Hypothesis.
        tenants: Codes.
        projects: Tenant of each project.
    """
    some_calls = st.just("all") | st.lists(st.integers(1, 9), unique=True, max_size=2)
    agents = []
    for identity in draw(st.lists(identities, max_size=2, unique=True)):
        tenant = draw(st.sampled_from(tenants))
        own = [project for project, owner in projects.items() if owner == tenant]
        rights = st.lists(st.sampled_from(own), unique=True) if own else st.just([])
        optional = {
            "name": texts,
            "has_address": st.booleans(),
            "token_in_script": st.booleans(),
            "projects": st.none() | rights,
            "num_cpus": st.sampled_from([8, 16.5]),
            "max_deployments": st.integers(0, 3),
            "failure": st.sampled_from([None, "down", "malformed"]),
        }
        agents.append({"id": identity, "tenant": tenant} | draw(st.fixed_dictionaries({}, optional=optional)))
    optional = {
        "version": st.sampled_from(["1.0.0", "2.0.0-rc.1"]),
        "model": st.none() | texts,
        "data_types": st.lists(texts, unique=True, max_size=2),
        "config": objects,
        "num_cpus": st.sampled_from([0, 0.5, 2]),
        "image_pull_seconds": st.integers(0, 99),
        "answer_seconds": st.floats(0, 1e6),
        "fails_at": st.sampled_from([None, "image_pull", "warm_up"]),
        "unhealthy_after": st.none() | st.integers(0, 9),
        "drains_after": st.none() | st.integers(1, 9),
        "late_calls": some_calls,
        "empty_calls": some_calls,
        "deferred_after": st.none() | st.floats(0, 60),
    }
    releases = [
        {"id": identity, "tenant": draw(st.sampled_from(tenants)), "code": f"code-{identity}"}
        | draw(st.fixed_dictionaries({}, optional=optional))
        for identity in draw(st.lists(identities, max_size=2, unique=True))
    ]
    pairs = [(one["id"], agent["id"]) for one in releases for agent in agents if one["tenant"] == agent["tenant"]]
    statuses = st.sampled_from(["NOT_STARTED", "DEPLOYING", "RUNNING", "DEPLOY_FAILED", "UNAVAILABLE", "DELETING"])
    return {
        "agents": agents,
        "plugin_releases": releases,
        "serve_applications": [
            {"id": number, "plugin_release": release, "agent": agent}
            | draw(st.fixed_dictionaries({}, optional={"status": statuses, "reason": texts}))
            for number, (release, agent) in enumerate(pairs, 1)
        ],
    }


@st.composite
def ground_truth(
    draw: st.DrawFn, tenants: list[str], projects: dict[int, dict[str, Any]], units: dict[int, str]
) -> dict[str, list[dict[str, Any]]]:
    """Draw datasets, versions, ground truths and events.

    Args:
        draw: Supplied by Hypothesis.
        tenants: Codes.
        projects: Rows by id.
        units: Tenant of each data unit.
    """
    datasets = {}
    for identity in draw(st.lists(identities, max_size=2, unique=True)):
        tenant = draw(st.sampled_from(tenants))
        own = [project for project, row in projects.items() if row["tenant"] == tenant]
        project = draw(st.sampled_from([None, *own]))
        datasets[identity] = {"id": identity, "tenant": tenant, "project": project}
    places = [
        (dataset["id"], unit)
        for dataset in datasets.values()
        for unit, tenant in units.items()
        if tenant == dataset["tenant"]
    ]
    keys = draw(st.lists(identities, min_size=len(places), max_size=len(places), unique=True))
    truths = [
        {"id": key, "ground_truth_dataset": dataset, "data_unit": unit}
        for key, (dataset, unit) in zip(keys, places, strict=True)
    ]
    truth_of = {
        event: draw(st.sampled_from(truths))
        for event in (draw(st.lists(identities, max_size=4, unique=True)) if truths else [])
    }
    optional = {"pgh_label": st.sampled_from(["insert", "update"]), "created": st.none() | instants}
    more = {"data": json_values, "category": texts, "classes": st.lists(texts, unique=True, max_size=3)}
    versions = []
    for number, dataset in enumerate(datasets, 1):
        held = {truth["id"]: event for event, truth in truth_of.items() if truth["ground_truth_dataset"] == dataset}
        released = draw(st.fixed_dictionaries({}, optional={"name": texts, "is_released": st.booleans()}))
        chosen = draw(st.lists(st.sampled_from([*held.values()]), unique=True)) if held else []
        versions.append({"id": number, "ground_truth_dataset": dataset, "events": chosen} | released)
    return {
        "ground_truth_datasets": [*datasets.values()],
        "ground_truth_dataset_versions": versions,
        "ground_truths": truths,
        "ground_truth_events": [
            {"pgh_id": event, "ground_truth": truth["id"]}
            | draw(st.fixed_dictionaries({}, optional={**optional, **more}))
            for event, truth in truth_of.items()
        ],
    }


def files() -> st.SearchStrategy[dict[str, Any]]:
    """Return rows of files; none is primary, so that any number may stand together."""
    whole = {"file_name_original": names}
    encoded = st.binary(max_size=9).map(lambda body: base64.b64encode(body).decode())
    return st.fixed_dictionaries({**whole, "content": json_values}) | st.fixed_dictionaries(
        {**whole, "content_base64": encoded}, optional={"content_type": st.just("image/png")}
    )


def small() -> dict[str, Any]:
    """Return a valid document with a row or more of each resource."""
    image = {"file_name_original": "a.png", "is_primary": True, "content_base64": "b2sK"}
    return {
        "tenants": [{"code": "acme"}, {"code": "globex"}],
        "users": [{"id": 1, "tenant": "acme"}, {"id": 2, "tenant": "globex"}],
        "tokens": [{"user": 1, "kind": "user", "token": "one"}, {"user": 2, "kind": "user"}],
        "storages": [
            {"id": 3, "tenant": "acme", "provider": "file_system", "is_default": True},
            {"id": 4, "tenant": "acme", "provider": "amazon_s3"},
        ],
        "data_collections": [{"id": 1, "tenant": "acme"}, {"id": 2, "tenant": "globex"}, {"id": 3, "tenant": "acme"}],
        "file_specifications": [
            {"id": 1, "data_collection": 1, "name": "image_1", "file_type": "image", "is_primary": True},
            {"id": 2, "data_collection": 1, "name": "data_meta_1", "file_type": "data"},
        ],
        "projects": [
            {"id": 1, "tenant": "acme", "data_collection": 1},
            {"id": 2, "tenant": "acme"},
            {"id": 3, "tenant": "globex"},
        ],
        "data_units": [
            {
                "id": 11,
                "data_collection": 1,
                "files": {"data_meta_1": {"file_name_original": "a.json", "content": {}}, "image_1": image},
            },
            {"id": 12, "data_collection": 3},
            {"id": 13, "data_collection": 2},
        ],
        "tasks": [
            {"id": 101, "project": 1, "data_unit": 11, "data": {"k": 1}},
            {"id": 102, "project": 2},
            {"id": 103, "project": 3},
        ],
        "assignments": [
            {"id": 501, "task": 101, "user": 1, "data": {"k": 1}, "workshop": 7, "last_labeled": "2026-01-15T09:00:00Z"}
        ],
        "ground_truth_datasets": [
            {"id": 21, "tenant": "acme", "project": 1},
            {"id": 22, "tenant": "globex"},
        ],
        "ground_truth_dataset_versions": [
            {"id": 31, "ground_truth_dataset": 21, "events": [51, 53]},
            {"id": 32, "ground_truth_dataset": 21, "events": [52, 53]},
            {"id": 33, "ground_truth_dataset": 22},
        ],
        "ground_truths": [
            {"id": 41, "ground_truth_dataset": 21, "data_unit": 11, "task": 101},
            {"id": 42, "ground_truth_dataset": 21, "data_unit": 12},
            {"id": 43, "ground_truth_dataset": 22, "data_unit": 13},
        ],
        "ground_truth_events": [
            {"pgh_id": 51, "ground_truth": 41, "data": {"k": 1}, "classes": ["car", "sign"]},
            {"pgh_id": 52, "ground_truth": 41, "pgh_label": "update"},
            {"pgh_id": 53, "ground_truth": 42},
            {"pgh_id": 54, "ground_truth": 43},
        ],
        "jobs": [
            {"id": "11111111-1111-1111-1111-111111111111", "tenant": "acme"},
            {"id": "12", "tenant": "globex"},
        ],
        "agents": [
            {"id": 61, "tenant": "acme", "token": "a" * 40, "projects": [1], "num_cpus": 4},
            {"id": 62, "tenant": "globex"},
        ],
        "plugin_releases": [
            {"id": 71, "tenant": "acme", "code": "shapes", "num_cpus": 1.5, "late_calls": [1]},
            {"id": 72, "tenant": "acme", "code": "shapes", "version": "2.0.0", "num_cpus": 2},
        ],
        "serve_applications": [
            {"id": 81, "plugin_release": 71, "agent": 61, "job": "11111111-1111-1111-1111-111111111111"},
            {"id": 82, "plugin_release": 72, "agent": 61, "status": "DEPLOYING"},
        ],
    }
