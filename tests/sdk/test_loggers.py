"""Reports reach the backend in time, in batches, and never at the cost of the work (contract.md 5, incidents.md 4)."""

from __future__ import annotations

import base64
import io
import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted import USER_TOKEN, Answer, CountingClock

from fake_backend.transports.in_process import NoAnswer
from sdk.clients.errors import ServerError
from sdk.clients.redaction import Redactor
from sdk.loggers import ConsoleLogger, JobLogger, LogLevel, NoOpLogger
from sdk.loggers.job import BATCH, LARGEST_REQUEST, QUEUE
from sdk.loggers.progress import ProgressRecord


class Reports:
    """A client that keeps what it is told, and fails while it is told to."""

    def __init__(self, clock) -> None:
        self.clock = clock
        self.redactor = Redactor([USER_TOKEN])
        self.patches = []
        self.posts = []
        self.times = []
        self.patch_times = []
        self.attempts = 0
        self.broken = False

    def _take(self, kept, body):
        self.attempts += 1
        self.times.append(self.clock.monotonic())
        if self.broken:
            raise ServerError("503", status=503)
        kept.append(json.loads(json.dumps(body)))

    def patch_job(self, job_id, body):
        self.patch_times.append(self.clock.monotonic())
        self._take(self.patches, {"job": job_id, **body})

    def post_logs(self, entries):
        self._take(self.posts, list(entries))

    @property
    def entries(self):
        return [entry for post in self.posts for entry in post]


@pytest.fixture
def reports(clock):
    return Reports(clock)


@pytest.fixture
def logger(reports):
    return JobLogger(reports, "7")


def test_entries_wait_for_company(logger, reports, clock) -> None:
    """200 of them or 2 s, whichever comes first; then one request."""
    for number in range(BATCH - 1):
        logger.log("export_data_file", {"target_id": number})
    assert 0 == reports.attempts
    logger.log("export_data_file", {"target_id": BATCH - 1})
    assert [BATCH] == [len(post) for post in reports.posts]

    logger.info("later")
    clock.sleep(1.9)
    logger.info("later")
    assert 1 == reports.attempts
    clock.sleep(0.1)
    logger.info("later")
    assert [BATCH, 3] == [len(post) for post in reports.posts]


def test_an_entry_says_what_the_backend_wants_to_know(logger, reports, clock) -> None:
    """contract.md 5: event, data, datetime, job, and step and level where there are any."""
    logger.set_step("save_files", 7)
    logger.log("export_info", {"rows": 3}, level=LogLevel.SUCCESS)
    logger.log_message("한글", LogLevel.WARNING, key="EXPORT_DELEGATED_TO_SERVER", step="other")
    logger.finish()

    moment = clock.now().isoformat()
    common = {"datetime": moment, "job": "7"}
    message = {"content": "한글", "key": "EXPORT_DELEGATED_TO_SERVER"}
    assert [
        {"event": "export_info", "data": {"rows": 3}, "level": "success", "step": "save_files", **common},
        {"event": "message", "data": message, "level": "warning", "step": "other", **common},
    ] == reports.entries


@given(st.lists(st.tuples(st.floats(0, 3), st.sampled_from(["progress", "metrics", "entry"])), max_size=60))
def test_snapshots_go_at_most_once_a_second_and_the_newest_always_arrives(steps) -> None:
    """Two thousand ticks cost a handful of requests, and a finished run shows that it is (SYN-7435, SYN-7436)."""
    clock = CountingClock()
    reports = Reports(clock)
    logger = JobLogger(reports, "7", step_proportions={"a": 100})
    entries = 0
    for number, (pause, kind) in enumerate(steps, 1):
        clock.sleep(pause)
        if kind == "progress":
            logger.set_progress(number, len(steps), "a")
        elif kind == "metrics":
            logger.set_metrics({"success": number}, "data_file")
        else:
            logger.info(str(number))
            entries += 1
    times = reports.patch_times[:]
    logger.finish()
    logger.finish()

    assert all(later - earlier >= 1 for earlier, later in pairwise(times))
    assert [str(n) for n, (_, kind) in enumerate(steps, 1) if kind == "entry"] == [
        entry["data"]["content"] for entry in reports.entries
    ]
    assert entries == len(reports.entries)
    last = {kind: n for n, (_, kind) in enumerate(steps, 1)}
    shown = [
        patch["progress_record"]["record"]["steps"]["a"]["percent"]
        for patch in reports.patches
        if "progress_record" in patch
    ]
    assert ([round(100 * last["progress"] / len(steps), 2)] if "progress" in last else []) == shown[-1:]
    counted = [
        patch["metrics_record"]["record"]["steps"]["data_file"]
        for patch in reports.patches
        if "metrics_record" in patch
    ]
    assert ([{"success": last["metrics"]}] if "metrics" in last else []) == counted[-1:]


