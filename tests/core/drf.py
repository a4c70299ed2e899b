"""Django REST framework's own pagination over a list in memory: the oracle for cursors and links."""

from __future__ import annotations

from tests.differential import django_settings  # noqa: F401 - sets Django up

from rest_framework.pagination import Cursor, CursorPagination  # isort: skip - after Django is set up
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory


class Rows:
    """As much of a queryset as the pagination uses, over dicts."""

    def __init__(self, rows):
        self.rows = list(rows)

    def order_by(self, *names):
        """Order by each field, and by id within equal values, in the direction of the first."""
        name = names[0].lstrip("-")
        return Rows(sorted(self.rows, key=lambda row: (row[name], row["id"]), reverse=names[0].startswith("-")))

    def filter(self, *_q, **tests):
        """Keep the rows beyond a position; positions are text, values compare as themselves."""
        kept = self.rows
        for key, value in tests.items():
            name, test = key.split("__")
            kept = [row for row in kept if (row[name] < int(value) if test == "lt" else row[name] > int(value))]
        return Rows(kept)

    def __getitem__(self, part):
        return self.rows[part]


def page(rows, url, ordering, size):
    """Return (rows, next link, previous link) as the framework answers ``url``."""
    pagination = CursorPagination()
    pagination.ordering = (ordering,)
    pagination.page_size = size
    found = pagination.paginate_queryset(Rows(rows), Request(APIRequestFactory().get(url)))
    return list(found), pagination.get_next_link(), pagination.get_previous_link()


def token(offset, reverse, position):
    """Return the token that the framework writes for a place."""
    pagination = CursorPagination()
    pagination.base_url = "http://testserver/"
    link = pagination.encode_cursor(Cursor(offset=offset, reverse=reverse, position=position))
    return link.split("cursor=", 1)[1]


def read(token):
    """Return (offset, reverse, position) as the framework reads a token."""
    pagination = CursorPagination()
    return tuple(pagination.decode_cursor(Request(APIRequestFactory().get("/", {"cursor": token}))))
