"""The lists that exports walk: pages, links, fields, payload modes."""

from __future__ import annotations

import hashlib
from urllib.parse import parse_qsl, urlsplit

import pytest


def walk(caller, path, follow):
    """Return the ids of all pages, and the pages."""
    ids, pages = [], []
    while path:
        body = caller.get(path).json()
        pages.append(body)
        ids += [row["id"] for row in body.get("results", body.get("data"))]
        path = follow(body)
    return ids, pages


@pytest.mark.parametrize("size", [1, 3, 7, 100])
def test_every_way_of_paging_meets_every_row_once(acme, size) -> None:
    """By number, by cursor and in v2; rows of equal ``created`` come once, however the pages fall."""
    for ordering in ("-id", "id", "-created", "created"):
        expected = sorted(range(1, 8), reverse=ordering.startswith("-"))
        v1 = f"/sdk/tasks/?project=1&page_size={size}&ordering={ordering}"
        v2 = f"/v2/tasks/?project=1&per_page={size}&sort={ordering}"
        numbered, pages = walk(acme, v1, lambda body: body["next"])
        assert expected == numbered
        assert {7} == {page["count"] for page in pages}
        keyed, pages = walk(acme, f"{v1}&pagination=cursor", lambda body: body["next"])
        assert expected == keyed
        assert not any("count" in page for page in pages)
        assert expected == walk(acme, v2, lambda body: body["meta"]["pagination"]["next_cursor"])[0]


def test_links_are_urls_that_repeat_every_parameter(acme, backend) -> None:
    """A client adds nothing to a link, so filters, size and order must be in it (contract.md 1.3)."""
    asked = {"project": "1", "is_discarded": "false", "per_page": "2", "sort": "-id"}
    link = acme.get("/v2/tasks/", params=asked).json()["meta"]["pagination"]["next_cursor"]
    parts = urlsplit(link)

    assert link.startswith(f"{backend.url}/v2/tasks/?")
    assert asked == {key: value for key, value in parse_qsl(parts.query) if key != "cursor"}


def test_unknown_keys_change_nothing_and_are_journalled(acme, backend) -> None:
    """200 with everything, as the real backend answers (SYN-7398); v2 ignores what v1 knows (SYN-7182)."""
    assert acme.get("/sdk/tasks/?project=1&zzz_nonsense=1").json()["count"] == 7
    assert len(acme.get("/v2/tasks/?project=1&ids=1,2").json()["data"]) == 7

    assert [("zzz_nonsense",), ("ids",)] == [entry.ignored for entry in backend.journal]


def test_fields_and_expand_shape_the_rows(acme) -> None:
    """Only what is asked for; files in the stored order, the sidecar before the image."""
    row = acme.get("/sdk/tasks/?id=3&fields=id,data_unit&expand=data_unit").json()["results"][0]

    assert ["id", "data_unit"] == list(row)
    assert ["sidecar", "image_1"] == list(row["data_unit"]["files"])
    assert "사진 3.jpg" == row["data_unit"]["files"]["image_1"]["file_name_original"]
    assert {"id": 3} == acme.get("/sdk/tasks/?id=3&fields=id").json()["results"][0]
    assert 3 == acme.get("/sdk/tasks/?id=3").json()["results"][0]["data_unit"]


def test_a_large_payload_is_a_presigned_wrapper_and_a_small_one_is_itself(acme) -> None:
    """The wrapper's size and digest are those of the bytes behind the URL (contract.md 3.3)."""
    large, small = acme.post("/v2/tasks/bulk-fetch/?response_mode=presigned", json={"ids": [3, 2]}).json()["data"]
    wrapper = large["data"]
    body = acme.get(wrapper["presigned_url"], headers={"Authorization": None}).content

    assert {"n": 2, "pad": "x"} == small["data"]
    assert ("presigned", len(body), hashlib.sha256(body).hexdigest()) == (
        wrapper["mode"],
        wrapper["size"],
        wrapper["data_digest"],
    )
    inline = acme.post("/v2/tasks/bulk-fetch/", json={"ids": [3]}).json()["data"][0]["data"]
    assert {"n": 3, "pad": "x" * 3000} == inline


def test_bulk_keeps_the_order_drops_strangers_and_stops_at_200(acme) -> None:
    """Order of the request; unknown and foreign ids vanish; 201 ids are refused by code (SYN-7418)."""
    rows = acme.post("/v2/tasks/bulk-fetch/", json={"ids": [5, 900, 1, 12345, 4]}).json()["data"]
    assert [5, 1, 4] == [row["id"] for row in rows]
    assert {None} == {row["files_manifest"] for row in rows}

    refused = acme.post("/v2/tasks/bulk-fetch/", json={"ids": list(range(201))})
    assert (400, "ids_limit_exceeded") == (refused.status_code, refused.json()["error"]["code"])


@pytest.mark.parametrize("body", [{}, {"ids": "1"}, {"ids": [True]}, {"ids": [1.5]}, {"ids": [None]}, [1]])
def test_a_bulk_body_of_another_shape_is_refused(acme, body) -> None:
    """400 in the envelope of v2, before anything is read."""
    answer = acme.post("/v2/tasks/bulk-fetch/", json=body)

    assert (400, "VALIDATION_ERROR") == (answer.status_code, answer.json()["error"]["code"])


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/sdk/tasks/?page=99", 404, "Invalid page."),
        ("/sdk/tasks/?page=x", 404, "Invalid page."),
        ("/sdk/tasks/?pagination=cursor&cursor=AAA", 404, "Invalid cursor"),
        ("/v2/tasks/?cursor=AAA", 404, "Invalid cursor"),
        ("/projects/999999999999999999999999999999/", 404, "Not found."),
        ("/storages/999999999999999999999999999999/", 404, "Not found."),
        ("/sdk/tasks/?id__in=1,x", 400, "Enter a number."),
        ("/v2/tasks/?project=x", 400, "Enter a number."),
    ],
)
def test_what_names_no_page_or_no_value_is_refused_in_the_apis_own_form(acme, path, status, words) -> None:
    """v1 in DRF's form, v2 in its envelope."""
    answer = acme.get(path)

    assert status == answer.status_code
    assert words in answer.text
    assert ("error" in answer.json()) == path.startswith("/v2/")


def test_a_size_that_is_none_is_the_default_and_one_too_large_the_maximum(acme) -> None:
    """As DRF reads ``page_size``: nonsense does not fail a list."""
    for text, expected in (("0", 50), ("-3", 50), ("many", 50), ("999999", 200), ("7", 7)):
        assert expected == acme.get(f"/v2/tasks/?per_page={text}").json()["meta"]["pagination"]["per_page"]