def test_progress_and_metrics_share_a_request(logger, reports, clock) -> None:
    """The first goes at once, later ones together after a second; metrics of one name replace each other."""
    logger.set_progress(1, 4, "a")
    logger.set_progress(2, 4, "a")
    logger.set_metrics({"success": 1, "failed": 0}, "data_file")
    logger.set_metrics({"success": 2}, "data_file")
    logger.set_metrics({"success": 9}, "original_file")
    assert 1 == len(reports.patches)
    clock.sleep(1)
    logger.set_progress(3, 4, "a")

    assert 2 == len(reports.patches)
    assert {"data_file": {"success": 2, "failed": 0}, "original_file": {"success": 9}} == reports.patches[1][
        "metrics_record"
    ]["record"]["steps"]
    assert 75 == reports.patches[1]["progress_record"]["current_progress"]["percent"]


def test_a_backend_that_does_not_listen_costs_nothing_and_is_asked_less_and_less(logger, reports, clock) -> None:
    """Nothing is raised; attempts come after pauses that grow to a minute; what failed is counted."""
    reports.broken = True
    for _ in range(3000):
        logger.info("x")
        clock.sleep(0.1)

    pauses = [later - earlier for earlier, later in pairwise(reports.times)]
    assert all(earlier <= later + 0.2 for earlier, later in pairwise(pauses))
    assert max(pauses) <= 60.2
    assert reports.attempts == logger.failures
    assert reports.attempts < 12


def test_what_waits_is_bounded_and_a_loss_is_told(logger, reports, clock) -> None:
    """The oldest entries give way beyond 2,000; the rest arrives in order, in large requests, with a note."""
    reports.broken = True
    for number in range(QUEUE + 50):
        logger.info(str(number))
        clock.sleep(0.01)
    assert 50 == logger.lost
    reports.broken = False
    logger.finish()

    assert [str(number) for number in range(50, QUEUE + 50)] == [
        entry["data"]["content"] for entry in reports.entries[:-1]
    ]
    assert ("joblog_loss", 50) == (reports.entries[-1]["event"], reports.entries[-1]["data"]["lost"])
    assert all(len(post) <= LARGEST_REQUEST for post in reports.posts)
    assert 50 == logger.lost


def test_what_cannot_be_sent_at_the_end_is_counted(logger, reports) -> None:
    """``finish`` tries once and lets go."""
    reports.broken = True
    logger.info("x")
    logger.finish()

    assert 1 == logger.lost
    assert "1 lost" in repr(logger)


@pytest.mark.parametrize(
    ("answer", "lost", "unconfirmed", "arrivals"),
    [(Answer(400, {}), 1, 0, 1), (NoAnswer(), 0, 1, 1), (Answer(429, {}), 0, 0, 2), (Answer(500, {}), 0, 0, 2)],
)
def test_an_entry_is_sent_again_only_if_it_may_arrive_and_did_not(
    v1, clock, answer, lost, unconfirmed, arrivals
) -> None:
    """Refused ones would be refused again; those without an answer may have been written (SYN-7486)."""
    answers = iter([answer])
    client, backend = v1(lambda _: next(answers, {}))
    logger = JobLogger(client, "7")
    logger.info("x")
    logger.flush()
    clock.sleep(100)
    logger.flush()

    assert (lost, unconfirmed) == (logger.lost, logger.unconfirmed)
    assert arrivals == len(backend.asked)
    assert 1 == logger.failures


def test_secrets_and_strange_objects_are_made_fit_to_send(logger, reports, tmp_path) -> None:
    """Tokens and signatures are masked; what JSON lacks becomes text or null; the caller's object is not touched."""
    data = {
        "token": f"Token {USER_TOKEN}",
        "url": "http://s/?X-Amz-Signature=feed",
        "path": tmp_path,
        "n": float("nan"),
    }
    logger.log("dev_event", data)
    logger.set_metrics({"loss": float("inf")}, "train")
    logger.finish()

    expected = {"token": "Token ***", "url": "http://s/?X-Amz-Signature=***", "path": str(tmp_path), "n": None}
    assert expected == reports.entries[0]["data"]
    assert {"loss": None} == reports.patches[0]["metrics_record"]["record"]["steps"]["train"]
    assert USER_TOKEN in data["token"]


