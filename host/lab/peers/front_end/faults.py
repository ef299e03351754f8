"""What a Front End does wrongly for a while, as the test orders it."""
import time


class Faults:
    """Nothing is wrong after `heal`."""

    def __init__(self):
        # Whose home is another pool, and which; no fault.
        self.moved = {}
        self.heal()

    def heal(self):
        # Method -> (status, reason phrase, further fields), or None: it is never answered.
        self.answers = {}
        # Seconds that every subscription is granted; whose documents are broken, and how.
        self.granted, self.broken = None, {}
        # Who is sent from one pool to the other, and back.
        self.bounced = set()
        # What is written over in the next notifies.
        self.mutations = None
        # Which pools refuse.
        self.closed = set()
        # In-dialog answers carry a lower number than the notifies before.
        self.counts_low = False
        # So many of the next notifies are lost.
        self.lost = 0
        # Each request is taken so many seconds after the one before it.
        self.lag = 0.0
        # How often the next sign-in's association is forgotten before its last leg.
        self.forgotten_legs = 0
        # For so many seconds from the first proof on no domain controller says whether it is right.
        self.without_domain, self.domain_back = 0.0, None

    def has_domain(self):
        """Whether a proof can be checked now."""
        if self.domain_back is None:
            self.domain_back = time.monotonic() + self.without_domain
        return time.monotonic() >= self.domain_back

    def obey(self, words):
        """Takes an order; whether it was one of these."""
        order, *rest = words
        if order == "refuse":
            self.answers[rest[0]] = (int(rest[1]), " ".join(rest[2:]))
        elif order == "refuse-from":
            self.answers[f"{rest[1]} {rest[0]}"] = (int(rest[2]), "")
        elif order == "ignore":
            self.answers[rest[0]] = None
        elif order == "grant":
            self.granted = int(rest[0])
        elif order == "break":
            self.broken[rest[0]] = rest[1]
        elif order == "bounce":
            self.bounced.add(rest[0])
        elif order == "move":
            self.moved[rest[0]] = int(rest[1])
        elif order == "count-low":
            self.counts_low = True
        elif order == "lag":
            self.lag = float(rest[0])
        elif order == "forget-legs":
            self.forgotten_legs = int(rest[0])
        elif order == "no-domain":
            self.without_domain = float(rest[0])
        elif order == "lose":
            self.lost = int(rest[0])
        else:
            return False
        return True
