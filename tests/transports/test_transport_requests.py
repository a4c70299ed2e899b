"""What an application sees of a request is what the client sent, by either transport."""

from __future__ import annotations

import gzip
import io
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

import pytest
import requests
import urllib3
from hypothesis import given
from hypothesis import strategies as st
from wsgi_applications import Application

from fake_backend.transports.in_process import InProcess, Mount
from fake_backend.transports.live import LiveServer

if TYPE_CHECKING:
    from collections.abc import Iterator

EXTRA = {"fake_backend.world": "a world"}
Asked = tuple[Application, str]


@pytest.fixture(scope="module", params=["in-process", "live"])
def asked(request: pytest.FixtureRequest) -> Iterator[Asked]:
    """One application for all the examples of a property, and its URL."""
    application = Application()
    if request.param == "live":
        with LiveServer(application, EXTRA, threads=4) as server:
            yield application, server.url
    else:
        with InProcess([Mount("asked.fake-backend.invalid", application, EXTRA)]):
            yield application, "http://asked.fake-backend.invalid"


@pytest.fixture(scope="module")
def pool() -> Iterator[urllib3.PoolManager]:
    """Pools of urllib3, kept open between examples as a client keeps them."""
    with urllib3.PoolManager() as pool:
        yield pool


segments = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12).filter(
    lambda t: t not in {".", ".."}
)


@given(key=st.lists(segments, min_size=1, max_size=3), query=st.lists(st.tuples(segments, segments), max_size=3))
def test_a_path_arrives_decoded_once_and_as_it_was_sent(asked, pool, key, query) -> None:
    """``PATH_INFO`` is the decoded path (PEP 3333), ``RAW_URI`` the target a signature is computed over."""
    application, url = asked
    target = "/" + "/".join(quote(part, safe="") for part in key)
    target += (
        "?" + "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in query) if query else ""
    )

    pool.request("GET", url + target)

    environ = application.environs.pop()
    assert target == environ["RAW_URI"]
    assert "/" + "/".join(key) == environ["PATH_INFO"].encode("latin-1").decode()
    assert target.partition("?")[2] == environ["QUERY_STRING"]


@given(
    chunks=st.lists(st.binary(max_size=300), max_size=5), form=st.sampled_from(["bytes", "file", "generator", "gzip"])
)
def test_a_body_arrives_whole_in_whatever_form_it_is_sent(asked, pool, chunks, form) -> None:
    """Bytes, files and generators (chunked) are the same body; a compressed one concerns the receiver alone."""
    application, url = asked
    whole = b"".join(chunks)
    sent = {
        "bytes": lambda: whole,
        "file": lambda: io.BytesIO(whole),
        "generator": lambda: iter(chunks),
        "gzip": lambda: gzip.compress(whole, mtime=0),
    }[form]()
    headers = {"Content-Encoding": "gzip"} if form == "gzip" else {}

    pool.request("POST", f"{url}/", body=sent, headers=headers, chunked=form == "generator")

    expected = gzip.compress(whole, mtime=0) if form == "gzip" else whole
    assert expected == application.bodies.pop()
    environ = application.environs.pop()
    known = form in {"bytes", "gzip"}  # urllib3 sends files chunked, as it does generators
    assert (str(len(expected)) if known else None) == environ.get("CONTENT_LENGTH")


def test_the_environ_is_that_of_pep_3333_with_our_entries(asked, pool) -> None:
    """Every entry that the http and objects packages read is there, the mount's own included."""
    application, url = asked
    pool.request(
        "PUT", f"{url}/sdk/tasks/?page=1", body=b"{}", headers={"Content-Type": "application/json", "X-Two": "2"}
    )

    environ = application.environs.pop()
    host = urllib3.util.parse_url(url)
    expected = {
        "REQUEST_METHOD": "PUT",
        "SCRIPT_NAME": "",
        "PATH_INFO": "/sdk/tasks/",
        "QUERY_STRING": "page=1",
        "RAW_URI": "/sdk/tasks/?page=1",
        "SERVER_NAME": host.host,
        "SERVER_PORT": str(host.port or 80),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": "2",
        "HTTP_HOST": host.netloc,
        "HTTP_X_TWO": "2",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.multithread": True,
        "fake_backend.world": "a world",
        "fake_backend.transport": "in-process" if "invalid" in url else "live",
    }
    assert expected == {key: environ[key] for key in expected}


def test_headers_that_could_be_mistaken_for_others_or_are_a_proxy_s_are_left_out(asked, pool) -> None:
    """``X_A`` would read as ``X-A``, and a proxy's credentials end at the proxy (RFC 9110 11.7)."""
    application, url = asked
    pool.request("GET", f"{url}/", headers={"X_A": "1", "Proxy-Authorization": "Basic eDp5", "X-B": "2"})

    environ = application.environs.pop()
    assert {"HTTP_X_B"} == {"HTTP_X_A", "HTTP_PROXY_AUTHORIZATION", "HTTP_X_B"} & environ.keys()


