"""Stands between two programs as a network does, and fails in the ways that networks fail."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import socket
import struct
import threading
from collections.abc import Coroutine
from typing import Any

CHUNK = 65_536
#: Linux lets a socket look at what arrives for it; this program lets nothing through, so that
#: the other side hears not even that its bytes have come: as from a machine without power.
_NOTHING = ctypes.create_string_buffer(struct.pack("HBBI", 0x06, 0, 0, 0))
_FILTER = struct.pack("HL", 1, ctypes.addressof(_NOTHING))
_SO_ATTACH_FILTER, _SO_DETACH_FILTER = 26, 27
_RESET = struct.pack("ii", 1, 0)  # closing sends a reset, not a farewell


class Link:
    """127.0.0.1:`port` leads to `target`: a port of this computer, or the path of a socket.

    `delay_seconds` is waited before each piece, in either direction; `bytes_per_second` is
    how much gets through. `asked` counts the pieces that went to `target`. Use as a context.
    """

    def __init__(self, target: int | str) -> None:
        self.target = target
        self.delay_seconds = 0.0
        self.bytes_per_second: float | None = None
        self.asked = 0
        self._are_answers_cut = False
        self._loop = asyncio.new_event_loop()
        self._writers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self._socket = self._bound(0)
        self.port = int(self._socket.getsockname()[1])
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Link:
        self._thread.start()
        self._do(self._open())
        return self

    def __exit__(self, *exc: object) -> None:
        self._do(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def cut(self) -> None:
        """Ends every connection with a reset and refuses new ones."""
        self._do(self._cut())

    def cut_answers(self) -> None:
        """What is asked gets through; as an answer comes, its connection is reset."""
        self._are_answers_cut = True

    def vanish(self) -> None:
        """Nothing answers any more, not even with a reset; nobody is told."""
        self._do(self._filter(_SO_ATTACH_FILTER))

    def heal(self) -> None:
        """All is well again; what was connected before is gone."""
        self._are_answers_cut, self.delay_seconds, self.bytes_per_second = False, 0.0, None
        self._do(self._heal())

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    @staticmethod
    def _bound(port: int) -> socket.socket:
        made = socket.socket()
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(("127.0.0.1", port))
        return made

    async def _open(self) -> None:
        self._server = await asyncio.start_server(self._serve, sock=self._socket, backlog=256)

    async def _cut(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
            # Bound but not listening: the port stays ours, and whoever comes is refused.
            self._socket = self._bound(self.port)
        for writer in list(self._writers):
            with contextlib.suppress(OSError):
                _socket_of(writer).setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            writer.transport.abort()

    async def _filter(self, option: int) -> None:
        for one in [self._socket, *map(_socket_of, self._writers)]:
            with contextlib.suppress(OSError):
                one.setsockopt(socket.SOL_SOCKET, option, _FILTER)

    async def _heal(self) -> None:
        await self._filter(_SO_DETACH_FILTER)
        await self._cut()
        await self._open()

    async def _end(self) -> None:
        await self._cut()
        self._socket.close()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0.05)  # in which closed connections let go of their sockets

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        with contextlib.suppress(OSError, asyncio.CancelledError):
            back, there = await self._reach()
            self._writers.add(there)
            await asyncio.gather(
                self._pour(reader, there), self._pour(back, writer, are_answers=True)
            )
            self._writers.discard(there)
            there.close()
        self._writers.discard(writer)
        writer.close()

    async def _reach(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if isinstance(self.target, str):
            return await asyncio.open_unix_connection(self.target)
        return await asyncio.open_connection("127.0.0.1", self.target)

    async def _pour(
        self, source: asyncio.StreamReader, to: asyncio.StreamWriter, *, are_answers: bool = False
    ) -> None:
        with contextlib.suppress(OSError):
            while piece := await source.read(CHUNK):
                self.asked += not are_answers
                if are_answers and self._are_answers_cut:
                    _socket_of(to).setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                    to.transport.abort()
                    return
                pace = self.bytes_per_second
                await asyncio.sleep(self.delay_seconds + (len(piece) / pace if pace else 0))
                to.write(piece)
                await to.drain()
        to.close()


def _socket_of(writer: asyncio.StreamWriter) -> Any:
    return writer.get_extra_info("socket")
