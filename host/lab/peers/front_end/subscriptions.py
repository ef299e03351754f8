"""Subscriptions: who watches whom, and what they are told (MS-PRES, RFC 6665)."""
import secrets

import people
from sip import Message, key, new_branch, new_tag, tag, uri

POOLS = [f"sip:pool-{name}.example.net@example.com;gruu;opaque=srvr:HomeServer:{name * 22}AA" for name in ("K", "Q")]
CATEGORIES = "application/msrtc-event-categories+xml"
LIST = "application/rlmi+xml"
OWN = "application/vnd-microsoft-roaming-self+xml"


class Dialog:
    """One subscription, with the numbers of its notifies."""

    def __init__(self, request, connection, first):
        self.connection, self.call_id, self.tag = connection, request.get("call-id"), new_tag()
        self.watcher, self.target = key(uri(request.get("from"))), request.target
        self.local = f'"Pool, Home" <{uri(request.get("to"))}>;tag={self.tag}'
        self.remote, self.contact = request.get("from"), uri(request.get("contact"))
        self.event, self.people, self.number, self.version = request.get("event"), [], first - 1, 0
        self.best_effort = "ms-benotify" in ",".join(request.all("supported"))
        self.client_number = 0

    def next(self, front_end):
        self.number = front_end.next_number(self)
        return self.number