@pytest.mark.parametrize("read", ["read(-1)", "read()", "read(4)", "readline", "iteration"])
@pytest.mark.parametrize("chunked", [False, True])
def test_the_input_stream_reads_like_a_file(serve, session, read, chunked) -> None:
    """PEP 3333 asks for ``read``, ``readline`` and iteration, and none of them may wait beyond the body."""
    seen: list[object] = []

    def application(environ, start_response):
        stream = environ["wsgi.input"]
        seen.append(
            {
                "read(-1)": lambda: stream.read(-1),
                "read()": stream.read,
                "read(4)": lambda: stream.read(4) + stream.read(100),
                "readline": lambda: stream.readline() + stream.readline() + stream.readline(),
                "iteration": lambda: b"".join(stream),
            }[read]()
        )
        start_response("200 OK", [])
        return []

    session.post(serve(application), data=iter([b"\na", b"b\n", b"c"]) if chunked else b"\nab\nc")

    assert [b"\nab\nc"] == seen


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_that_nobody_reads_does_not_run_into_the_next_request(serve, session, chunked) -> None:
    """The connection stays usable: what is left of one request is not the head of another."""
    connections = []

    def application(environ, start_response):
        connections.append(environ["fake_backend.connection"])
        start_response("200 OK", [])
        return [environ["REQUEST_METHOD"].encode()]

    url = serve(application)
    answers = [
        session.post(
            url, data=iter([b"GET / HTTP/1.1\r\n", b"\r\n"]) if chunked else b"GET / HTTP/1.1\r\n\r\n"
        ).content,
        session.get(url).content,
    ]

    assert [b"POST", b"GET"] == answers
    assert connections[0] is connections[1]


def test_an_absolute_target_is_read_in_origin_form(mount) -> None:
    """A client that was told of a proxy sends ``GET http://host/path`` (RFC 9112 3.2.2)."""
    application = Application()
    url = mount(application)
    with urllib3.ProxyManager("http://127.0.0.1:9") as proxied:
        for path in ("/a%2Fb?c=d", "?c=d", ""):
            proxied.request("GET", url + path)

    assert ["/a%2Fb?c=d", "/?c=d", "/"] == [environ["RAW_URI"] for environ in application.environs]
    assert ["/a/b", "/", "/"] == [environ["PATH_INFO"] for environ in application.environs]


def test_a_repeated_header_is_one_list(mount) -> None:
    """Several lines of one name are joined in order (RFC 9110 5.3), cookies by their own separator."""
    application = Application()
    headers = urllib3.HTTPHeaderDict([("X-Tag", "a"), ("X-Tag", "b"), ("Cookie", "c=1"), ("Cookie", "d=2")])
    url = urllib3.util.parse_url(mount(application))
    with urllib3.HTTPConnectionPool(url.host) as pool:
        pool.request("GET", "/", headers=headers)

    environ = application.environs.pop()
    assert ("a, b", "c=1; d=2") == (environ["HTTP_X_TAG"], environ["HTTP_COOKIE"])


def test_korean_keys_travel_by_requests(serve, session) -> None:
    """What requests makes of a Korean path reaches the application as that path."""
    application = Application()
    session.get(f"{serve(application)}/버킷/한글 파일.json", params={"이름": "값"})

    environ = application.environs.pop()
    assert "/버킷/한글 파일.json" == environ["PATH_INFO"].encode("latin-1").decode()
    assert "이름=값" == unquote(environ["QUERY_STRING"])


def test_the_client_s_patience_is_known_in_process(mount, session) -> None:
    """An application on a virtual clock can tell how long this client would wait for an answer."""
    application = Application()
    url = mount(application)
    session.get(url, timeout=(5, 15))
    session.get(url)

    assert [15, None] == [environ["fake_backend.read_timeout"] for environ in application.environs]


def test_the_port_is_any_and_the_scheme_is_told(mount, session) -> None:
    """A mount is a host: ``https`` needs no certificate, and a port is only passed on."""
    application = Application()
    host = mount(application).removeprefix("http://")
    for url in (f"http://{host}", f"https://{host}", f"https://{host}:8443", f"http://data.{host.upper()}:81"):
        session.get(url)

    assert [
        ("http", "80", host),
        ("https", "443", host),
        ("https", "8443", f"{host}:8443"),
        ("http", "81", f"data.{host}:81"),
    ] == [(e["wsgi.url_scheme"], e["SERVER_PORT"], e["HTTP_HOST"]) for e in application.environs]


def test_a_request_that_http_forbids_is_refused_by_the_client_itself(mount) -> None:
    """The client writes its requests as over a socket, its own checks included."""
    url = urllib3.util.parse_url(mount(Application()))
    with urllib3.HTTPConnectionPool(url.host) as pool:
        with pytest.raises(ValueError, match="Invalid header value"):
            pool.request("GET", "/", headers={"X-A": "a\r\nX-B: b"})
        with pytest.raises(UnicodeEncodeError):
            pool.request("GET", "/", headers={"X-A": "값"})


def test_requests_reads_no_more_of_a_file_than_it_sends(mount, session, tmp_path) -> None:
    """A file is a body of known length, and keeps its bytes."""
    application = Application()
    (tmp_path / "원본.bin").write_bytes(bytes(range(256)) * 400)
    with (tmp_path / "원본.bin").open("rb") as file:
        assert requests.codes.ok == session.put(mount(application), data=file).status_code

    assert bytes(range(256)) * 400 == application.bodies.pop()
    assert "102400" == application.environs.pop()["CONTENT_LENGTH"]
