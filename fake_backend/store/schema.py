"""The tables. Rows that a list pages through carry their tenant, so that one index seek serves a page.

Instants are microseconds since the epoch, UTC. JSON that no query looks into is text. What the two databases would
answer differently is settled here where it can be (``columns.py``): the width of whole numbers, the order of texts,
what a text can hold.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    Table,
    UniqueConstraint,
)

from fake_backend.store.columns import Words, whole

metadata = MetaData()

Id = whole


def payload_columns() -> list[Column[Any]]:
    """Return the columns of a row with a payload, new ones for each table."""
    return [
        Column("has_data", Boolean, nullable=False),
        Column("payload", Words),  # JSON text, unless it is stored as an object
        Column("payload_key", Words),  # of the object, when the payload is externalised
        Column("payload_size", whole, nullable=False),  # bytes
        Column("payload_digest", Words, nullable=False),  # SHA-256 of the payload's bytes, lower-case hex
    ]


tenants = Table(
    "tenants",
    metadata,
    Column("code", Words, primary_key=True),
    Column("name", Words, nullable=False),
    Column("number", whole, nullable=False),  # the order in which they came
)

users = Table(
    "users",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("tenant", ForeignKey("tenants.code"), nullable=False),
    Column("email", Words, nullable=False),
    Column("name", Words, nullable=False),
)

tokens = Table(
    "tokens",
    metadata,
    Column("token", Words, primary_key=True),
    Column("id", whole, nullable=False, unique=True),  # from 1: what a token is called without telling it
    Column("kind", Words, nullable=False),  # user | access
    Column("user_id", ForeignKey("users.id"), nullable=False),
    Column("created", whole, nullable=False),
    Column("expires", whole),  # good before this instant; null is for ever
    Column("revoked", whole),  # since when it is taken back
)

storages = Table(
    "storages",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("tenant", ForeignKey("tenants.code"), nullable=False),
    Column("name", Words, nullable=False),
    Column("category", Words, nullable=False),
    Column("provider", Words, nullable=False),
    Column("configuration", Words, nullable=False),
    Column("is_default", Boolean, nullable=False),
)

data_collections = Table(
    "data_collections",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("tenant", ForeignKey("tenants.code"), nullable=False),
    Column("name", Words, nullable=False),
)

file_specifications = Table(
    "file_specifications",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("data_collection_id", ForeignKey("data_collections.id"), nullable=False),
    Column("name", Words, nullable=False),
    Column("file_type", Words, nullable=False),
    Column("is_primary", Boolean, nullable=False),
    UniqueConstraint("data_collection_id", "name"),
)

projects = Table(
    "projects",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("tenant", ForeignKey("tenants.code"), nullable=False),
    Column("title", Words, nullable=False),
    Column("data_collection_id", ForeignKey("data_collections.id")),
    Column("configuration", Words, nullable=False),
)

data_units = Table(
    "data_units",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("tenant", ForeignKey("tenants.code"), nullable=False),
    Column("data_collection_id", ForeignKey("data_collections.id"), nullable=False),
    Column("name", Words, nullable=False),
    Column("width", whole),
    Column("height", whole),
    Column("meta", Words, nullable=False),
)

data_files = Table(
    "data_files",
    metadata,
    Column("data_unit_id", ForeignKey("data_units.id"), primary_key=True),
    Column("position", whole, primary_key=True),  # the order that the wire keeps (SYN-7229)
    Column("specification", Words, nullable=False),
    Column("file_name_original", Words, nullable=False),
    Column("file_name_folded", Words, nullable=False),  # what a search looks into (``core/folding.py``)
    Column("is_primary", Boolean, nullable=False),
    Column("content_type", Words, nullable=False),
    Column("object_key", Words, nullable=False),
    Column("size", whole, nullable=False),
)

tasks = Table(
    "tasks",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("tenant", ForeignKey("tenants.code"), nullable=False),
    Column("project_id", ForeignKey("projects.id"), nullable=False),
    Column("data_unit_id", ForeignKey("data_units.id")),
    Column("created", whole, nullable=False),
    Column("is_discarded", Boolean, nullable=False),
    Column("status_label", Words, nullable=False),
    Column("status_review", Words, nullable=False),
    Column("schema", Words, nullable=False),
    Column("has_reached_max_assignments", Boolean, nullable=False),
    *payload_columns(),
    Index("tasks_project_id", "project_id", "id"),  # a keyset page is one seek in it (export guide, 2)
    Index("tasks_project_created", "project_id", "created", "id"),
    Index("tasks_tenant_id", "tenant", "id"),
    Index("tasks_data_unit", "data_unit_id"),
)

task_relations = Table(
    "task_relations",
    metadata,
    Column("task_id", ForeignKey("tasks.id", ondelete="CASCADE"), primary_key=True),
    Column("relation", Words, primary_key=True),  # labelers, reviewers, groups, stages, workshops, tags
    Column("related_id", Id, primary_key=True),
    sqlite_with_rowid=False,
)

assignments = Table(
    "assignments",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("tenant", ForeignKey("tenants.code"), nullable=False),  # tenant, project and data unit are the task's
    Column("project_id", ForeignKey("projects.id"), nullable=False),
    Column("data_unit_id", ForeignKey("data_units.id")),
    Column("task_id", ForeignKey("tasks.id", ondelete="CASCADE"), nullable=False),
    Column("user_id", ForeignKey("users.id"), nullable=False),
    Column("workshop_id", Id),  # there are no rows behind workshops
    Column("created", whole, nullable=False),
    Column("is_discarded", Boolean, nullable=False),
    Column("is_discard_confirmed", Boolean, nullable=False),
    Column("is_confirmed", Boolean, nullable=False),
    Column("status_label", Words, nullable=False),
    Column("status_review", Words, nullable=False),
    Column("label_submitted", whole),
    Column("last_labeled", whole),
    Column("last_reviewed", whole),
    Column("labeler_last_action_at", whole),
    Column("reviewer_last_action_at", whole),
    *payload_columns(),
    Index("assignments_project_id", "project_id", "id"),
    Index("assignments_project_created", "project_id", "created", "id"),
    Index("assignments_tenant_id", "tenant", "id"),
    Index("assignments_task", "task_id", "id"),
    Index("assignments_data_unit", "data_unit_id"),
)

assignment_relations = Table(
    "assignment_relations",
    metadata,
    Column("assignment_id", ForeignKey("assignments.id", ondelete="CASCADE"), primary_key=True),
    Column("relation", Words, primary_key=True),  # reviewers, groups, stages, tags
    Column("related_id", Id, primary_key=True),
    sqlite_with_rowid=False,
)

ground_truth_datasets = Table(
    "ground_truth_datasets",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("tenant", ForeignKey("tenants.code"), nullable=False),
    Column("name", Words, nullable=False),
    Column("project_id", ForeignKey("projects.id")),
)

ground_truth_dataset_versions = Table(
    "ground_truth_dataset_versions",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("ground_truth_dataset_id", ForeignKey("ground_truth_datasets.id"), nullable=False),
    Column("tenant", ForeignKey("tenants.code"), nullable=False),
    Column("name", Words, nullable=False),
    Column("is_released", Boolean, nullable=False),
)

ground_truths = Table(
    "ground_truths",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("tenant", ForeignKey("tenants.code"), nullable=False),
    Column("ground_truth_dataset_id", ForeignKey("ground_truth_datasets.id"), nullable=False),
    Column("data_unit_id", ForeignKey("data_units.id"), nullable=False),
    Column("task_id", ForeignKey("tasks.id", ondelete="SET NULL")),
    Index("ground_truths_task", "task_id"),
)

ground_truth_events = Table(
    "ground_truth_events",
    metadata,
    Column("pgh_id", Id, primary_key=True, autoincrement=False),
    Column("tenant", ForeignKey("tenants.code"), nullable=False),
    Column("ground_truth_id", ForeignKey("ground_truths.id"), nullable=False),  # several events share one
    Column("ground_truth_dataset_id", ForeignKey("ground_truth_datasets.id"), nullable=False),
    Column("data_unit_id", ForeignKey("data_units.id"), nullable=False),
    Column("task_id", Id),  # no reference: an event is a snapshot, and outlives the task
    Column("pgh_label", Words, nullable=False),  # insert | update
    Column("created", whole, nullable=False),
    Column("category", Words, nullable=False),
    *payload_columns(),
    Index("ground_truth_events_tenant", "tenant", "pgh_id"),
    Index("ground_truth_events_created", "tenant", "created", "pgh_id"),
    Index("ground_truth_events_dataset", "ground_truth_dataset_id", "pgh_id"),
    Index("ground_truth_events_ground_truth", "ground_truth_id", "pgh_id"),
    Index("ground_truth_events_data_unit", "data_unit_id"),
)

ground_truth_event_classes = Table(
    "ground_truth_event_classes",
    metadata,
    Column("pgh_id", ForeignKey("ground_truth_events.pgh_id", ondelete="CASCADE"), primary_key=True),
    Column("name", Words, primary_key=True),
    Column("position", whole, nullable=False),  # the order that the wire keeps
    sqlite_with_rowid=False,
)

ground_truth_version_events = Table(
    "ground_truth_version_events",
    metadata,
    Column("version_id", ForeignKey("ground_truth_dataset_versions.id", ondelete="CASCADE"), primary_key=True),
    Column("pgh_id", ForeignKey("ground_truth_events.pgh_id", ondelete="CASCADE"), primary_key=True),
    Index("ground_truth_version_events_event", "pgh_id", "version_id"),
    sqlite_with_rowid=False,
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", Words, primary_key=True),
    Column("tenant", ForeignKey("tenants.code"), nullable=False),
    Column("status", Words, nullable=False),
    Column("progress_record", Words, nullable=False),
    Column("metrics_record", Words, nullable=False),
    Column("result", Words, nullable=False),
    Column("meta", Words, nullable=False),
    Column("action", Words, nullable=False),
    Column("plugin_release_id", Id),  # no reference: a job tells what ran, whatever became of the release
    Column("created", whole, nullable=False),
    Column("updated", whole, nullable=False),
    Column("completed", whole),
    Index("jobs_tenant_created", "tenant", "created", "id"),
)

logs = Table(
    "logs",
    metadata,
    Column("id", whole, primary_key=True),
    Column("job_id", ForeignKey("jobs.id"), nullable=False),
    Column("tenant", ForeignKey("tenants.code"), nullable=False),  # the job's
    Column("event", Words, nullable=False),
    Column("level", Words, nullable=False),
    Column("entry", Words, nullable=False),
    Column("received", whole, nullable=False),
    Index("logs_job", "job_id", "id"),
    Index("logs_tenant", "tenant", "id"),
)

agents = Table(
    "agents",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("tenant", ForeignKey("tenants.code"), nullable=False),
    Column("name", Words, nullable=False),
    Column("token", Words, nullable=False),
    Column("has_address", Boolean, nullable=False),
    Column("token_in_script", Boolean, nullable=False),
    Column("projects", Words),  # JSON list of ids; null means every project of the tenant
    Column("num_cpus", Float, nullable=False),
    Column("num_gpus", Float, nullable=False),
    Column("memory_bytes", whole, nullable=False),
    Column("max_replicas", whole, nullable=False),
    Column("max_deployments", whole, nullable=False),  # roll-outs at a time; 0 is any number
    Column("failure", Words),  # down | malformed
    Index("agents_tenant_id", "tenant", "id"),
)

plugin_releases = Table(
    "plugin_releases",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("tenant", ForeignKey("tenants.code"), nullable=False),
    Column("code", Words, nullable=False),
    Column("version", Words, nullable=False),
    Column("spec", Words, nullable=False),  # the rest of the seed row, JSON
    Index("plugin_releases_code", "tenant", "code", "id"),
)

serve_applications = Table(
    "serve_applications",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("tenant", ForeignKey("tenants.code"), nullable=False),
    Column("plugin_release_id", ForeignKey("plugin_releases.id"), nullable=False),
    Column("plugin_code", Words, nullable=False),
    Column("agent_id", ForeignKey("agents.id"), nullable=False),
    Column("job_id", ForeignKey("jobs.id")),
    Column("owns_job", Boolean, nullable=False),
    Column("status", Words, nullable=False),
    Column("phase", Words, nullable=False),
    Column("reason", Words, nullable=False),
    Column("needs", Words, nullable=False),  # JSON
    Column("calls", whole, nullable=False),
    Column("is_lasting", Boolean, nullable=False),
    Column("queued", whole),  # place among those that wait for room on the agent
    Column("created", whole, nullable=False),
    Column("changed", whole, nullable=False),
    Index("serve_applications_tenant_id", "tenant", "id"),
    Index("serve_applications_agent", "agent_id", "id"),
)

async_jobs = Table(
    "async_jobs",
    metadata,
    Column("id", Words, primary_key=True),
    Column("tenant", ForeignKey("tenants.code"), nullable=False),
    Column("owner_id", ForeignKey("users.id"), nullable=False),
    Column("number", whole, nullable=False, unique=True),
    Column("state", Words, nullable=False),
    Column("storage_id", Id, nullable=False),  # where its bundle is written
    Column("prefix", Words, nullable=False),
    Index("async_jobs_owner", "owner_id", "number"),
)

buckets = Table(
    "buckets",
    metadata,
    Column("name", Words, primary_key=True),
    Column("created", whole, nullable=False),
)

objects = Table(
    "objects",
    metadata,
    Column("bucket", ForeignKey("buckets.name", ondelete="CASCADE"), primary_key=True),
    Column("key", Words, primary_key=True),
    Column("modified", whole, nullable=False),
    Column("etag", Words),  # where it is not the MD5 of the body
    Column("headers", Words, nullable=False),
    Column("checksum", Words, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

seedings = Table(
    "seedings",
    metadata,
    Column("digest", Words, primary_key=True),  # of a seed document that the world was started with
)

lives = Table(
    "lives",
    metadata,
    Column("number", whole, primary_key=True, autoincrement=False),  # from 0, one for each time it was opened
    Column("world_seed", whole, nullable=False),
    Column("began", whole, nullable=False),
)
