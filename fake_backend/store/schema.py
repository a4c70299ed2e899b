"""The tables. Rows that a list pages through carry their tenant, so that one index seek serves a page.

Instants are microseconds since the epoch, UTC. JSON that no query looks into is text.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData()

# SQLite gives rowid tables only to INTEGER keys; elsewhere ids are 64 bits wide.
Id = BigInteger().with_variant(Integer, "sqlite")


def payload_columns() -> list[Column[Any]]:
    """Return the columns of a row with a payload, new ones for each table."""
    return [
        Column("has_data", Boolean, nullable=False),
        Column("payload", Text),  # JSON text, unless it is stored as an object
        Column("payload_key", String),  # of the object, when the payload is externalised
        Column("payload_size", Integer, nullable=False),  # bytes
        Column("payload_digest", String, nullable=False),  # SHA-256 of the payload's bytes, lower-case hex
    ]


tenants = Table(
    "tenants",
    metadata,
    Column("code", String, primary_key=True),
    Column("name", String, nullable=False),
)

users = Table(
    "users",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("tenant", ForeignKey("tenants.code"), nullable=False),
    Column("email", String, nullable=False),
    Column("name", String, nullable=False),
)

tokens = Table(
    "tokens",
    metadata,
    Column("token", String, primary_key=True),
    Column("id", Integer, nullable=False, unique=True),  # from 1: what a token is called without telling it
    Column("kind", String, nullable=False),  # user | access
    Column("user_id", ForeignKey("users.id"), nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("expires", BigInteger),  # good before this instant; null is for ever
    Column("revoked", BigInteger),  # since when it is taken back
)

storages = Table(
    "storages",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("tenant", ForeignKey("tenants.code"), nullable=False),
    Column("name", String, nullable=False),
    Column("category", String, nullable=False),
    Column("provider", String, nullable=False),
    Column("configuration", Text, nullable=False),
    Column("is_default", Boolean, nullable=False),
)

data_collections = Table(
    "data_collections",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("tenant", ForeignKey("tenants.code"), nullable=False),
    Column("name", String, nullable=False),
)

file_specifications = Table(
    "file_specifications",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("data_collection_id", ForeignKey("data_collections.id"), nullable=False),
    Column("name", String, nullable=False),
    Column("file_type", String, nullable=False),
    Column("is_primary", Boolean, nullable=False),
    UniqueConstraint("data_collection_id", "name"),
)

projects = Table(
    "projects",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("tenant", ForeignKey("tenants.code"), nullable=False),
    Column("title", String, nullable=False),
    Column("data_collection_id", ForeignKey("data_collections.id")),
    Column("configuration", Text, nullable=False),
)

data_units = Table(
    "data_units",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("tenant", ForeignKey("tenants.code"), nullable=False),
    Column("data_collection_id", ForeignKey("data_collections.id"), nullable=False),
    Column("name", String, nullable=False),
    Column("width", Integer),
    Column("height", Integer),
    Column("meta", Text, nullable=False),
)

data_files = Table(
    "data_files",
    metadata,
    Column("data_unit_id", ForeignKey("data_units.id"), primary_key=True),
    Column("position", Integer, primary_key=True),  # the order that the wire keeps (SYN-7229)
    Column("specification", String, nullable=False),
    Column("file_name_original", String, nullable=False),
    Column("is_primary", Boolean, nullable=False),
    Column("content_type", String, nullable=False),
    Column("object_key", String, nullable=False),
    Column("size", Integer, nullable=False),
)

tasks = Table(
    "tasks",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("tenant", ForeignKey("tenants.code"), nullable=False),
    Column("project_id", ForeignKey("projects.id"), nullable=False),
    Column("data_unit_id", ForeignKey("data_units.id")),
    Column("created", BigInteger, nullable=False),
    Column("is_discarded", Boolean, nullable=False),
    Column("status_label", String, nullable=False),
    Column("status_review", String, nullable=False),
    Column("schema", String, nullable=False),
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
    Column("relation", String, primary_key=True),  # labelers, reviewers, groups, stages, workshops, tags
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
    Column("created", BigInteger, nullable=False),
    Column("is_discarded", Boolean, nullable=False),
    Column("is_discard_confirmed", Boolean, nullable=False),
    Column("is_confirmed", Boolean, nullable=False),
    Column("status_label", String, nullable=False),
    Column("status_review", String, nullable=False),
    Column("label_submitted", BigInteger),
    Column("last_labeled", BigInteger),
    Column("last_reviewed", BigInteger),
    Column("labeler_last_action_at", BigInteger),
    Column("reviewer_last_action_at", BigInteger),
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
    Column("relation", String, primary_key=True),  # reviewers, groups, stages, tags
    Column("related_id", Id, primary_key=True),
    sqlite_with_rowid=False,
)

ground_truth_datasets = Table(
    "ground_truth_datasets",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("tenant", ForeignKey("tenants.code"), nullable=False),
    Column("name", String, nullable=False),
    Column("project_id", ForeignKey("projects.id")),
)

ground_truth_dataset_versions = Table(
    "ground_truth_dataset_versions",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("ground_truth_dataset_id", ForeignKey("ground_truth_datasets.id"), nullable=False),
    Column("tenant", ForeignKey("tenants.code"), nullable=False),
    Column("name", String, nullable=False),
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
    Column("pgh_label", String, nullable=False),  # insert | update
    Column("created", BigInteger, nullable=False),
    Column("category", String, nullable=False),
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
    Column("name", String, primary_key=True),
    Column("position", Integer, nullable=False),  # the order that the wire keeps
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
    Column("id", String, primary_key=True),
    Column("tenant", ForeignKey("tenants.code"), nullable=False),
    Column("status", String, nullable=False),
    Column("progress_record", Text, nullable=False),
    Column("metrics_record", Text, nullable=False),
    Column("result", Text, nullable=False),
    Column("meta", Text, nullable=False),
    Column("action", String, nullable=False),
    Column("plugin_release_id", Id),  # no reference: a job tells what ran, whatever became of the release
    Column("created", BigInteger, nullable=False),
    Column("updated", BigInteger, nullable=False),
    Column("completed", BigInteger),
    Index("jobs_tenant_created", "tenant", "created", "id"),
)

logs = Table(
    "logs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("job_id", ForeignKey("jobs.id"), nullable=False),
    Column("tenant", ForeignKey("tenants.code"), nullable=False),  # the job's
    Column("event", String, nullable=False),
    Column("level", String, nullable=False),
    Column("entry", Text, nullable=False),
    Column("received", BigInteger, nullable=False),
    Index("logs_job", "job_id", "id"),
    Index("logs_tenant", "tenant", "id"),
)

agents = Table(
    "agents",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("tenant", ForeignKey("tenants.code"), nullable=False),
    Column("name", String, nullable=False),
    Column("token", String, nullable=False),
    Column("has_address", Boolean, nullable=False),
    Column("token_in_script", Boolean, nullable=False),
    Column("projects", Text),  # JSON list of ids; null means every project of the tenant
    Column("num_cpus", Float, nullable=False),
    Column("num_gpus", Float, nullable=False),
    Column("memory_bytes", BigInteger, nullable=False),
    Column("max_replicas", Integer, nullable=False),
    Column("max_deployments", Integer, nullable=False),  # roll-outs at a time; 0 is any number
    Column("failure", String),  # down | malformed
    Index("agents_tenant_id", "tenant", "id"),
)

plugin_releases = Table(
    "plugin_releases",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("tenant", ForeignKey("tenants.code"), nullable=False),
    Column("code", String, nullable=False),
    Column("version", String, nullable=False),
    Column("spec", Text, nullable=False),  # the rest of the seed row, JSON
    Index("plugin_releases_code", "tenant", "code", "id"),
)

serve_applications = Table(
    "serve_applications",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("tenant", ForeignKey("tenants.code"), nullable=False),
    Column("plugin_release_id", ForeignKey("plugin_releases.id"), nullable=False),
    Column("plugin_code", String, nullable=False),
    Column("agent_id", ForeignKey("agents.id"), nullable=False),
    Column("job_id", ForeignKey("jobs.id")),
    Column("owns_job", Boolean, nullable=False),
    Column("status", String, nullable=False),
    Column("phase", String, nullable=False),
    Column("reason", Text, nullable=False),
    Column("needs", Text, nullable=False),  # JSON
    Column("calls", Integer, nullable=False),
    Column("is_lasting", Boolean, nullable=False),
    Column("queued", Integer),  # place among those that wait for room on the agent
    Column("created", BigInteger, nullable=False),
    Column("changed", BigInteger, nullable=False),
    Index("serve_applications_tenant_id", "tenant", "id"),
    Index("serve_applications_agent", "agent_id", "id"),
)

async_jobs = Table(
    "async_jobs",
    metadata,
    Column("id", String, primary_key=True),
    Column("tenant", ForeignKey("tenants.code"), nullable=False),
    Column("owner_id", ForeignKey("users.id"), nullable=False),
    Column("number", Integer, nullable=False, unique=True),
    Column("state", Text, nullable=False),
    Column("storage_id", Id, nullable=False),  # where its bundle is written
    Column("prefix", String, nullable=False),
    Index("async_jobs_owner", "owner_id", "number"),
)

buckets = Table(
    "buckets",
    metadata,
    Column("name", String, primary_key=True),
    Column("created", BigInteger, nullable=False),
)

objects = Table(
    "objects",
    metadata,
    Column("bucket", ForeignKey("buckets.name", ondelete="CASCADE"), primary_key=True),
    Column("key", String, primary_key=True),
    Column("modified", BigInteger, nullable=False),
    Column("etag", String),  # where it is not the MD5 of the body
    Column("headers", Text, nullable=False),
    Column("checksum", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

seedings = Table(
    "seedings",
    metadata,
    Column("digest", String, primary_key=True),  # of a seed document that the world was started with
)

lives = Table(
    "lives",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),  # from 0, one for each time it was opened
    Column("world_seed", BigInteger, nullable=False),
    Column("began", BigInteger, nullable=False),
)
