"""Shares the carrier's requests out among the web processes, and passes over dead ones."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Sequence
from itertools import count


class Balancer:
    """Listens on 127.0.0.1:`port` in a thread of its own; one connection, one backend."""

    def __init__(self, port: int, backends: Sequence[int]) -> None:
        self._port, self._backends = port, list(backends)
        self._turn = count()
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        self._thread.start()
        if not self._ready.wait(10):
            raise OSError(f"port {self._port} cannot be listened on")

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _run(self) -> None:
        server = self._loop.run_until_complete(
            asyncio.start_server(self._serve, "127.0.0.1", self._port, backlog=256)
        )
        self._ready.set()
        self._loop.run_forever()
        server.close()
        self._loop.run_until_complete(self._let_go())
        self._loop.close()

    @staticmethod
    async def _let_go() -> None:
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0.1)  # in which closed connections let go of their sockets

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first = next(self._turn)
        try:
            for n in range(len(self._backends)):
                port = self._backends[(first + n) % len(self._backends)]
                with contextlib.suppress(OSError):
                    await self._join(reader, writer, port)
                    return
        except asyncio.CancelledError:
            return  # the run is over
        finally:
            writer.close()

    async def _join(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int
    ) -> None:
        back_reader, back_writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            await asyncio.gather(self._pour(reader, back_writer), self._pour(back_reader, writer))
        finally:
            back_writer.close()

    @staticmethod
    async def _pour(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while piece := await source.read(65_536):
                target.write(piece)
                await target.drain()
        target.close()
