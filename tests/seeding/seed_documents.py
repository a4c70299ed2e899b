"""Generated seed documents for tests: consistent ones, and a small one to spoil."""

from __future__ import annotations

import base64
from datetime import UTC
from typing import Any

from hypothesis import strategies as st

identities = st.integers(1, 2**63 - 1)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
names = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=8)
codes = st.from_regex(r"[A-Za-z0-9._-]{1,6}", fullmatch=True)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
objects = st.dictionaries(texts, json_values, max_size=2)
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
            {"id": number, "task": task["id"], "user": user}
            for number, (task, user) in enumerate(
                ((task, user) for task in tasks for user in task.get("labelers", [])), 1
            )
        ],
        "jobs": [
            row({"id": str(identity), "tenant": tenants[0]}, status=st.sampled_from(["PENDING", "FAILED"]))
            for identity in ids()
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
        ],
        "data_units": [
            {
                "id": 11,
                "data_collection": 1,
                "files": {"data_meta_1": {"file_name_original": "a.json", "content": {}}, "image_1": image},
            },
            {"id": 12, "data_collection": 3},
        ],
        "tasks": [{"id": 101, "project": 1, "data_unit": 11, "data": {"k": 1}}, {"id": 102, "project": 2}],
        "assignments": [{"id": 501, "task": 101, "user": 1}],
        "jobs": [{"id": "11111111-1111-1111-1111-111111111111", "tenant": "acme"}],
    }
