"""Notifies with something wrong in their bytes, the same for each seed."""
import random
import re


class Mutations:
    """So many messages of which something is written over, in the `body` or in the `head`."""

    def __init__(self, where, count, seed):
        self.where, self.left, self.random = where, count, random.Random(seed)

    def of(self, data):
        """The bytes that are sent in the place of these."""
        self.left -= 1
        end = data.index(b"\r\n\r\n") + 4
        first, last = (end, len(data)) if self.where == "body" else (0, end)
        if first == last:
            return data
        while True:
            changed = self._written_over(bytearray(data), first, last)
            # Another number would be another presence, and nobody could tell.
            if _numbers(changed) <= _numbers(data):
                return bytes(changed)

    def _written_over(self, data, first, last):
        for _ in range(self.random.randint(1, 4)):
            at = self.random.randrange(first, last)
            kind = self.random.randrange(4)
            if kind == 0:
                data[at] = self.random.randrange(256)
            elif kind == 1:
                data[at] = self.random.choice(b"<>&'\"\r\n\0 -;:=")
            elif kind == 2:
                data[at] ^= 1 << self.random.randrange(8)
            else:
                length = min(self.random.randrange(1, 40), last - at)
                data[at : at + length] = b" " * length
        return data


def _numbers(data):
    return set(re.findall(rb"availability>\s*(\d+)", data))
