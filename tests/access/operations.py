"""Every operation of the API: how it is asked for validly, and whose what it shows or changes is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

# Whose a thing is decides what each caller is answered; see ``EXPECTED``.
PROJECT, TENANT, USER, SELF, AGENT = "project", "tenant", "user", "self", "agent"
OBJECT, LIST, REFERENCE = "object", "list", "reference"


@dataclass(frozen=True)
class Operation:
    """A row of the matrix.

    Args:
        method: HTTP method.
        path: With names in braces for ids.
        form: ``object`` (named in the path), ``list`` (a list, or a bulk answer), ``reference`` (named in the body).
        whose: A project's, the tenant's, a user's own, an agent's, or each caller's, who is told of itself.
        done: Status for whoever may.
        body: JSON of the request; names in braces stand for ids, and a whole value of one is the id itself.
        query: Of the request.
    """

    method: str
    path: str
    form: str
    whose: str
    done: int = 200
    body: Any = None
    query: str = ""

    @property
    def is_v2(self) -> bool:
        """Whether it is of the second API."""
        return self.path.startswith("/v2/")

    def url(self, ids) -> str:
        """Return path and query for some ids."""
        return (self.path + self.query).format_map(ids)

    def json(self, ids):
        """Return the body for some ids."""
        return filled(self.body, ids)


def filled(value, ids):
    """Return JSON with names in braces replaced."""
    if isinstance(value, dict):
        return {key: filled(item, ids) for key, item in value.items()}
    if isinstance(value, list):
        return [filled(item, ids) for item in value]
    if isinstance(value, str) and (whole := re.fullmatch(r"\{(\w+)\}", value)):
        return ids[whole[1]]
    return value


EXPORT = {"storage_id": "{storage}", "path": "exports/a", "targets": ["task"], "project_id": "{project}"}
DEPLOY = {"action": "deployment", "agent": "{agent}", "params": {"num_cpus": 1}}
LOGGED = {"event": "message", "data": {}, "datetime": "2026-01-15T09:00:00Z"}
FIT = {"kind": "serve", "num_cpus": 1, "num_gpus": 0, "memory_bytes": 0, "replicas": 1}
AT = "/__agents__/{agent}"

OPERATIONS = (
    Operation("GET", f"{AT}/resources/cluster/", OBJECT, AGENT),
    Operation("POST", f"{AT}/resources/feasibility/", OBJECT, AGENT, body=FIT),
    Operation("GET", f"{AT}/serve_applications/", OBJECT, AGENT),
    Operation("GET", f"{AT}/serve_applications/{{name}}/", OBJECT, AGENT),
    Operation("DELETE", f"{AT}/serve_applications/{{name}}/", OBJECT, AGENT, 204),
    Operation("GET", "/agents/", LIST, TENANT, query="?id={agent}"),
    Operation("GET", "/assignments/{assignment}/", OBJECT, PROJECT),
    Operation("GET", "/data_collections/", LIST, PROJECT),
    Operation("GET", "/data_collections/{collection}/", OBJECT, PROJECT, query="?expand=file_specifications"),
    Operation("GET", "/data_units/", LIST, PROJECT, query="?data_collection={collection}&expand=files"),
    Operation("GET", "/data_units/{unit}/", OBJECT, PROJECT, query="?expand=files"),
    Operation("GET", "/ground_truth_dataset_versions/", LIST, PROJECT, query="?ground_truth_dataset={dataset}"),
    Operation("GET", "/ground_truth_dataset_versions/{version}/", OBJECT, PROJECT),
    Operation("GET", "/jobs/", LIST, TENANT),
    Operation("GET", "/jobs/{job}/", OBJECT, TENANT),
    Operation("PATCH", "/jobs/{job}/", OBJECT, TENANT, body={"status": "RUNNING"}),
    Operation("POST", "/logs/", REFERENCE, TENANT, 201, body={"event": "message", "data": {}, "job": "{job}"}),
    Operation("GET", "/plugin_releases/", LIST, TENANT, query="?plugin={code}"),
    Operation("GET", "/plugin_releases/{release}/", OBJECT, TENANT),
    Operation("POST", "/plugins/{undeployed}/run/", OBJECT, TENANT, body=DEPLOY),
    Operation("GET", "/projects/{project}/", OBJECT, PROJECT),
    Operation("GET", "/sdk/assignments/", LIST, PROJECT, query="?project={project}"),
    Operation("GET", "/sdk/assignments/data/", LIST, PROJECT, query="?project={project}"),
    Operation("GET", "/sdk/assignments/files/", LIST, PROJECT, query="?project={project}"),
    Operation("GET", "/sdk/ground_truth_events/", LIST, PROJECT, query="?ground_truth_dataset_versions={version}"),
    Operation("GET", "/sdk/ground_truth_events/data/", LIST, PROJECT, query="?ground_truth_dataset_versions={version}"),
    Operation(
        "GET", "/sdk/ground_truth_events/files/", LIST, PROJECT, query="?ground_truth_dataset_versions={version}"
    ),
    Operation("GET", "/sdk/tasks/", LIST, PROJECT, query="?project={project}&expand=data_unit"),
    Operation("GET", "/sdk/tasks/data/", LIST, PROJECT, query="?project={project}"),
    Operation("GET", "/sdk/tasks/files/", LIST, PROJECT, query="?project={project}"),
    Operation("GET", "/serve_applications/", LIST, TENANT, query="?plugin_code={code}"),
    Operation("DELETE", "/serve_applications/{application}/", OBJECT, TENANT, 204),
    Operation("GET", "/storages/", LIST, TENANT),
    Operation("GET", "/storages/{storage}/", OBJECT, TENANT, query="?with_configuration=true"),
    Operation("POST", "/storages/{storage}/session/", OBJECT, TENANT, body={"purpose": "write"}),
    Operation("GET", "/tasks/{task}/", OBJECT, PROJECT, query="?expand=data_unit"),
    Operation("PUT", "/tasks/{task}/annotate_task_data/", OBJECT, PROJECT, body={"action": "submit", "data": {"a": 1}}),
    Operation("GET", "/v2/assignments/", LIST, PROJECT, query="?project={project}"),
    Operation("POST", "/v2/assignments/bulk-fetch/", LIST, PROJECT, body={"ids": ["{assignment}"]}),
    Operation("GET", "/v2/assignments/{assignment}/", OBJECT, PROJECT),
    Operation("PUT", "/v2/assignments/{assignment}/data/", OBJECT, PROJECT, body={"data": {"a": 1}}),
    Operation("GET", "/v2/async_jobs/", LIST, USER, query="?ids={async_job}"),
    Operation("GET", "/v2/async_jobs/{async_job}/", OBJECT, USER),
    Operation("POST", "/v2/async_jobs/{async_job}/cancel/", OBJECT, USER),
    Operation("GET", "/v2/async_jobs/{async_job}/progress/", OBJECT, USER),
    Operation("GET", "/v2/ground-truth-datasets/", LIST, PROJECT, query="?project={project}"),
    Operation("GET", "/v2/ground-truth-datasets/{dataset}/", OBJECT, PROJECT),
    Operation("GET", "/v2/ground-truth-datasets/{dataset}/versions/{version}/events/", OBJECT, PROJECT),
    Operation("GET", "/v2/ground-truth-events/", LIST, PROJECT, query="?ground_truth_dataset_version={version}"),
    Operation("POST", "/v2/ground-truth-events/bulk-data/", LIST, PROJECT, body={"pgh_ids": ["{event}"]}),
    Operation("GET", "/v2/ground-truth-events/{event}/", OBJECT, PROJECT),
    Operation("GET", "/v2/job-logs/", LIST, TENANT, query="?job={job}"),
    Operation("GET", "/v2/job-logs/{log}/", OBJECT, TENANT),
    Operation("GET", "/v2/jobs/", LIST, TENANT),
    Operation("GET", "/v2/jobs/{job}/", OBJECT, TENANT),
    Operation("PATCH", "/v2/jobs/{job}/", OBJECT, TENANT, body={"status": "RUNNING"}),
    Operation("POST", "/v2/jobs/{job}/logs/", OBJECT, TENANT, 201, body=LOGGED),
    Operation("POST", "/v2/jobs/{job}/logs/bulk/", OBJECT, TENANT, 201, body={"logs": [LOGGED]}),
    Operation("POST", "/v2/plugin_exports/", REFERENCE, PROJECT, 202, body=EXPORT),
    Operation("GET", "/v2/tasks/", LIST, PROJECT, query="?project={project}"),
    Operation("POST", "/v2/tasks/bulk-fetch/", LIST, PROJECT, body={"ids": ["{task}"]}),
    Operation("GET", "/v2/tasks/{task}/", OBJECT, PROJECT),
    Operation("PUT", "/v2/tasks/{task}/annotate-task-data/", OBJECT, PROJECT, body={"data": {"a": 1}}),
    Operation("GET", "/v2/users/me/", OBJECT, SELF),
)

CONTROL = (
    ("GET", "/_fake/bugs/", None),
    ("POST", "/_fake/bugs/", {"on": ["bulk-drops-rows"]}),
    ("DELETE", "/_fake/bugs/", None),
    ("GET", "/_fake/clock/", None),
    ("POST", "/_fake/clock/", {"advance": 1}),
    ("GET", "/_fake/faults/", None),
    ("POST", "/_fake/faults/", {"rules": []}),
    ("DELETE", "/_fake/faults/", None),
    ("GET", "/_fake/journal/", None),
    ("POST", "/_fake/reset/", {}),
    ("POST", "/_fake/seed/", {"tenants": [{"code": "other"}]}),
    ("GET", "/_fake/tokens/", None),
    ("POST", "/_fake/tokens/", {"user": 1}),
    ("DELETE", "/_fake/tokens/1/", None),
    ("POST", "/_fake/tokens/1/expire/", {}),
    ("POST", "/_fake/tokens/1/revoke/", {}),
)
"""The control calls, whose guard is another: method, path, body."""

NOBODY = ("no token", "wrong token", "expired token", "revoked token")
STRANGERS = ("other tenant", "other tenant in our name")
OTHERS = (*NOBODY, *STRANGERS, "other owner", "agent without rights", "agent with rights elsewhere")


def expected(operation: Operation, who: str) -> int:
    """Return the status that a caller is due: OpenAPI's for the second API, Django REST framework's for the first."""
    if who in NOBODY:
        return 401
    if who == "owner":
        return operation.done
    if operation.whose == AGENT:  # its own token is asked for, and the user's beside it
        return operation.done if who == "other owner" else 401
    if who == "agent without rights":
        return 403
    if operation.whose == SELF:
        return operation.done
    if who in STRANGERS:
        return {OBJECT: 404, LIST: 200, REFERENCE: 400}[operation.form]
    if who == "other owner" and operation.whose == USER:
        return 200 if operation.form == LIST else 404
    if who == "other owner" or operation.whose == TENANT:
        return operation.done
    return 200 if operation.form == LIST else 403


def may(operation: Operation, who: str) -> bool:
    """Return whether a caller is to have what the owner has."""
    if who == "owner":
        return True
    if operation.whose == SELF:
        return who not in {*NOBODY, "agent without rights"}
    if who == "other owner":
        return operation.whose != USER
    return who == "agent with rights elsewhere" and operation.whose == TENANT
