"""What is said of the methods that are not called for their answer; each statement is put to the test.

Names are patterns as of a shell. A method of ``SILENT`` must ask nothing of the backend. One of ``MISSING`` is called
with whatever arguments, and must be refused as only a path is that nobody serves: when somebody serves it, its calls
are to be planned. A method that is planned as well as stated is planned.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

SILENT: Final[Mapping[str, str]] = {
    "v?.close": "ends the client's session",
    "v?.requests_session": "the client's session itself",
    "v?.reset_connection": "drops the session, for the next call to make one",
    "v1.upload_file_to_presigned_url": "sends a file to a storage, by a URL of request_presigned_upload",
    "v2.capture_request_ids": "notes the ids of answers",
    "v2.exists": "counts the answer of a method of this class, none of which has a count",
    "v2.last_request_id": "tells the id of the last answer",
    "v2.set_access_token": "sets a header",
    "v2.set_drf_token": "sets a header",
}
"""Methods that make no request, and what they do instead."""

MISSING: Final[Mapping[str, str]] = {
    "v2.auth.*": "users have tokens and no passwords",
    "v2.tokens.*": "tokens by the second API",
    "v2.tenants.*": "workspaces",
    "v2.members.*": "members of a workspace",
    "v2.groups.*": "groups of members",
    "v2.*.check_permission": "permissions of single members",
    "v2.*.permissions": "permissions of single members",
    "v2.*.roles": "roles of single members",
    "v2.projects.*": "projects by the second API; the first one's are there",
    "v2.data_collections.*": "data collections by the second API; the first one's are there",
    "v2.data_units.*": "data units by the second API; the first one's are there",
    "v2.data_files.*": "data files by themselves",
    "v2.ground_truths.*": "ground truths by themselves; their events are there",
    "v2.ground_truth_datasets.*": "writing datasets, and versions by the second API; the first one's are there",
    "v2.tasks.*": "making, changing and deleting tasks",
    "v2.jobs.*": "stopping a job on its agent, and what it writes to its console",
    "v2.plugins.*": "plugins by themselves; their releases are there",
    "v2.plugin_releases.*": "releases by the second API; the first one's are there",
    "v2.pre_annotations.*": "runs of to_task as rows",
    "v2.exports.*": "exports as rows; their jobs are there",
    "v2.uploads.*": "uploads",
    "v2.trains.*": "trainings",
    "v2.models.*": "trained models",
    "v2.experiments.*": "experiments",
    "v2.posts.*": "posts",
    "v2.reviews.*": "reviews",
    "v2.review_tags.*": "tags of reviews",
    "v2.schemas.*": "JSON schemas",
    "v2.validation_scripts.*": "validation scripts",
    "v2.workshops.*": "workshops; tasks and assignments name them by id",
    "v2.code_servers.*": "code servers",
    "v2.containers.*": "containers",
    "v1.*upload*": "uploads",
    "v1.create_data_file": "uploads",
    "v1.create_data_units": "making data units",
    "v1.verify_data_files_checksums": "data files by themselves",
    "v1.create_tasks": "making tasks",
    "v1.set_tags_*": "writing tags",
    "v1.*task_tag*": "tags by themselves; tasks name them by id",
    "v1.*_model*": "trained models",
    "v1.*_plugin": "plugins by themselves; their releases are there",
    "v1.create_plugin_release": "publishing a release",
    "v1.create_serve_application": "made by a deployment alone",
    "v1.health_check_agent": "an agent's report that it is there",
    "v1.list_ground_truths": "ground truths by themselves; their events are there",
    "v1.*job_console_logs": "what a job writes to its console",
}
"""Resources that are not there yet."""

ARGUMENTS: Final[Mapping[str, Mapping[str, Any]]] = {
    "v2.models.create": {"payload": {"name": "a"}},
    "v1.upload_files_bulk": {"file_paths": ["picture.txt"], "strategy": "presigned"},
    "v1.create_tasks": {"data": {"project": 1, "data": [{}]}},
    "v1.create_model": {"data": {"name": "a"}},
    "v1.create_plugin_release": {"data": {"plugin": "a", "version": "1"}},
    "v1.create_serve_application": {"data": {"job": 1}},
    "v1.create_data_units": {"data": {"data_collection": 1, "files": {}}},
    "v1.create_plugin": {"data": {"name": "a"}},
    "v1.update_plugin": {"data": {"name": "a"}},
    "v1.set_tags_assignments": {"data": {"ids": [1], "tags": [1]}},
    "v1.set_tags_tasks": {"data": {"ids": [1], "tags": [1]}},
    "v1.create_chunked_upload": {"file_path": "picture.txt"},
    "v1.create_data_file": {"file_path": "picture.txt"},
    "v1.upload_data_file": {"data": {"files": {"image": "picture.txt"}}},
    "v1.upload_data_collection": {"data": [{"files": {"image": "picture.txt"}}]},
    "v1.confirm_presigned_upload": {"files": [{"object_key": "a"}]},
    "v1.request_presigned_upload": {"files": [{"filename": "a"}]},
    "v1.verify_data_files_checksums": {"checksums": ["a"]},
}
"""What a method is called with where the types of its parameters do not say what will do."""
