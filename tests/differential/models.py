"""The rows of a fake's SQLite file as Django's models; Django manages none of the tables."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import ClassVar

from django.db import models

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Microseconds(models.DateTimeField):
    """An instant that the table has as microseconds since the epoch."""

    def get_internal_type(self):
        return "BigIntegerField"

    def from_db_value(self, value, expression, connection):
        return None if value is None else EPOCH + timedelta(microseconds=value)

    def get_db_prep_value(self, value, connection, prepared=False):  # noqa: FBT002 - Django's signature
        moment = value if prepared else self.get_prep_value(value)
        return moment if moment is None or isinstance(moment, int) else (moment - EPOCH) // timedelta(microseconds=1)


class DataFile(models.Model):
    """One file of a data unit."""

    pk = models.CompositePrimaryKey("data_unit_id", "position")
    data_unit_id = models.BigIntegerField()
    position = models.IntegerField()
    file_name_original = models.CharField(max_length=200)

    class Meta:
        managed = False
        db_table = "data_files"


class Project(models.Model):
    """A project."""

    id = models.BigAutoField(primary_key=True)
    data_collection_id = models.BigIntegerField(null=True)

    class Meta:
        managed = False
        db_table = "projects"


class Task(models.Model):
    """A task; what hangs on it is asked for by subqueries on the tables below."""

    id = models.BigAutoField(primary_key=True)
    tenant = models.CharField(max_length=50)
    project = models.ForeignKey(Project, models.DO_NOTHING)
    data_unit_id = models.BigIntegerField(null=True)
    created = Microseconds()
    is_discarded = models.BooleanField()
    has_data = models.BooleanField()
    status_label = models.CharField(max_length=20)
    status_review = models.CharField(max_length=20)
    schema = models.CharField(max_length=20)
    has_reached_max_assignments = models.BooleanField()

    class Meta:
        managed = False
        db_table = "tasks"


class TaskRelation(models.Model):
    """A labeler, reviewer, group, stage, workshop or tag of a task."""

    pk = models.CompositePrimaryKey("task", "relation", "related_id")
    task = models.ForeignKey(Task, models.DO_NOTHING, related_name="relations")
    relation = models.CharField(max_length=20)
    related_id = models.BigIntegerField()

    class Meta:
        managed = False
        db_table = "task_relations"


class Assignment(models.Model):
    """An assignment."""

    id = models.BigAutoField(primary_key=True)
    tenant = models.CharField(max_length=50)
    project_id = models.BigIntegerField()
    data_unit_id = models.BigIntegerField(null=True)
    task = models.ForeignKey(Task, models.DO_NOTHING, related_name="assignments")
    user_id = models.BigIntegerField()
    workshop_id = models.BigIntegerField(null=True)
    created = Microseconds()
    is_discarded = models.BooleanField()
    is_discard_confirmed = models.BooleanField()
    is_confirmed = models.BooleanField()
    status_label = models.CharField(max_length=20)
    status_review = models.CharField(max_length=20)
    label_submitted = Microseconds(null=True)
    last_labeled = Microseconds(null=True)
    last_reviewed = Microseconds(null=True)
    labeler_last_action_at = Microseconds(null=True)
    reviewer_last_action_at = Microseconds(null=True)

    class Meta:
        managed = False
        db_table = "assignments"


class AssignmentRelation(models.Model):
    """A reviewer, group, stage or tag of an assignment."""

    pk = models.CompositePrimaryKey("assignment", "relation", "related_id")
    assignment = models.ForeignKey(Assignment, models.DO_NOTHING, related_name="relations")
    relation = models.CharField(max_length=20)
    related_id = models.BigIntegerField()

    class Meta:
        managed = False
        db_table = "assignment_relations"


class Dataset(models.Model):
    """A ground-truth dataset."""

    id = models.BigAutoField(primary_key=True)
    tenant = models.CharField(max_length=50)
    project_id = models.BigIntegerField(null=True)

    class Meta:
        managed = False
        db_table = "ground_truth_datasets"


class Event(models.Model):
    """A ground-truth event."""

    CATEGORIES: ClassVar = [("train", "train"), ("validation", "validation"), ("test", "test")]

    pgh_id = models.BigAutoField(primary_key=True)
    tenant = models.CharField(max_length=50)
    ground_truth_id = models.BigIntegerField()
    ground_truth_dataset = models.ForeignKey(Dataset, models.DO_NOTHING)
    data_unit_id = models.BigIntegerField()
    task_id = models.BigIntegerField(null=True)
    created = Microseconds()
    category = models.CharField(max_length=20, choices=CATEGORIES)

    class Meta:
        managed = False
        db_table = "ground_truth_events"


class EventClass(models.Model):
    """A class of an event."""

    pk = models.CompositePrimaryKey("event", "name")
    event = models.ForeignKey(Event, models.DO_NOTHING, related_name="classes", db_column="pgh_id")
    name = models.CharField(max_length=50)

    class Meta:
        managed = False
        db_table = "ground_truth_event_classes"


class VersionEvent(models.Model):
    """Which version of a dataset holds an event."""

    pk = models.CompositePrimaryKey("version_id", "event")
    version_id = models.BigIntegerField()
    event = models.ForeignKey(Event, models.DO_NOTHING, related_name="versions", db_column="pgh_id")

    class Meta:
        managed = False
        db_table = "ground_truth_version_events"
