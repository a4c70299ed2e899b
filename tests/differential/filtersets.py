"""django-filter's twin of each list, from contract.md 3.2 and the OpenAPI file's parameters."""

from __future__ import annotations

import django_filters.rest_framework as framework
from django.db.models import Exists, OuterRef

from tests.differential import models
from tests.differential.filters import CharInFilter, ChoicesFilter, IdsFilter, NumberInFilter, RelatedIds

LABELS = ("stand_by", "in_progress", "completed", "skipped")
REVIEWS = (*LABELS, "rejected")
SCHEMAS = [("any", "any"), ("dm_schema_v1", "dm_schema_v1")]
LOOKUPS = ("gt", "gte", "lt", "lte")
MOMENTS = ("created", "label_submitted", "last_labeled", "last_reviewed")
MOMENTS += ("labeler_last_action_at", "reviewer_last_action_at")


class TaskFilter(framework.FilterSet):
    """The first API's tasks."""

    project = framework.NumberFilter(field_name="project_id")
    data_collection = framework.NumberFilter(field_name="project__data_collection_id")
    schema = framework.ChoiceFilter(choices=SCHEMAS)
    has_assignment = framework.BooleanFilter(method="filter_has_assignment")
    status_label = ChoicesFilter(*LABELS)
    status_review = ChoicesFilter(*REVIEWS)
    assignments = IdsFilter(field_name="assignments__id")
    assignments__is_discarded = framework.BooleanFilter(field_name="assignments__is_discarded", distinct=True)
    labelers = RelatedIds("labelers")
    reviewers = RelatedIds("reviewers")
    groups = RelatedIds("groups")
    stages = RelatedIds("stages")
    workshops = RelatedIds("workshops")
    tags = RelatedIds("tags")
    discarded_filter = framework.ChoiceFilter(
        choices=[(name, name) for name in ("all", "discarded", "not_discarded", "active")], method="filter_discarded"
    )

    class Meta:
        model = models.Task
        fields = {
            "id": ["exact", "in", *LOOKUPS],
            "created": [*LOOKUPS],
            "is_discarded": ["exact"],
            "has_reached_max_assignments": ["exact"],
        }

    def filter_has_assignment(self, queryset, name, value):
        held = Exists(models.Assignment.objects.filter(task=OuterRef("pk")))
        return queryset.filter(held if value else ~held)

    def filter_discarded(self, queryset, name, value):
        return queryset if value == "all" else queryset.filter(is_discarded=value == "discarded")


class SlimTaskFilter(framework.FilterSet):
    """The second API's tasks."""

    project = framework.NumberFilter(field_name="project_id")
    schema = framework.ChoiceFilter(choices=SCHEMAS)

    class Meta:
        model = models.Task
        fields = ("is_discarded", "has_data")


class AssignmentFilter(framework.FilterSet):
    """The first API's assignments."""

    project = framework.NumberFilter(field_name="project_id")
    workshop = framework.NumberFilter(field_name="workshop_id")
    tasks = IdsFilter(field_name="task_id")
    users = IdsFilter(field_name="user_id")
    reviewers = RelatedIds("reviewers")
    groups = RelatedIds("groups")
    stages = RelatedIds("stages")
    tags = RelatedIds("tags")
    task_tags = RelatedIds("tags", field_name="task__tags")
    status_label = ChoicesFilter(*LABELS)
    status_review = ChoicesFilter(*REVIEWS)

    class Meta:
        model = models.Assignment
        fields = {
            "id": ["exact", "in", *LOOKUPS],
            "is_discarded": ["exact"],
            "is_discard_confirmed": ["exact"],
            "is_confirmed": ["exact"],
            **{moment: [*LOOKUPS] for moment in MOMENTS},
        }


class SlimAssignmentFilter(AssignmentFilter):
    """The second API's assignments: the same, and ranges."""

    created = framework.IsoDateTimeFromToRangeFilter()
    label_submitted = framework.IsoDateTimeFromToRangeFilter()
    last_labeled = framework.IsoDateTimeFromToRangeFilter()
    last_reviewed = framework.IsoDateTimeFromToRangeFilter()
    labeler_last_action_at = framework.IsoDateTimeFromToRangeFilter()
    reviewer_last_action_at = framework.IsoDateTimeFromToRangeFilter()


class EventFilter(framework.FilterSet):
    """The first API's ground-truth events."""

    ground_truth = IdsFilter(field_name="ground_truth_id")
    ground_truth_dataset_versions = IdsFilter(field_name="versions__version_id")
    categories = ChoicesFilter("train", "validation", "test", field_name="category")
    classes = CharInFilter(field_name="classes__name", distinct=True)
    task = IdsFilter(field_name="task_id")

    class Meta:
        model = models.Event
        fields = ("category",)


class SlimEventFilter(framework.FilterSet):
    """The second API's ground-truth events."""

    ground_truth_dataset = framework.NumberFilter(field_name="ground_truth_dataset_id")
    ground_truth_dataset_version = framework.NumberFilter(field_name="versions__version_id", distinct=True)
    project = framework.NumberFilter(field_name="ground_truth_dataset__project_id")
    pgh_obj_id__in = NumberInFilter(field_name="ground_truth_id", lookup_expr="in")


class DatasetFilter(framework.FilterSet):
    """The second API's ground-truth datasets."""

    project = framework.NumberFilter(field_name="project_id")
