"""The body of an HTTP answer: read and unpacked within limits while it arrives."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from pipeline.sources.http_errors import cut
from pipeline.sources.kinds import FetchError

if TYPE_CHECKING:
    import httpx

_BLOCK = 64 * 1024
_GZIP, _ZLIB, _RAW_DEFLATE = 31, 15, -15  # zlib's `wbits`


def read_body(response: httpx.Response, shown: str, max_bytes: int, check: Callable[[], None]) -> bytes:
    """The body of an answer, unpacked.

    `shown` is its address for messages; `check` is called for each block and raises when there is no
    more time. Raises FetchError (`too_large`, `bad_encoding`).
    """

    def too_large() -> FetchError:
        return FetchError(
            "too_large",
            f"{shown}: the answer has more than {max_bytes:,} bytes and was not read to its end. Look "
            "whether `location` is the feed, or ask for one with fewer entries.",
        )

    def received() -> Iterator[bytes]:
        size = 0
        for block in response.iter_raw():
            check()
            size += len(block)
            if size > max_bytes:
                raise too_large()
            yield block
        check()

    length = response.headers.get("content-length", "")
    if length.isascii() and length.isdigit() and int(length[:20]) > max_bytes:
        raise too_large()
    encoding = response.headers.get("content-encoding", "identity").strip().lower() or "identity"
    blocks: Iterable[bytes] = received()
    if encoding in ("gzip", "x-gzip", "deflate"):
        blocks = _inflate(blocks, encoding, shown)
    elif encoding != "identity":
        raise FetchError(
            "bad_encoding",
            f"{shown}: the body is packed as {cut(encoding)!r}, which was not asked for. Tell the operator.",
        )
    body = bytearray()
    for block in blocks:
        body += block
        if len(body) > max_bytes:
            raise too_large()
    return bytes(body)


def _inflate(blocks: Iterable[bytes], encoding: str, shown: str) -> Iterator[bytes]:
    """The unpacked body in pieces that are small, however much is packed into one block."""
    engine = None
    try:
        for block in blocks:
            rest = block
            if engine is None:
                engine = zlib.decompressobj(_GZIP if encoding != "deflate" else _deflate_bits(block))
            while rest and not engine.eof:
                yield engine.decompress(rest, _BLOCK)
                rest = engine.unconsumed_tail
                # A gzip file may be several, one after the other.
                if engine.eof and engine.unused_data.startswith(b"\x1f\x8b"):
                    rest = engine.unused_data
                    engine = zlib.decompressobj(_GZIP)
        if engine is not None:
            yield engine.flush()
    except zlib.error as error:
        raise FetchError(
            "bad_encoding",
            f"{shown}: the body is marked as packed ({encoding}) and cannot be unpacked. Tell its operator.",
        ) from error
    if engine is not None and not engine.eof:
        raise FetchError(
            "bad_encoding", f"{shown}: the packed body ends before its end. It is fetched again.", retry=True
        )


def _deflate_bits(block: bytes) -> int:
    """Many servers send `deflate` without the header of zlib that the standard asks for."""
    has_header = len(block) > 1 and block[0] & 0x0F == 8 and int.from_bytes(block[:2], "big") % 31 == 0
    return _ZLIB if has_header else _RAW_DEFLATE
