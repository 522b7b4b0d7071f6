"""Names of headers that belong to a message's way, not to the message."""

HOP_BY_HOP = (
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
)
# Replaced by the copy's own framing: the agent never waits for 100 Continue.
FRAMING = ("content-length", "expect")
