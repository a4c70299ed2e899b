"""The tokens of a world's users while it runs: made, listed without their secret, expired, revoked."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from fake_backend.core.errors import BadRequest
from fake_backend.core.filters import MAX_ID
from fake_backend.store.instants import shown, stored

if TYPE_CHECKING:
    from fake_backend.core.clock import Clock
    from fake_backend.core.ids import Draws
    from fake_backend.store.identity import Identity, Token

KINDS: Final = ("user", "access")
LONGEST: Final = 100 * 365 * 86_400  # seconds: a hundred years, which every date can still hold
ACCESS_PREFIX: Final = "syn_"  # OpenAPI, AccessTokenAuth: "syn_{token}"


class Tokens:
    """What may be done with tokens; whether one is good is judged by the world's clock.

    Args:
        clock: The world's time.
        draws: Where secrets come from.
        identity: Where they are kept.
    """

    def __init__(self, clock: Clock, draws: Draws, identity: Identity) -> None:
        self._clock = clock
        self._draws = draws
        self._identity = identity

    def __repr__(self) -> str:
        return f"<Tokens {len(self._identity.listed())}>"

    def create(self, user: object, kind: object = "user", expires_in: object = None) -> tuple[Token, str]:
        """Make a token; return what may be told of it, and the token itself, which nothing tells again.

        Args:
            user: Id of whoever will present it.
            kind: ``user`` or ``access``.
            expires_in: Seconds for which it is good; ``None`` for ever.

        Raises:
            BadRequest: There is no such user or kind, or the seconds are none.
        """
        if isinstance(user, bool) or not isinstance(user, int) or abs(user) > MAX_ID:
            raise BadRequest("user is the id of a user.", received=user, expected="a whole number", field="user")
        if not isinstance(kind, str) or kind not in KINDS:
            raise BadRequest("There is no such kind of token.", received=kind, expected="user or access", field="kind")
        now = self._clock.now()
        expires = None if expires_in is None else stored(now + timedelta(seconds=_seconds(expires_in)))
        drawn = f"{self._draws.stream('tokens').getrandbits(160):040x}"  # 40 digits, as Django REST framework's
        secret = f"{ACCESS_PREFIX}{drawn}" if kind == "access" else drawn
        return self._identity.add(secret, kind, user, stored(now), expires), secret

    def listed(self) -> list[Token]:
        """Return what may be told of every token, as they came."""
        return self._identity.listed()

    def expire(self, token_id: int) -> Token:
        """Let a token end now.

        Raises:
            NotFound: There is none of this id.
        """
        return self._identity.expire(token_id, stored(self._clock.now()))

    def revoke(self, token_id: int) -> Token:
        """Take a token back.

        Raises:
            NotFound: There is none of this id.
        """
        return self._identity.revoke(token_id, stored(self._clock.now()))

    def shown(self, token: Token) -> dict[str, object]:
        """Return what may be told of a token as JSON: instants in ISO 8601, and where it stands now."""
        return {
            **{name: getattr(token, name) for name in ("id", "user", "tenant", "kind")},
            **{name: _instant(getattr(token, name)) for name in ("created", "expires", "revoked")},
            "state": token.state(stored(self._clock.now())),
            "last_four": token.last_four,
        }


def _instant(at: int | None) -> str | None:
    return None if at is None else shown(at)


def _seconds(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= LONGEST:
        raise BadRequest(
            "expires_in is a number of seconds.", received=value, expected=f"0 to {LONGEST}", field="expires_in"
        )
    return float(value)
