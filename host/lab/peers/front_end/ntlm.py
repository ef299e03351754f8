"""NTLM without connection (MS-NLMP), as a Front End accepts it, and the signatures of MS-SIPAE, version 4.

MD4 and RC4 are written out: Python's library has them no longer.
"""
import hashlib
import hmac
import secrets
import struct
import time

REALM = "SIP Communications Service"
# What a Front End of 2013 asks for: without connection, sealed and signed with a key exchange.
FLAGS = 0xE29882F3
# The number in every signature.
SEQUENCE = struct.pack("<I", 100)


def md4(data):
    """RFC 1320."""
    mask = 0xFFFFFFFF
    rounds = [
        (lambda x, y, z: (x & y) | (~x & z), 0, list(range(16)), (3, 7, 11, 19)),
        (lambda x, y, z: (x & y) | (x & z) | (y & z), 0x5A827999, [at % 4 * 4 + at // 4 for at in range(16)], (3, 5, 9, 13)),
        (lambda x, y, z: x ^ y ^ z, 0x6ED9EBA1, [0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15], (3, 9, 11, 15)),
    ]
    state = [0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476]
    padded = data + b"\x80" + bytes((55 - len(data)) % 64) + struct.pack("<Q", len(data) * 8)
    for at in range(0, len(padded), 64):
        words = struct.unpack("<16I", padded[at : at + 64])
        a, b, c, d = state
        for mix, constant, order, shifts in rounds:
            for step, word in enumerate(order):
                total = (a + mix(b, c, d) + words[word] + constant) & mask
                shift = shifts[step % 4]
                a, b, c, d = d, ((total << shift) | (total >> (32 - shift))) & mask, b, c
        state = [(old + new) & mask for old, new in zip(state, (a, b, c, d))]
    return struct.pack("<4I", *state)


def rc4(key, data):
    box, j = list(range(256)), 0
    for i in range(256):
        j = (j + box[i] + key[i % len(key)]) % 256
        box[i], box[j] = box[j], box[i]
    i = j = 0
    out = bytearray()
    for byte in data:
        i = (i + 1) % 256
        j = (j + box[i]) % 256
        box[i], box[j] = box[j], box[i]
        out.append(byte ^ box[(box[i] + box[j]) % 256])
    return bytes(out)


def _md5(data):
    return hashlib.md5(data).digest()


def _mac(key, data):
    return hmac.new(key, data, "md5").digest()


class Association:
    """What one sign-in agrees on. `host`: our name."""

    def __init__(self, host):
        self.host, self.opaque = host, secrets.token_hex(4).upper()
        self.nonce, self.number, self.seen = secrets.token_bytes(8), 0, set()
        self.keys = None

    def challenge(self):
        """The CHALLENGE message: here the target's description comes before the version that others put first."""
        pairs = [(2, "EXAMPLE"), (1, "FE2013"), (4, "example.com"), (3, self.host)]
        info = b"".join(struct.pack("<HH", kind, len(text) * 2) + text.encode("utf-16-le") for kind, text in pairs)
        filetime = int((time.time() + 11644473600) * 10_000_000)
        info += struct.pack("<HHQHH", 7, 8, filetime, 0, 0)
        target = "EXAMPLE".encode("utf-16-le")
        head = struct.pack("<8sI", b"NTLMSSP\0", 2) + struct.pack("<HHI", len(target), len(target), 56)
        head += struct.pack("<I", FLAGS) + self.nonce + bytes(8) + struct.pack("<HHI", len(info), len(info), 56 + len(target))
        return head + struct.pack("<BBHBBBB", 6, 3, 9600, 0, 0, 0, 15) + target + info

    def accept(self, token, passwords):
        """Takes the AUTHENTICATE message; whether the password is right. `passwords`: by user name in upper case."""
        if token[:12] != b"NTLMSSP\0" + struct.pack("<I", 3):
            return False

        def part(at):
            length, _, offset = struct.unpack("<HHI", token[at : at + 8])
            return token[offset : offset + length]

        proof, domain, user, sealed = part(20), part(28), part(36), part(52)
        # Names and passwords here have letters only that every upper case agrees about.
        name = user.decode("utf-16-le").upper()
        if name not in passwords:
            return False
        secret = _mac(md4(passwords[name].encode("utf-16-le")), name.encode("utf-16-le") + domain)
        right = _mac(secret, self.nonce + proof[16:])
        if not hmac.compare_digest(right, proof[:16]):
            return False
        self._derive(rc4(_mac(secret, right), sealed))
        return True

    def _derive(self, session):
        def derived(way, use):
            return _md5(session + f"session key to {way} {use} key magic constant\0".encode())

        ways = ("client-to-server", "server-to-client")
        self.keys = [[derived(way, use) for use in ("signing", "sealing")] for way in ways]

    def _signature(self, way, text):
        sign, seal = self.keys[way]
        mac = _mac(sign, SEQUENCE + text.encode())[:8]
        return (struct.pack("<I", 1) + rc4(_md5(seal + SEQUENCE), mac) + SEQUENCE).hex()

    def trusts(self, fields, text):
        """Whether a message of the client is signed rightly, and its number is a new one."""
        number = fields.get("cnum", "")
        fresh = number.isdigit() and number not in self.seen
        self.seen.add(number)
        text = f"<NTLM><{fields.get('crand', '')}><{number}><{REALM}><{self.host}>{text}"
        return fresh and fields.get("response", "").lower() == self._signature(0, text)

    def info(self, text):
        """Authentication-Info of a message of ours. The parameters come in an order of our own."""
        self.number += 1
        salt = secrets.token_hex(4).upper()
        proof = self._signature(1, f"<NTLM><{salt}><{self.number}><{REALM}><{self.host}>{text}").upper()
        return (
            f'NTLM rspauth="{proof}", srand="{salt}", snum="{self.number}", opaque="{self.opaque}", qop="auth", '
            f'targetname="{self.host}", realm="{REALM}", version=4'
        )
