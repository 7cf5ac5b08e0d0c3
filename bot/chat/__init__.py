"""The page on which a client without a phone plan chats with the line over Wi-Fi."""

from bot.chat.door import create

__all__ = ["create"]
