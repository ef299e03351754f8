#!/usr/bin/python3
"""Drives a real SIPE client (finch and libpurple, without a screen) over D-Bus.

Environment: PEER_SERVER host:port, PEER_TRANSPORT tcp|tls, PEER_USER alice@example.com, PEER_LOGIN EXAMPLE\\alice,
PEER_PASSWORD, PEER_AUTH ntlm|krb5, PEER_SECONDS (how long to stay).
Standard output: one JSON object a line, `event` says what happened.
Standard input, one command a line:
  status <available|busy|do-not-disturb|be-right-back|away> [note]
  add sip:x@y
  im sip:x@y text
  quit
"""
import json
import os
import select
import sys
import time

import dbus

# PurpleStatusPrimitive
PRIMITIVES = {"available": 2, "busy": 3, "do-not-disturb": 3, "be-right-back": 5, "away": 5}


def say(event, **more):
    print(json.dumps({"event": event, **more}), flush=True)


def purple():
    """The client's D-Bus interface, once the client is up."""
    bus, error = dbus.SessionBus(), None
    for _ in range(300):
        try:
            thing = bus.get_object("im.pidgin.purple.PurpleService", "/im/pidgin/purple/PurpleObject")
            interface = dbus.Interface(thing, "im.pidgin.purple.PurpleInterface")
            interface.PurpleAccountsGetAll()
            return interface
        except dbus.DBusException as cause:
            error = cause
            time.sleep(0.1)
    sys.exit(f"the client did not start: {error}")


class Peer:
    def __init__(self):
        get = os.environ.get
        p = self.p = purple()
        self.account = p.PurpleAccountNew(f"{get('PEER_USER', 'alice@example.com')},{get('PEER_LOGIN', '')}", "prpl-sipe")
        p.PurpleAccountSetPassword(self.account, get("PEER_PASSWORD", ""))
        settings = {
            "server": get("PEER_SERVER", "localhost:5060"),
            "transport": get("PEER_TRANSPORT", "tcp"),
            "authentication": get("PEER_AUTH", "ntlm"),
        }
        for key, value in settings.items():
            p.PurpleAccountSetString(self.account, key, value)
        # No calendar: there is no mailbox.
        p.PurpleAccountSetBool(self.account, "dont-publish", 1)
        p.PurpleAccountsAdd(self.account)
        self.up, self.buddies, self.messages = False, {}, 0
        self.since = time.time()
        p.PurpleAccountSetEnabled(self.account, "gnt-purple", 1)

    def look(self):
        """Says what has changed since the last look."""
        up = bool(self.p.PurpleAccountIsConnected(self.account))
        if up != self.up:
            say("connected" if up else "disconnected", after=round(time.time() - self.since, 2))
            self.up = up
        if up:
            self.look_at_buddies()
            self.look_at_messages()

    def look_at_buddies(self):
        p, now = self.p, {}
        for buddy in p.PurpleFindBuddies(self.account, ""):
            status = p.PurplePresenceGetActiveStatus(p.PurpleBuddyGetPresence(buddy))
            text = p.PurpleStatusGetAttrString(status, "message")
            name = p.PurpleBuddyGetServerAlias(buddy)
            now[str(p.PurpleBuddyGetName(buddy))] = (str(p.PurpleStatusGetId(status)), str(text), str(name))
        for uri, (status, text, name) in now.items():
            if self.buddies.get(uri) != (status, text, name):
                say("presence", uri=uri, status=status, text=text, name=name)
        self.buddies = now

    def look_at_messages(self):
        p, all_messages = self.p, []
        for conversation in p.PurpleGetIms():
            # The newest comes first.
            for message in reversed(p.PurpleConversationGetMessageHistory(conversation)):
                who = str(p.PurpleConversationMessageGetSender(message))
                all_messages.append((who, str(p.PurpleConversationMessageGetMessage(message))))
        for who, text in all_messages[self.messages :]:
            say("message", who=who, text=text)
        self.messages = len(all_messages)

    def obey(self, line):
        """Carries out a command. False: the end."""
        p = self.p
        words = line.strip().split(" ", 2)
        if words[0] == "quit":
            return False
        if words[0] == "status":
            self.set_status(words[1], words[2] if len(words) > 2 else "")
        if words[0] == "im":
            conversation = p.PurpleConversationNew(1, self.account, words[1])
            p.PurpleConvImSend(p.PurpleConvIm(conversation), words[2])
        if words[0] == "add":
            buddy = p.PurpleBuddyNew(self.account, words[1], "")
            p.PurpleBlistAddBuddy(buddy, 0, p.PurpleGroupNew("Agents"), 0)
            p.PurpleAccountAddBuddy(self.account, buddy)
        say("done", command=words[0])
        return True

    def set_status(self, status, note):
        p = self.p
        saved = p.PurpleSavedstatusNew("", PRIMITIVES[status])
        p.PurpleSavedstatusSetMessage(saved, note)
        kind = p.PurpleAccountGetStatusType(self.account, status)
        p.PurpleSavedstatusSetSubstatus(saved, self.account, kind, note)
        p.PurpleSavedstatusActivate(saved)

    def leave(self):
        """Signs out. A client that ends over it, or does not answer any more, has left as well."""
        try:
            self.p.PurpleAccountSetEnabled(self.account, "gnt-purple", 0)
            time.sleep(1)
            say("signed-out")
        except dbus.DBusException as cause:
            say("signed-out", instead=str(cause))


def main():
    peer = Peer()
    end, inputs = time.time() + float(os.environ.get("PEER_SECONDS", "30")), [sys.stdin]
    while time.time() < end:
        try:
            peer.look()
        except dbus.DBusException as cause:
            say("gone", why=str(cause))
            sys.exit(f"the client is gone: {cause}")
        ready, _, _ = select.select(inputs, [], [], 0.15)
        if ready:
            line = sys.stdin.readline()
            if not line:
                inputs = []
            elif not peer.obey(line):
                break
    peer.leave()


main()
