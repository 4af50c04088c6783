"""A mail server on loopback that takes everything, or refuses what it is told to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage


@dataclass
class MailServer:
    """`answers` replace what it says to a command; `took` are the mails that it accepted."""

    port: int = 0
    answers: dict[bytes, bytes] = field(default_factory=dict)
    took: list[EmailMessage] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}/?from=Odoosync%20<sync@example.com>&tls=off"

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 here\r\n")
        while line := await reader.readline():
            verb = line.split()[0].upper()
            if verb == b"DATA":
                writer.write(b"354 go on\r\n")
                body = await reader.readuntil(b"\r\n.\r\n")
                mail = message_from_bytes(body[:-5], policy=policy.default)
                assert isinstance(mail, EmailMessage)
                self.took.append(mail)
            writer.write(self.answers.get(verb, b"221 bye" if verb == b"QUIT" else b"250 fine"))
            writer.write(b"\r\n")
            if verb == b"QUIT":
                break
        writer.close()


@asynccontextmanager
async def taking_mail() -> AsyncIterator[MailServer]:
    state = MailServer()
    server = await asyncio.start_server(state.talk, "127.0.0.1", 0)
    state.port = server.sockets[0].getsockname()[1]
    async with server:
        yield state
