"""Writes and reads sealed backup files: packed, locked with a master key, and whole or refused."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import io
import json
import os
import secrets
import shutil
import zlib
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from records.errors import MendableError
from records.keyring import KEY_BYTES, KeyRing

MAGIC = b"alluriarniq backup 1\n"
CHUNK = 1024 * 1024
TAG = 16
HEADER_MOST = 4096
PACKING = 6


class BackupError(MendableError):
    """A backup cannot be made, read or put in place."""


@dataclass(frozen=True)
class Header:
    """What anyone may read of a backup: its kind ("records" or "keys"), age and key's id.

    `at` is ISO 8601: everything stored before it stands in the file. `wrapped` is the file's
    own key, locked with the master key `key_id`, in hex.
    """

    kind: str
    at: str
    key_id: str
    wrapped: str

    @property
    def taken_at(self) -> datetime:
        return datetime.fromisoformat(self.at)


def seal(source: Path, target: Path, ring: KeyRing, kind: str, at: datetime) -> None:
    """Packs and locks the file `source` into `target`, which appears only when it is complete.

    Raises OSError when the place cannot be written.
    """
    own_key = secrets.token_bytes(KEY_BYTES)
    key_id, wrapped = ring.wrap(own_key, _name(kind, at.isoformat()))
    header = Header(kind, at.isoformat(), key_id, wrapped.hex())
    part = target.with_name(target.name + ".part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(handle, "wb") as file, source.open("rb") as plain:
            top = MAGIC + json.dumps(asdict(header)).encode() + b"\n"
            file.write(top)
            with (
                _Sealing(file, own_key, top) as sealing,
                gzip.GzipFile("", "wb", PACKING, sealing, mtime=0) as packing,
            ):
                shutil.copyfileobj(plain, packing, CHUNK)
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
        _keep_name(target.parent)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def read_header(path: Path) -> Header:
    """Raises BackupError when `path` is no backup of this program."""
    try:
        with path.open("rb") as file:
            return _top(file, path)[0]
    except OSError as error:
        raise BackupError(f"{path} cannot be read: {error.strerror or error}.") from error


def unseal(
    path: Path, target: Path, ring: KeyRing, tell: Callable[[int, int], None] = lambda *_: None
) -> Header:
    """Opens `path` into the plain file `target`. `tell(done, total)` in bytes read.

    Raises BackupError when the file is damaged or cut short, KeyMissingError when its key is
    not in the ring, SealBrokenError when a key of that id is there but is another one.
    """
    total = path.stat().st_size if path.exists() else 0
    try:
        with path.open("rb") as file, target.open("wb") as plain:
            header, top = _top(file, path)
            wrapped = bytes.fromhex(header.wrapped)
            own_key = ring.unwrap(header.key_id, wrapped, _name(header.kind, header.at))
            unpack = zlib.decompressobj(wbits=31)
            for words in _opened(file, own_key, top, path):
                plain.write(unpack.decompress(words))
                tell(file.tell(), total)
            plain.write(unpack.flush())
            if not unpack.eof:
                raise _damaged(path)
    except zlib.error as error:
        raise _damaged(path) from error
    except OSError as error:
        raise BackupError(f"{path} cannot be read: {error.strerror or error}.") from error
    return header


class _Sealing(io.RawIOBase):
    """Locks what is written, a chunk at a time; closing writes the chunk that says "the end".

    Nonces count up, so no chunk can be moved, repeated or left out; the file's key is its own,
    so no nonce is ever used twice with one key.
    """

    def __init__(self, file: BinaryIO, key: bytes, top: bytes) -> None:
        self._file, self._cipher, self._top = file, AESGCM(key), _bound(top)
        self._waiting = bytearray()
        self._count = 0

    def writable(self) -> bool:
        return True

    def write(self, words: object) -> int:
        self._waiting += memoryview(words)  # type: ignore[arg-type]
        while len(self._waiting) > CHUNK:
            self._put(bytes(self._waiting[:CHUNK]), is_last=False)
            del self._waiting[:CHUNK]
        return memoryview(words).nbytes  # type: ignore[arg-type]

    def close(self) -> None:
        if not self.closed:
            self._put(bytes(self._waiting), is_last=True)
            self._waiting.clear()
        super().close()

    def _put(self, words: bytes, *, is_last: bool) -> None:
        self._file.write(
            self._cipher.encrypt(_nonce(self._count, is_last=is_last), words, self._top)
        )
        self._count += 1


def _opened(file: BinaryIO, key: bytes, top: bytes, path: Path) -> Iterator[bytes]:
    cipher, bound = AESGCM(key), _bound(top)
    count, ahead = 0, file.read(CHUNK + TAG)
    while ahead:
        sealed, ahead = ahead, file.read(CHUNK + TAG)
        try:
            yield cipher.decrypt(_nonce(count, is_last=not ahead), sealed, bound)
        except InvalidTag as error:
            raise _damaged(path) from error
        count += 1
    if not count:
        raise _damaged(path)


def _nonce(count: int, *, is_last: bool) -> bytes:
    return count.to_bytes(11, "big") + bytes([is_last])


def _bound(top: bytes) -> bytes:
    return hashlib.sha256(top).digest()


def _name(kind: str, at: str) -> str:
    return f"backup:{kind}:{at}"


def _top(file: BinaryIO, path: Path) -> tuple[Header, bytes]:
    magic = file.read(len(MAGIC))
    line = file.readline(HEADER_MOST)
    with contextlib.suppress(ValueError, TypeError):
        header = Header(**json.loads(line))
        bytes.fromhex(header.wrapped)
        if magic == MAGIC and header.taken_at.tzinfo and header.kind in ("records", "keys"):
            return header, magic + line
    raise BackupError(f"{path} is no backup of this program, or its beginning is damaged.")


def _damaged(path: Path) -> BackupError:
    return BackupError(f"{path} is damaged or cut short: take another backup. Nothing was changed.")


def _keep_name(folder: Path) -> None:
    # A file's name is durable only once its folder is.
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
