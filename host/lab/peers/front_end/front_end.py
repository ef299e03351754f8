#!/usr/bin/env python3
"""A Front End as one of Lync 2013 might be, which shares no code with the product or with the lab's own Front End.

Written from the open specifications (MS-SIPAE, MS-SIPREGE, MS-PRES, MS-NLMP) and RFC 3261, 6665, 4662; Python's standard
library alone. See README.md for its arguments, orders and events.
"""
import argparse
import asyncio
import json
import re
import secrets
import ssl
import sys
import time
import traceback
from base64 import b64decode, b64encode

import ntlm
import people
import sip
from faults import Faults
from mutations import Mutations
from subscriptions import POOLS, Subscriptions

HOST = "fe2013.example.com"
PASSWORD = "Secret123!"
# Longest storm, in seconds.
STORM = 15


def say(event, **more):
    print(json.dumps({"event": event, "at": time.monotonic(), **more}), flush=True)


class FrontEnd:
    """Users, their subscriptions, and what is wrong at the moment."""

    def __init__(self, arguments):
        self.faults, self.subscriptions, self.people = Faults(), Subscriptions(self), {}
        self.auth, self.first = arguments.auth, arguments.first
        self.registers_for = arguments.registers_for
        self.piggybacks, self.accepted = arguments.piggyback, arguments.accepted
        self.one_counter, self.counted = arguments.one_counter, arguments.first
        self.grants_before, self.connections = 0, set()

    def person(self, user):
        return self.people.setdefault(user, people.Person(user))

    def document(self, user):
        return self.person(user).document(self.faults.broken.get(user.split("@")[0]))

    def own_data(self, user):
        broken = self.faults.broken.get(user.split("@")[0]) == "own"
        return self.person(user).own_data(broken).encode()

    def grants(self):
        """Another time for each subscription."""
        self.grants_before += 1
        return self.faults.granted if self.faults.granted is not None else 1800 + 7 * self.grants_before

    def next_number(self, dialog):
        """The number of a dialog's next notify."""
        self.counted += 1
        return self.counted if self.one_counter else dialog.number + 1

    def expect(self, right, what, message):
        """The client does as the specifications say."""
        if not right:
            say("wrong", what=what, message=message.start)

    async def storm(self, user):
        """Tells of a user until that many messages were mutated, for a while at most."""
        mutations, end = self.faults.mutations, time.monotonic() + STORM
        while mutations.left > 0 and time.monotonic() < end:
            self.subscriptions.changed(user)
            await asyncio.sleep(0.02)
        mutations.left, left = 0, mutations.left
        say("storm-over", left=left)

    def obey(self, line):
        """Carries out an order of the test."""
        words = line.split()
        order, rest = words[0], words[1:]
        if order == "choose":
            user = f"{rest[0]}@example.com"
            self.person(user).choose(int(rest[1]), " ".join(rest[2:]))
            self.subscriptions.changed(user)
        elif order == "device":
            user = f"{rest[0]}@example.com"
            self.person(user).device = None if rest[1] == "none" else int(rest[1])
            self.subscriptions.changed(user)
        elif order == "end":
            self.subscriptions.end(" ".join(rest) or "terminated;expires=0")
        elif order == "end-of":
            self.subscriptions.end("terminated;expires=0", watcher=rest[0])
        elif order == "close":
            self.faults.closed.add(POOLS[int(rest[0])])
            self.subscriptions.end("terminated;expires=0", POOLS[int(rest[0])])
        elif order == "storm":
            self.faults.mutations = Mutations(rest[1], int(rest[2]), int(rest[3]))
            self.stormy = asyncio.get_running_loop().create_task(self.storm(f"{rest[0]}@example.com"))
        elif order == "count-anew":
            self.subscriptions.count_anew()
        elif order == "drop":
            for connection in self.connections:
                connection.writer.close()
        elif order == "heal":
            self.faults.heal()
        elif not self.faults.obey(words):
            raise ValueError(line)
        say("done", order=line)


