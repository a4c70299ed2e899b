"""``docs/access.md``: who is answered what, and what becomes of paths."""

from __future__ import annotations

from tests.access.matrix import CONTROL_COLUMNS, allowed, control_matrix, refused, statuses
from tests.access.operations import OPERATIONS, OTHERS
from tests.access.paths import PATHS
from tests.access.world import asked_world

PAGE = "docs/access.md"
HEAD = """# Access

Written by `make access` from what a world answers; `make lint` says when it is out of date, and the tests in
`tests/access/` hold every cell: no data of the other side in status, headers or body, the same body as for an id that
does not exist, and every row as it was.

## Who is answered what

`✓` is the answer of whoever may; `[]` an empty list, or a bulk answer without rows; `own` a list of the caller's own.
HEAD is answered as GET is, without the body; OPTIONS takes a good token and looks at no id.

- **401** without a token or with a bad one, the agent's included: `Invalid token.` whether it is unknown, expired or
  revoked, and `WWW-Authenticate`. OpenAPI lists the tenant's header alone as a security of reads, and 401 beside it;
  the fake takes no read without a token.
- **404** for another tenant's object, and for another user's async job: jobs of exports are their owner's alone
  (OpenAPI, `async_job_retrieve`). Everything else is the tenant's, and a colleague has it too. `/v2/users/me/` tells
  each caller of itself, whatever tenant it names.
- OpenAPI declares 400, 401, 403 and 404 for every operation. An id in the *path* is 404, one in the *body* 400 as in
  Django REST framework (`Invalid pk`), and a list or a bulk call leaves out what is not the caller's.
- **403** is for agents alone. `SYNAPSE-Agent` makes a request in the name of an agent, and `projects` of its seed row
  says on what it has rights: on everything (`null`), on nothing (`[]`: 403 everywhere), or on some projects. Then what
  is of other projects is not in lists, and one by one it is 403, as is what does not exist: neither tells. What is
  of no project, such as a storage or a job's report, is the tenant's, and so the agent's.
- Operations below `/__agents__/` are an agent's own: its token is asked for, and that of a user of its tenant where
  `SYNAPSE-User` names one. "Agent without rights" and "elsewhere" are other agents there.
"""
TOKENS = """
A storage's keys open its own bucket alone, and no session's keys open the backend's own: `docs/storage.md`, "Keys".

## Tokens while a world runs

{tokens}

A token is good before the instant in `expires`, by the world's clock: `backend.clock.advance(3600)` lets one of an hour
end. `state` is `good`, `expired` or `revoked`. In a seed document `expires` is an instant (`docs/seeding.md`); a
document that names a token again makes it good again.

## Control

What passes this guard may also ask for a fault in the header `X-Fake-Fault`; of anybody else it is not heard.

| operation | {columns} |
|---|{rule}|
"""
MADE = (
    ("in Python", "`/_fake/`", "what it does"),
    ("---", "---", "---"),
    ('`backend.tokens["acme"].headers`', "", "the first user's of a tenant, as the seed has them"),
    (
        '`backend.tokens.create(user=1, kind="user", expires_in=3600)`',
        "`POST tokens/` `{user, kind?, expires_in?}`",
        "makes one; its secret is told here and never again",
    ),
    (
        "`backend.tokens.listed()`",
        "`GET tokens/`",
        "all but the secrets: `id`, `user`, `tenant`, `kind`, `created`, `expires`, `revoked`, `state`, `last_four`",
    ),
    ("`backend.tokens.expire(id)`", "`POST tokens/<id>/expire/` `{}`", "lets it end now"),
    ("`backend.tokens.revoke(id)`", "`DELETE tokens/<id>/`, or `POST tokens/<id>/revoke/` `{}`", "takes it back"),
)
TAIL = """
## Paths

What comes from outside and could be taken for a path. "Refused" is a 400, or an error of the SDK, that says the value
and what would do, with nothing written; "contained" is that whatever it is lies below its root.

| where | side | what becomes of it | held by |
|---|---|---|---|
"""


def page() -> str:
    """Return the page, asked of worlds made for it."""
    columns = (*OTHERS, "owner")
    lines = [HEAD, f"| operation | of | {' | '.join(columns)} |", f"|---|---|{'---|' * len(columns)}"]
    with asked_world() as world:
        for one in OPERATIONS:
            told = statuses(one, refused(world, one), allowed(one))
            cells = " | ".join(told[who] for who in columns)
            lines.append(f"| `{one.method} {one.path}` | {one.whose} | {cells} |")
    made = "\n".join(f"| {' | '.join(row)} |" for row in MADE)
    rule = "|".join(["---"] * len(CONTROL_COLUMNS))
    lines.append(TOKENS.format(tokens=made, columns=" | ".join(CONTROL_COLUMNS), rule=rule).rstrip())
    lines += [
        f"| `{method} {path}` | {' | '.join(map(str, cells))} |" for (method, path), cells in control_matrix().items()
    ]
    lines.append(TAIL.rstrip())
    lines += [f"| {one.where} | {one.side} | {one.fate} | `{one.test}` |" for one in PATHS]
    return "\n".join(lines) + "\n"
