"""The page on which a client without a phone plan chats with the line over Wi-Fi."""