class Connection:
    """One client's connection."""

    def __init__(self, front_end, reader, writer, transport):
        self.front_end, self.reader, self.writer, self.transport = front_end, reader, writer, transport
        self.turn, self.association, self.endpoints = secrets.randbelow(4), None, set()

    async def serve(self):
        self.front_end.connections.add(self)
        try:
            while (message := await sip.read(self.reader)) is not None:
                await asyncio.sleep(self.front_end.faults.lag)
                self.take(message)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        except Exception:  # A fault of this program is to be seen by the test.
            say("wrong", what=traceback.format_exc(), message="")
        self.front_end.connections.discard(self)
        self.front_end.subscriptions.lose(self)
        for user, instance in self.endpoints:
            self.front_end.person(user).left(instance)
            self.front_end.subscriptions.changed(user)
        self.writer.close()

    def take(self, message):
        front_end = self.front_end
        if not message.is_request:
            front_end.expect(self.is_signed(message), "an answer is not signed", message)
            return
        front_end.expect("z9hG4bK" in message.get("via"), "no branch of RFC 3261", message)
        front_end.expect(message.get("max-forwards").isdigit(), "no Max-Forwards", message)
        front_end.expect(message.get("contact") or message.method == "SERVICE", "no Contact", message)
        if message.method == "SUBSCRIBE":
            whom = people.watched(message.body)[0] if b"batchSub" in message.body else []
            by = sip.key(sip.uri(message.get("from")))
            say("asked", whom=[sip.key(user) for user in whom], by=by, event_package=message.get("event"))
        if not self.admits(message):
            return
        for words in (message.method, f"{message.method} {sip.key(sip.uri(message.get('from')))}"):
            if words in front_end.faults.answers:
                return self.refuse(message, front_end.faults.answers[words])
        if message.method == "SUBSCRIBE" and front_end.subscriptions.pool_of(message) in front_end.faults.closed:
            return self.refuse(message, (403, ""))
        if message.method == "REGISTER":
            self.register(message)
        elif message.method == "SUBSCRIBE":
            front_end.subscriptions.subscribe(message, self)
        elif message.method == "SERVICE":
            self.service(message)
        else:
            self.answer(message, 200, "OK")

    def refuse(self, message, refusal):
        say("refused", method=message.method)
        if refusal is None:
            return
        status, more = refusal
        if status == 183:
            # And nothing else, ever.
            return self.answer(message, 183, "Session Progress")
        if status == 401:
            return self.challenge(message, "")
        reason = {403: "Forbidden", 404: "Not Found", 503: "Service Unavailable"}.get(status, "Refused")
        fields = [("ms-diagnostics", f'{2000 + status};reason="As ordered, for a while";source="{HOST}"')]
        fields += [("retry-after", more)] if more else []
        self.answer(message, status, reason, fields)

    def register(self, message):
        user, contact = sip.key(sip.uri(message.get("to"))), message.get("contact")
        instance = re.search(r'\+sip\.instance="([^"]*)"', contact).group(1)
        person = self.front_end.person(user)
        if message.get("expires") == "0":
            self.endpoints.discard((user, instance))
            person.left(instance)
            self.answer(message, 200, "OK", [("expires", "0")])
            say("signed-out", user=user)
            return self.front_end.subscriptions.changed(user)
        self.endpoints.add((user, instance))
        new = instance not in person.endpoints
        person.endpoints[instance] = self
        gruu = f"sip:{user};opaque=user:epid:{secrets.token_hex(11)};gruu"
        bound = f'<{sip.uri(contact)}>;gruu="{gruu}";+sip.instance="{instance}";expires={self.front_end.registers_for}'
        fields = [("ms-keep-alive", "UAS; timeout=300; tcp=no; end-end=no; hop-hop=yes"), ("expires", str(self.front_end.registers_for)), ("contact", bound)]
        fields += [("supported", "adhoclist"), ("supported", "msrtc-event-categories"), ("presence-state", 'register-action="added"')]
        fields += [("allow-events", "presence,vnd-microsoft-roaming-self"), ("date", time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime()))]
        self.answer(message, 200, "OK", fields)
        if new:
            say("signed-in", user=user)
            self.front_end.subscriptions.changed(user)

    def service(self, message):
        user = sip.key(sip.uri(message.get("from")))
        instance = next((known for owner, known in self.endpoints if owner == user), None)
        wrong = self.front_end.person(user).publish(message.body, instance)
        if wrong:
            rows = "".join(f"<operation curVersion='{now}' version='{told}' index='{at}'/>" for at, told, now in wrong)
            fault = f"<Fault xmlns='urn:x'><Faultcode>Client.BadCall.WrongDelta</Faultcode><details>{rows}</details></Fault>"
            return self.answer(message, 409, "Conflict", [("content-type", "application/msrtc-fault+xml")], body=fault.encode())
        own = self.front_end.own_data(user)
        self.answer(message, 200, "OK", [("content-type", "application/vnd-microsoft-roaming-self+xml")], body=own)
        number, token, _ = self.front_end.person(user).seen()
        say("published", user=user, number=number, token=token)
        self.front_end.subscriptions.changed(user)

    def admits(self, message):
        """Whether the client may ask for it; it is challenged otherwise."""
        if self.front_end.auth == "trusted" or self.is_signed(message):
            return True
        fields = self.credentials(message)
        token = fields.get("gssapi-data")
        known = self.association is not None and fields.get("opaque") == self.association.opaque
        if token and known and self.front_end.faults.forgotten_legs == 0:
            if self.front_end.faults.has_domain() and self.association.accept(b64decode(token), {"WATCHER": PASSWORD}):
                return self.is_signed(message) or bool(say("wrong", what="a sign-in is not signed", message=message.start))
            say("rejected")
            self.association = None
            self.challenge(message, "", [("ms-diagnostics", f'1000;reason="Final handshake failed";source="{HOST}";HRESULT="0xC3E93EC3"')])
            return False
        if token and known:
            # The association is unknown here: another server behind the same name, or this one was started again.
            self.front_end.faults.forgotten_legs -= 1
            say("forgotten")
            self.association = None
            self.challenge(message, "")
            return False
        if token == "":
            self.association = ntlm.Association(HOST)
            text = b64encode(self.association.challenge()).decode()
            self.challenge(message, f', gssapi-data="{text}", opaque="{self.association.opaque}"')
            return False
        self.challenge(message, "")
        return False

    def challenge(self, message, more, fields=()):
        realm = f'realm="{ntlm.REALM}", targetname="{HOST}", version=4{more}'
        schemes = [("www-authenticate", f"NTLM {realm}")]
        if not more:
            schemes.insert(0, ("www-authenticate", f"TLS-DSK {realm}, sts-uri=\"https://{HOST}/CertProv/CertProvisioningService.svc\""))
        self.answer(message, 401, "Unauthorized", schemes + list(fields), signed=False)

    def credentials(self, message):
        value = message.get("authorization") or message.get("proxy-authorization")
        return dict(re.findall(r'(\w[\w-]*)="?([^",]*)"?', value))

    def is_signed(self, message):
        if self.front_end.auth == "trusted":
            return True
        if self.association is None or self.association.keys is None:
            return False
        fields = self.credentials(message)
        return fields.get("opaque") == self.association.opaque and self.association.trusts(fields, signed_text(message))

    def answer(self, request, status, reason, fields=(), tag=None, body=b"", signed=True):
        to = request.get("to")
        if not sip.tag(to):
            to += f";tag={tag or sip.new_tag()}"
        via = request.get("via") + ";received=192.0.2.9;ms-received-port=40001;ms-received-cid=1F400"
        echoed = [("via", via), ("from", request.get("from")), ("to", to)]
        echoed += [("call-id", request.get("call-id")), ("cseq", request.get("cseq"))]
        if status < 300 and request.method == "SUBSCRIBE":
            # A proxy on the way may say that it works on it.
            self.send(sip.Message("SIP/2.0 100 Trying", [field for field in echoed if field[0] != "to"] + [("to", request.get("to"))]), False)
        self.send(sip.Message(f"SIP/2.0 {status} {reason}", echoed + list(fields), body), signed)

    def send(self, message, signed=True):
        """Writes a message; every third one in two pieces, with empty lines in front."""
        self.turn += 1
        if signed and self.association is not None and self.association.keys is not None:
            message.fields.append(("authentication-info", self.association.info(signed_text(message))))
        data = sip.write(message, self.turn)
        mutations = self.front_end.faults.mutations
        if message.is_request and mutations and mutations.left > 0:
            data = mutations.of(data)
        if self.turn % 3 == 0:
            data = b"\r\n\r\n" + data
            self.writer.write(data[:61])
            data = data[61:]
        self.writer.write(data)


