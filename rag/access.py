"""Who may do what: keys, the collections they open, and the checks every request passes first.

A key is sent as `Authorization: Bearer …`, or as the password of HTTP Basic, which browsers ask for. Where no
key is set the server listens on loopback only and everyone there may do everything.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from index.errors import WenbaoError
from rag.limits import Buckets
from rag.problems import error_response
from rag.settings import DEFAULT_COLLECTION, Configuration, load_configuration

OPEN_PATHS = frozenset({"/health", "/ready"})
API_PATHS = ("/v1/", "/mcp", "/metrics")
LOOPBACK_NAMES = ["127.0.0.1", "localhost", "[::1]", "::1"]
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
ASKING_PATHS = frozenset({"/v1/ask", "/v1/chat/completions", "/mcp"})
UPLOAD_PATH = "/v1/reports"
MAX_BODY_BYTES = 256 * 1024
MAX_UPLOAD_BYTES = 200 * 2**20  # of all files of one request
ASKING_COSTS = 10  # a question is worth so many other requests
WRONG_KEYS_PER_MINUTE = 20  # of one address


class OpenDoorError(WenbaoError):
    """An address that others can reach was asked for without a key."""


class CollectionNotFoundError(WenbaoError):
    """There is no such collection, or it is not for this key: nobody learns which."""


class NotAllowedError(WenbaoError):
    """The key may read and ask, but not add, describe or remove reports."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks. `collections` None means all."""

    name: str
    collections: frozenset[str] | None = None
    manage: bool = True

    def opens(self, collection: str) -> bool:
        return self.collections is None or collection in self.collections

    def check_manage(self) -> None:
        """Raises NotAllowedError."""
        if not self.manage:
            raise NotAllowedError(
                "This key may read and ask only: use one with `manage = true`.",
                "此密钥只能阅读和提问：请使用设有 manage = true 的密钥。",
            )


EVERYONE = Principal("local")


class Access:
    """The keys in force; without any, everyone is `EVERYONE`. Keys are kept as digests only."""

    def __init__(self, configuration: Configuration) -> None:
        self._keys: list[tuple[bytes, Principal]] = []
        if configuration.api_key is not None:
            self._add(configuration.api_key.get_secret_value(), Principal("owner"))
        for name, key in configuration.keys.items():
            opens = frozenset(key.collections)
            self._add(key.key.get_secret_value(), Principal(name, opens, key.manage))

    def _add(self, key: str, principal: Principal) -> None:
        self._keys.append((_digest(key.encode()), principal))

    @property
    def closed(self) -> bool:
        """Whether a key is needed at all."""
        return bool(self._keys)

    def identify(self, authorization: bytes) -> Principal | None:
        """Whose key the header carries; None where it carries none of ours. Takes as long for any key."""
        if not self.closed:
            return EVERYONE
        given = _digest(_key_in(authorization))
        found = None
        for digest, principal in self._keys:
            if hmac.compare_digest(digest, given):
                found = principal
        return found


def _digest(key: bytes) -> bytes:
    return hashlib.sha256(key).digest()


def _key_in(authorization: bytes) -> bytes:
    scheme, _, value = authorization.strip().partition(b" ")
    if scheme.lower() == b"bearer":
        return value.strip()
    if scheme.lower() == b"basic":
        try:
            return base64.b64decode(value.strip(), validate=True).partition(b":")[2]
        except (binascii.Error, ValueError):
            return b""
    return b""


