"""Kinds of filters that django-filter has no class for, built of its own.

``MultipleFilter`` is what the published client 2026.2.17 calls the backend's class of comma lists: a multiple choice
whose widget splits at commas and whose ids go through ``int``. OpenAPI has these keys as ``explode: true``, so that
repeated keys add up. Whether items lose the blanks around them where no ``int`` does it, and that empty ones mean
nothing, is ours.
"""

from __future__ import annotations

import re

import django_filters.rest_framework as framework
from django import forms
from django.db.models import Exists, OuterRef, Q
from rest_framework.exceptions import ValidationError
from rest_framework.filters import BaseFilterBackend, SearchFilter

from tests.differential.models import DataFile


class CommaWidget(forms.MultipleHiddenInput):
    """All values of a key, split at commas."""

    def value_from_datadict(self, data, files, name):
        values = super().value_from_datadict(data, files, name) or []
        return [item.strip() for value in values for item in value.split(",") if item.strip()]


class AnyIdField(forms.TypedMultipleChoiceField):
    """Ids, whether there is such a row or not."""

    def __init__(self, **kwargs):
        kwargs.pop("null_value", None)
        super().__init__(coerce=int, widget=CommaWidget, **kwargs)

    def valid_value(self, value):
        return True


class IdsFilter(framework.TypedMultipleChoiceFilter):
    """Rows that have any of the ids."""

    field_class = AnyIdField


class RelatedIds(IdsFilter):
    """Rows that have any of the ids by a table of relations."""

    def __init__(self, relation, **kwargs):
        super().__init__(**kwargs)
        self.relation = relation

    def get_filter_predicate(self, v):
        inner = self.field_name.rpartition("__")[0]
        prefix = f"{inner}__" if inner else ""
        return {f"{prefix}relations__relation": self.relation, f"{prefix}relations__related_id": v}


class ChoicesFilter(framework.MultipleChoiceFilter):
    """Rows whose status is any of those."""

    def __init__(self, *choices, **kwargs):
        super().__init__(choices=[(choice, choice) for choice in choices], widget=CommaWidget, **kwargs)


class NumberInFilter(framework.BaseInFilter, framework.NumberFilter):
    """What django-filter makes of ``__in`` over a number."""


class CharInFilter(framework.BaseInFilter, framework.CharFilter):
    """What django-filter makes of ``__in`` over a text."""


class PrimaryKeys(BaseFilterBackend):
    """``ids`` and ``ids_ex``, which OpenAPI gives comma lists of ids and ranges."""

    def filter_queryset(self, request, queryset, view):
        for key, keep in (("ids", True), ("ids_ex", False)):
            value = request.query_params.get(key, "")
            named = Q()
            for item in (part.strip() for part in value.split(",")):
                span = re.fullmatch(r"([0-9]{1,18})\s*-\s*([0-9]{1,18})", item)
                if span:
                    named |= Q(pk__gte=int(span[1]), pk__lte=int(span[2]))
                elif re.fullmatch(r"[+-]?[0-9]{1,18}(\.0*)?", item):
                    named |= Q(pk=int(item.partition(".")[0]))
                elif item:
                    raise ValidationError({key: ["Enter a number."]})
            if value.replace(",", "").strip():
                queryset = queryset.filter(named if keep else ~named)
        return queryset


class FileSearch(SearchFilter):
    """The framework's search; one name of the row's files has all terms."""

    def filter_queryset(self, request, queryset, view):
        files = super().filter_queryset(request, DataFile.objects.all(), view)
        if not self.get_search_terms(request):
            return queryset
        return queryset.filter(Exists(files.filter(data_unit_id=OuterRef("data_unit_id"))))

    def get_search_fields(self, view, request):
        return ["file_name_original"]