def signed_text(message):
    """What is signed of a message, behind scheme, numbers, realm and target (MS-SIPAE, section 3.2.4.1)."""
    number, method = message.get("cseq").split()
    sender, to = message.get("from"), message.get("to")
    parts = [message.get("call-id"), number, method, sip.uri(sender), sip.tag(sender), sip.uri(to), sip.tag(to), "", ""]
    parts.append(message.get("expires"))
    if not message.is_request:
        parts.append(message.start.split()[1])
    return "".join(f"<{part}>" for part in parts)


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--auth", choices=["trusted", "ntlm"], default="trusted")
    parser.add_argument("--cert")
    parser.add_argument("--key")
    parser.add_argument("--first", type=int, default=7003, help="number of the first notify of a subscription")
    parser.add_argument("--registers-for", type=int, default=3000, help="seconds of a registration")
    parser.add_argument("--one-counter", action="store_true", help="notifies of all subscriptions are counted together")
    parser.add_argument("--piggyback", action="store_true", help="the first notify comes in the answer")
    parser.add_argument("--accepted", type=int, default=200, help="status of an answer without the first notify")
    arguments = parser.parse_args()
    front_end, tls = FrontEnd(arguments), None
    if arguments.cert:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(arguments.cert, arguments.key)
    transport = "TLS" if tls else "TCP"
    serve = lambda reader, writer: Connection(front_end, reader, writer, transport).serve()
    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls, limit=1 << 20)
    say("listening", port=server.sockets[0].getsockname()[1])
    orders = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    while line := await orders.readline():
        front_end.obey(line.decode().strip())


asyncio.run(main())