class Guard:
    """The first thing a request meets: right origin, known key, not too often, and a body not too large.

    What passes carries its `Principal` in `scope["state"]["principal"]`.
    """

    def __init__(self, app: ASGIApp, access: Access, requests_per_minute: int) -> None:
        self.app = app
        self.access = access
        self._requests = Buckets(requests_per_minute)
        self._wrong_keys = Buckets(WRONG_KEYS_PER_MINUTE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket") or scope["path"] in OPEN_PATHS:
            await self.app(scope, receive, send)
            return
        headers = dict(scope.get("headers", ()))
        refusal = self._check(scope, headers)
        if refusal is None:
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await refusal(scope, receive, send)

    def _check(self, scope: Scope, headers: dict[bytes, bytes]) -> ASGIApp | None:
        """The answer to a request that may not pass."""
        if scope.get("method", "GET") not in SAFE_METHODS and _is_cross_site(headers):
            return error_response(
                403,
                "CrossSite",
                "Requests from pages of other sites are refused.",
                "拒绝来自其他网站页面的请求。",
            )
        address = (scope.get("client") or ("unknown", 0))[0]
        principal = self.access.identify(headers.get(b"authorization", b""))
        if principal is None:
            wait = self._wrong_keys.take(address) if b"authorization" in headers else 0.0
            return _too_often(wait) if wait else _unknown_key(scope["path"])
        scope.setdefault("state", {})["principal"] = principal
        api = scope["path"].startswith(API_PATHS)
        if not api and not (principal.manage and principal.opens(DEFAULT_COLLECTION)):
            return error_response(
                403, "PageNotAllowed",
                "The page manages the default collection, which this key may not; use the API under /v1.",
                "网页用于管理默认集合，此密钥无权管理；请使用 /v1 接口。",
            )  # fmt: skip
        limit = MAX_UPLOAD_BYTES if scope["path"] == UPLOAD_PATH else MAX_BODY_BYTES
        if api and _declared(headers) > limit:
            # One that does not declare itself is counted by its route.
            return error_response(
                413, "BodyTooLarge", f"The body is larger than {limit >> 10} KB: send less at a time.",
                f"请求体超过 {limit >> 10} KB：请分次发送。",
            )  # fmt: skip
        if self.access.closed and api:
            cost = ASKING_COSTS if scope["path"] in ASKING_PATHS else 1
            wait = self._requests.take(principal.name, cost)
            if wait:
                return _too_often(wait)
        return None


def principal_of(request: HTTPConnection) -> Principal:
    """Who sent the request; 401 if it did not pass the guard."""
    principal = getattr(request.state, "principal", None)
    if not isinstance(principal, Principal):
        raise HTTPException(401, "Missing or wrong key.")
    return principal


def _is_cross_site(headers: dict[bytes, bytes]) -> bool:
    """Whether a browser sent it from a page of another site, which may not act with our user's rights."""
    if headers.get(b"sec-fetch-site") in (b"cross-site", b"same-site"):
        return True
    origin = headers.get(b"origin")
    if origin is None:
        return False
    return (
        urlsplit(origin.decode("latin-1")).netloc.lower()
        != headers.get(b"host", b"").decode("latin-1").lower()
    )


def _declared(headers: dict[bytes, bytes]) -> int:
    length = headers.get(b"content-length", b"0")
    return int(length) if length.isdigit() else 0


def _unknown_key(path: str) -> ASGIApp:
    response = error_response(
        401,
        "KeyNeeded",
        "Missing or wrong key: send Authorization: Bearer with your key.",
        "缺少或错误的密钥。",
    )
    # A browser asks its user for a password on Basic only.
    page = not path.startswith(API_PATHS)
    response.headers["WWW-Authenticate"] = 'Basic realm="Wenbao", charset="UTF-8"' if page else "Bearer"
    return response


def _too_often(seconds: float) -> ASGIApp:
    response = error_response(
        429, "TooManyRequests", f"Too many requests: try again in {seconds:.0f} s.",
        f"请求过于频繁：请在 {seconds:.0f} 秒后重试。",
    )  # fmt: skip
    response.headers["Retry-After"] = str(max(1, round(seconds)))
    return response


# ---------------------------------------------------------------- addresses


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def refuse_open_door(host: str, configuration: Configuration | None = None) -> None:
    """OpenDoorError unless the address is loopback or a key protects it."""
    if is_loopback(host):
        return
    if not Access(configuration or load_configuration()).closed:
        raise OpenDoorError(
            f"{host} can be reached by others: set WENBAO_API_KEY to a secret, or use --host 127.0.0.1.",
            f"{host} 可被他人访问：请先设置密钥 WENBAO_API_KEY，或使用 --host 127.0.0.1。",
        )
