"""Django REST framework's views of the same lists, with its own paginations."""

from __future__ import annotations

from types import MappingProxyType

from django.test import RequestFactory
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.filters import OrderingFilter
from rest_framework.generics import ListAPIView
from rest_framework.pagination import CursorPagination, PageNumberPagination
from rest_framework.serializers import BaseSerializer

from tests.differential import filtersets, models
from tests.differential.filters import FileSearch, PrimaryKeys

TENANT = "acme"


class Key(BaseSerializer):
    """A row as its key."""

    def to_representation(self, instance):
        return instance.pk


class Ordering(OrderingFilter):
    """The framework's, with the key as the last term, in the direction of the first: no database promises any."""

    def get_ordering(self, request, queryset, view):
        terms = tuple(super().get_ordering(request, queryset, view))
        key = view.key
        return terms if {key, f"-{key}"} & {*terms} else (*terms, f"-{key}" if terms[0].startswith("-") else key)


class Sort(Ordering):
    """The same, by the second API's name."""

    ordering_param = "sort"


class Numbers(PageNumberPagination):
    """Pages by number."""

    page_size = 100
    page_size_query_param = "page_size"
    max_page_size = 1000


class Cursors(CursorPagination):
    """Pages by cursor."""

    page_size = 100
    page_size_query_param = "page_size"
    max_page_size = 1000


class SlimCursors(CursorPagination):
    """Pages by cursor in the second API."""

    page_size = 50
    page_size_query_param = "per_page"
    max_page_size = 200


class FirstList(ListAPIView):
    """A list of the first API."""

    key = "id"
    ordering = ("-created",)
    serializer_class = Key
    filter_backends = (DjangoFilterBackend, PrimaryKeys, FileSearch, Ordering)

    @property
    def ordering_fields(self):
        return ("created", self.key)

    @property
    def paginator(self):
        if not hasattr(self, "_chosen"):
            self._chosen = Cursors() if self.request.query_params.get("pagination") == "cursor" else Numbers()
        return self._chosen

    def get_queryset(self):
        return self.filterset_class.Meta.model.objects.filter(tenant=TENANT)


class SecondList(FirstList):
    """A list of the second API."""

    filter_backends = (DjangoFilterBackend, Sort)
    model = None

    @property
    def paginator(self):
        if not hasattr(self, "_chosen"):
            self._chosen = SlimCursors()
        return self._chosen

    def get_queryset(self):
        return self.model.objects.filter(tenant=TENANT)


def _view(base, **attributes):
    return type("View", (base,), attributes).as_view()


_EVENTS = {"key": "pgh_id", "ordering": ("-pgh_id",)}

VIEWS = MappingProxyType(
    {
        "/sdk/tasks/": _view(FirstList, filterset_class=filtersets.TaskFilter),
        "/sdk/assignments/": _view(FirstList, filterset_class=filtersets.AssignmentFilter),
        "/sdk/ground_truth_events/": _view(FirstList, filterset_class=filtersets.EventFilter, **_EVENTS),
        "/v2/tasks/": _view(SecondList, filterset_class=filtersets.SlimTaskFilter, model=models.Task),
        "/v2/assignments/": _view(SecondList, filterset_class=filtersets.SlimAssignmentFilter, model=models.Assignment),
        "/v2/ground-truth-events/": _view(
            SecondList, filterset_class=filtersets.SlimEventFilter, model=models.Event, **_EVENTS
        ),
        "/v2/ground-truth-datasets/": _view(
            SecondList,
            filterset_class=filtersets.DatasetFilter,
            model=models.Dataset,
            ordering=("-id",),
            ordering_fields=("id",),
        ),
    }
)

FACTORY = RequestFactory()


def ask(path, query):
    """Return (status, body) of the framework's answer to a query string."""
    answer = VIEWS[path](FACTORY.get(path, QUERY_STRING=query))
    return answer.status_code, answer.data