class Subscriptions:
    """All subscriptions of a Front End."""

    def __init__(self, front_end):
        self.front_end, self.dialogs = front_end, {}

    def subscribe(self, request, connection):
        """Takes a SUBSCRIBE that nothing is wrong with."""
        dialog = self.dialogs.get(request.get("call-id"))
        known = tag(request.get("to"))
        if known and (dialog is None or dialog.tag != known):
            return connection.answer(request, 481, "Subscription does not exist", [("ms-diagnostics", '2015;reason="No dialog"')])
        if dialog is None:
            dialog = Dialog(request, connection, self.front_end.first)
        else:
            self.front_end.expect(int(request.get("cseq").split()[0]) > dialog.client_number, "CSeq does not rise", request)
            self.front_end.expect("lr" in request.get("route"), "the route is missing", request)
        dialog.client_number = int(request.get("cseq").split()[0])
        dialog.connection, dialog.contact = connection, uri(request.get("contact"))
        if request.get("expires") == "0":
            self.dialogs.pop(dialog.call_id, None)
            return connection.answer(request, 200, "OK", [("expires", "0"), ("contact", self.contact())], dialog.tag)
        new = self._people(dialog, request)
        granted = self.front_end.grants()
        if granted > 0:
            self.dialogs[dialog.call_id] = dialog
        self._accept(request, connection, dialog, new, granted)

    def _people(self, dialog, request):
        if dialog.event != "presence":
            return [dialog.watcher]
        wanted, unwanted = people.watched(request.body) if request.body else (dialog.people, [])
        gone = {key(user) for user in unwanted}
        wanted = [key(user) for user in wanted]
        dialog.people = [user for user in dialog.people if user not in gone]
        dialog.people += [user for user in wanted if user not in dialog.people]
        if not dialog.target.lower().startswith("sip:pool-") and "categoryList" not in request.get("require"):
            self.front_end.expect(len(wanted) == 1, "a list for one person", request)
        return wanted

    def _accept(self, request, connection, dialog, new, granted):
        fields = [("expires", str(granted)), ("event", dialog.event), ("contact", self.contact()), ("record-route", self.route())]
        fields += [("subscription-state", f"active ; expires={granted}"), ("supported", "ms-benotify , ms-piggyback-first-notify")]
        kind, body = self._documents(dialog, new)
        if not self.front_end.piggybacks or not body:
            connection.answer(request, self.front_end.accepted, "Accepted", fields, dialog.tag)
            return self._notify(dialog, kind, body, granted) if body else None
        number = 1 if self.front_end.faults.counts_low and tag(request.get("to")) else dialog.next(self.front_end)
        fields += [("ms-piggyback-cseq", str(number)), ("require", "eventlist"), ("content-type", kind)]
        connection.answer(request, 200, "OK", fields, dialog.tag, body)

    def _documents(self, dialog, users):
        """Content-Type and body of what is to be said of these users: nothing, one document or many."""
        if dialog.event != "presence":
            return OWN, self.front_end.own_data(dialog.watcher)
        faults = self.front_end.faults
        elsewhere = [user for user in users if user in faults.bounced or user in faults.moved and dialog.target != POOLS[faults.moved[user]]]
        moved = [(user, POOLS[faults.moved[user]] if user in faults.moved else self._other_pool(dialog)) for user in elsewhere]
        told = [user for user in users if user not in elsewhere]
        if not users:
            return "", b""
        parts, named = [], []
        for at, user in enumerate(told):
            cid = f"{at}.{secrets.token_hex(6)}@pool"
            named.append((user, cid))
            parts.append((cid, CATEGORIES, self.front_end.document(user)))
        dialog.version += 1
        rlmi = people.resource_list(dialog.target, named, moved, dialog.version)
        return people.many([(f"list.{dialog.version}@pool", LIST, rlmi)] + parts)

    def _other_pool(self, dialog):
        return POOLS[0] if dialog.target == POOLS[1] else POOLS[1]

    def _notify(self, dialog, kind, body, granted=28800, state="active"):
        number = dialog.next(self.front_end)
        if self.front_end.faults.lost and state == "active":
            self.front_end.faults.lost -= 1
            return
        method = "BENOTIFY" if dialog.best_effort and number % 3 else "NOTIFY"
        state = f"{state};expires={granted}" if state == "active" else state
        fields = [
            ("via", f"SIP/2.0/{dialog.connection.transport} 192.0.2.77:5061;branch={new_branch()};ms-internal-info=\"x y\""),
            ("from", dialog.local), ("to", dialog.remote), ("call-id", dialog.call_id), ("cseq", f"{number} {method}"),
            ("max-forwards", "68"), ("event", dialog.event), ("subscription-state", state), ("contact", self.contact()),
        ]
        fields += [("content-type", kind), ("require", "eventlist")] if body else []
        dialog.connection.send(Message(f"{method} {dialog.contact} SIP/2.0", fields, body))

    def changed(self, user):
        """Tells all watchers of a user, and the user's own endpoints. Everybody else of the dialog is told of as well."""
        for dialog in list(self.dialogs.values()):
            if dialog.event != "presence" and dialog.watcher == user:
                self._notify(dialog, *self._documents(dialog, [user]))
            elif user in dialog.people and user not in self.front_end.faults.bounced:
                others = [other for other in dialog.people if other != user][:3]
                self._notify(dialog, *self._documents(dialog, others + [user]))

    def pool_of(self, request):
        """Where a SUBSCRIBE, or the dialog it is in, was sent to first."""
        dialog = self.dialogs.get(request.get("call-id"))
        return dialog.target if dialog else request.target

    def end(self, state, pool=None, watcher=None):
        """Ends all subscriptions to presence, or those at a pool, or of an account."""
        ended = lambda dialog: dialog.event == "presence" and pool in (None, dialog.target) and watcher in (None, dialog.watcher)
        for dialog in [dialog for dialog in self.dialogs.values() if ended(dialog)]:
            self._notify(dialog, "", b"", state=state)
            del self.dialogs[dialog.call_id]

    def count_anew(self):
        """Numbers begin again."""
        for dialog in self.dialogs.values():
            dialog.number = 0

    def lose(self, connection):
        """A connection is gone, and all that went over it."""
        for dialog in [dialog for dialog in self.dialogs.values() if dialog.connection is connection]:
            del self.dialogs[dialog.call_id]

    def contact(self):
        return "<sip:fe2013.example.com:5061;transport=tls;ms-fe=fe2013.example.com>;isfocus"

    def route(self):
        return "<sip:fe2013.example.com:5061;transport=tls;opaque=state:T:F;lr>;ms-rrsig=\"aBcD;,+/==\""
