"""The moves of a serve application as they are meant to be, apart from the code that makes them."""

LEGAL_MOVES = {
    ("NOT_STARTED", "DEPLOYING"),
    ("NOT_STARTED", "DEPLOY_FAILED"),
    ("DEPLOYING", "RUNNING"),
    ("DEPLOYING", "DEPLOY_FAILED"),
    ("DEPLOYING", "DELETING"),
    ("RUNNING", "UNHEALTHY"),
    ("RUNNING", "UNAVAILABLE"),
    ("RUNNING", "DELETING"),
    ("UNHEALTHY", "RUNNING"),
    ("UNHEALTHY", "UNAVAILABLE"),
    ("UNHEALTHY", "DEPLOYING"),
    ("UNHEALTHY", "DELETING"),
    ("UNAVAILABLE", "RUNNING"),
    ("UNAVAILABLE", "DEPLOYING"),
    ("UNAVAILABLE", "DELETING"),
    ("DEPLOY_FAILED", "NOT_STARTED"),
    ("DELETING", "NOT_STARTED"),
}