def test_a_file_goes_as_a_data_uri_and_a_missing_one_is_counted(logger, reports, tmp_path) -> None:
    """contract.md 5; a picture that is gone does not end the run."""
    (tmp_path / "a.png").write_bytes(b"\x89PNG")
    logger.log("visualization", {}, file=str(tmp_path / "a.png"))
    logger.log("visualization", {}, file=str(tmp_path / "gone.png"))
    logger.finish()

    uri = f"data:image/png;base64,{base64.b64encode(b'\x89PNG').decode()}"
    assert [uri, None] == [entry.get("file") for entry in reports.entries]
    assert 1 == logger.failures


shares = st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 40), min_size=1, max_size=5)


@given(shares, st.lists(st.tuples(st.sampled_from("abcdefgh"), st.floats(0, 100)), max_size=20))
def test_the_whole_never_goes_back_and_is_100_when_all_steps_are(proportions, updates) -> None:
    """Steps without a share change nothing; every step done means all done, whatever the shares sum to."""
    record = ProgressRecord()
    record.expect(proportions)
    wholes = [0.0]
    for at, (step, percent) in enumerate(updates):
        record.update(step, percent, float(at))
        wholes.append(record.body()["current_progress"]["overall"])
        if step not in proportions:
            assert wholes[-1] == wholes[-2]
    for step in proportions:
        record.update(step, 100.0, 99.0)

    assert wholes == sorted(wholes)
    assert record.body()["current_progress"]["overall"] == 100
    assert list(range(len(proportions))) == [record.body()["record"]["steps"][step]["order"] for step in proportions]


def test_progress_has_the_shape_of_the_contract() -> None:
    """contract.md 5: steps with proportion, order, percent, time_remaining; the current one and the whole."""
    record = ProgressRecord()
    record.expect({"convert_data": 40, "save_files": 60})
    record.update("convert_data", 100.0, 0.0)
    record.update("save_files", 10.0, 20.0)
    record.update("save_files", 25.0, 30.0)

    steps = {
        "convert_data": {"proportion": 40, "order": 0, "percent": 100.0, "time_remaining": 0.0},
        "save_files": {"proportion": 60, "order": 1, "percent": 25.0, "time_remaining": 30.0},
    }
    current = {"overall": 55.0, "step": "save_files", "percent": 25.0, "time_remaining": 30.0, "order": 1}
    assert {"record": {"steps": steps}, "current_progress": current} == record.body()


@pytest.mark.parametrize(
    ("current", "total", "percent"), [(0, 0, 100), (5, 0, 100), (0, 4, 0), (3, 4, 75), (9, 4, 100), (-1, 4, 0)]
)
def test_progress_is_a_percentage_whatever_the_numbers(logger, reports, current, total, percent) -> None:
    """An empty export is done, not a division by zero."""
    logger.set_progress(current, total)
    logger.finish()

    assert percent == reports.patches[0]["progress_record"]["current_progress"]["percent"]


def test_metrics_need_a_name() -> None:
    """Counters of nothing cannot be shown."""
    with pytest.raises(ValueError, match="name"):
        NoOpLogger().set_metrics({}, "")


def test_the_console_shows_one_line_a_report_and_no_secret() -> None:
    """Progress by whole per cents; signatures are masked whatever the caller's own mask does."""
    stream = io.StringIO()
    logger = ConsoleLogger(stream, redact=lambda text: text.replace(USER_TOKEN, "***"))
    logger.set_step("save", 1)
    logger.log_message(f"한글 {USER_TOKEN} http://s/?X-Amz-Signature=feed", LogLevel.WARNING)
    logger.log("export_info", {"rows": 3}, file="a.png")
    for number in range(301):
        logger.set_progress(number, 30_000)
    logger.set_metrics({"success": 1}, "data_file")
    logger.finish()

    assert [
        "[warning] save: 한글 *** http://s/?X-Amz-Signature=***",
        '[info] save: export_info {"rows": 3} (a.png)',
        "[progress] save: 0 %",
        "[progress] save: 1 %",
        '[metrics] data_file: {"success": 1}',
    ] == stream.getvalue().splitlines()


def test_the_logger_that_keeps_nothing_takes_everything() -> None:
    """Every method of a logger works on it."""
    logger = NoOpLogger()
    logger.set_step("a", 0)
    logger.set_step_proportions({"a": 1})
    for take in (logger.debug, logger.info, logger.warning, logger.error, logger.critical):
        take("x")
    logger.log("event", {})
    logger.set_progress(1, 2)
    logger.set_metrics({"a": 1}, "b")
    logger.finish()

    assert ("a", 0) == (logger.step, logger.step_order)
