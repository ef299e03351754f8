"""SIP messages, written as differently from one to the next as RFC 3261 allows.

Header fields come in another order, in other case, in compact form, with blanks before the colon, and folded.
"""
import re
import secrets

COMPACT = {
    "via": "v", "from": "f", "to": "t", "call-id": "i", "contact": "m", "content-length": "l", "content-type": "c",
    "event": "o", "supported": "k", "allow-events": "u",
}
LONG = {short: name for name, short in COMPACT.items()}
# From this length on a value is folded.
FOLDED = 70


class Message:
    """One message: its start line, its fields as (name, value) with long names in lower case, its body."""

    def __init__(self, start, fields, body=b""):
        self.start, self.fields, self.body = start, fields, body

    @property
    def method(self):
        return self.start.split(" ")[0]

    @property
    def target(self):
        return self.start.split(" ")[1]

    @property
    def is_request(self):
        return not self.start.startswith("SIP/")

    def get(self, name, default=""):
        return next((value for known, value in self.fields if known == name), default)

    def all(self, name):
        return [value for known, value in self.fields if known == name]


async def read(stream):
    """The next message, or None at the end of the stream. Empty lines between messages keep a connection alive."""
    line = b"\r\n"
    while line == b"\r\n":
        line = await stream.readline()
    if not line:
        return None
    head = (line + await stream.readuntil(b"\r\n\r\n")).decode()
    start, *lines = re.sub(r"\r\n[ \t]+", " ", head).strip().split("\r\n")
    fields = []
    for line in lines:
        name, value = line.split(":", 1)
        name = name.strip().lower()
        fields.append((LONG.get(name, name), value.strip()))
    message = Message(start, fields)
    message.body = await stream.readexactly(int(message.get("content-length", "0")))
    return message


def write(message, turn):
    """The bytes of a message; `turn` chooses how it is spelt."""
    fields = message.fields + [("content-length", str(len(message.body)))]
    if turn % 2:
        fields.reverse()
    lines = [message.start] + [_line(name, value, turn + at) for at, (name, value) in enumerate(fields)]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + message.body


def _line(name, value, turn):
    spelt = [name.upper(), COMPACT.get(name, name), name.title(), name][turn % 4]
    colon = [": ", ":", " : ", ":\t"][turn % 4]
    if len(value) > FOLDED:
        # Where a blank may stand: behind a URI in brackets, or between parameters.
        value = value.replace(">;", ">\r\n\t;", 1) if ">;" in value else value.replace(", ", ",\r\n  ", 1)
    return f"{spelt}{colon}{value}"


def uri(value):
    """The URI of a From, To or Contact."""
    found = re.search(r"<([^>]*)>", value)
    return found.group(1) if found else value.split(";")[0].strip()


def tag(value):
    """Its tag; empty: there is none."""
    found = re.search(r";\s*tag=([^;\s]+)", value.split(">")[-1], re.IGNORECASE)
    return found.group(1) if found else ""


def key(address):
    """What tells one person's address from another's."""
    return re.sub(r"^sip:", "", address.split(";")[0].strip(), flags=re.IGNORECASE).lower()


def new_tag():
    return secrets.token_hex(16).upper()


def new_branch():
    return f"z9hG4bK{secrets.token_hex(4).upper()}.{secrets.token_hex(8).upper()};branched=FALSE"
