"""People, what is published of them, and the documents that tell of it (MS-PRES)."""
import re
import secrets
import time
import xml.etree.ElementTree as xml
from xml.sax.saxutils import escape, quoteattr

MS = "http://schemas.microsoft.com/2006/09/sip/"
RICH = f"{{{MS}rich-presence}}"
STATE = f"{{{MS}state}}"
# A choice that stays, as a person makes it at a device of their own.
CHOICE = 0x20000000
OFFLINE = 18500


class Person:
    """One user: devices, choices, and what clients publish. Versions begin where a server that has run for long is."""

    def __init__(self, user):
        self.user, self.endpoints, self.device = user, {}, None
        # (category, instance, container) -> [version, text of the value, expireType, instance of the endpoint, when]
        self.published = {}
        self.versions = {}

    def choose(self, number, note):
        """What the person chooses at a client of their own."""
        state = f'<s:state manual="true" xsi:type="s:userState"><s:availability>{number}</s:availability></s:state>'
        for container in (2, 3):
            self.put(("state", CHOICE, container), state, "static", None)
        self.put(("note", 0, 400), note and f"<n:note><n:body type='personal' uri=''>{escape(note)}</n:body></n:note>", "static", None)

    def put(self, key, value, kind, endpoint):
        """Publishes, or takes back what has no value."""
        version = self.versions[key] = self.versions.get(key, 4710) + 1
        self.published.pop(key, None)
        if value:
            self.published[key] = [version, value, kind, endpoint, _now()]

    def left(self, instance):
        """An endpoint is gone, and with it what is bound to it."""
        self.endpoints.pop(instance, None)
        for key in [key for key, known in self.published.items() if known[3] == instance and known[2] == "endpoint"]:
            self.put(key, "", "endpoint", instance)

    def seen(self):
        """Number, activity token and note as watchers see them."""
        states = [(key, known) for key, known in self.published.items() if key[0] == "state" and key[2] == 2]
        machines = {known[3]: _number(known[1]) for key, known in states if key[1] >> 28 == 3}
        # Whoever signs in is taken for somebody who works there, until the client says otherwise.
        counted = [self.device] + [machines.get(instance, 3500) for instance in self.endpoints]
        counted = [number for number in counted if number is not None]
        if not counted:
            return OFFLINE, "", ""
        others = [(_number(known[1]), _token(known[1])) for key, known in states if key[1] >> 28 != 3]
        number, token = max([(min(counted), "")] + others)
        notes = sorted((key[2], key[1], known[1]) for key, known in self.published.items() if key[0] == "note")
        return number, token, notes[-1][2] if notes else ""

    def document(self, broken):
        """What watchers are told. `broken`: what cannot be read in it."""
        number, token, note = self.seen()
        now = time.strftime("%Y-%m-%dT%H:%M:%S.", time.gmtime()) + f"{time.time_ns() // 1000000 % 1000:03}"
        shown = "?" if broken == "number" else number
        if token:
            token = f"<s:activity maxAvailability='8999' minAvailability='6500' token='{token}'/>"
        state = (
            f"<c:category publishTime='{now}' instance='1' name='state'><s:state lastActive='{now}' xsi:type='s:aggregateState'>"
            f"<s:availability>{shown}</s:availability>{token}<s:delimiter/><s:later><s:availability>0</s:availability></s:later>"
            "<s:end/></s:state></c:category>"
        )
        if broken == "state":
            state = state.replace("</s:availability>", "</s:available>", 1)
        if note:
            note = f"<c:category name='note' publishTime='{now}' instance='0'>{note}</c:category>"
        if broken == "note":
            note = f"<c:category name='note' publishTime='{now}' instance='0'><n:note><n:body>x &nbsp; \x01 </n:body></n:note></c:category>"
        if broken == "head":
            return ""
        if broken == "part":
            return "<?xml version='1.0'?><c:categories xmlns:c='"
        if broken == "end":
            state = state[: len(state) // 3]
        return (
            "<?xml version='1.0' encoding='utf-8'?>\n<!-- what others may see -->\n"
            f"<c:categories uri='sip:{self.user.title()}' xmlns:c='{MS}categories' xmlns:s='{MS}state' xmlns:n='{MS}note' "
            "xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'><c:category name='contactCard' instance='0' "
            "publishTime='2026-06-01T08:00:00.000'><v:contactCard xmlns:v='http://schemas.microsoft.com/2006/09/sip/contactcard'>"
            f"<v:identity><v:name><v:displayName><![CDATA[<{self.user}> & co]]></v:displayName></v:name></v:identity>"
            f"</v:contactCard></c:category>{note or '<c:category name=' + quoteattr('note') + '/>'}{state}</c:categories>"
        )

    def own_data(self, broken):
        """What the person's own endpoints are told. `broken`: the newest publication cannot be read."""
        all_of_it = "".join(
            f"<c:category version='{known[0]}' container='{key[2]}' publishTime='{known[4]}' expireType='{known[2]}' "
            f"instance='{key[1]}' name='{key[0]}'>{known[1]}</c:category>"
            for key, known in sorted(self.published.items(), key=lambda one: one[1][0])
        )
        if broken:
            at = all_of_it.rfind("<s:availability>")
            all_of_it = all_of_it[:at] + all_of_it[at:].replace("</s:availability>", "</s:available>", 1)
        return (
            f"<roamingData xmlns='{MS}roaming-self'><c:categories xmlns:c='{MS}categories' xmlns:s='{MS}state' "
            f"xmlns:n='{MS}note' xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' uri='sip:{self.user}'>"
            f"<c:category name='state'/><c:category name='note'/>{all_of_it}</c:categories></roamingData>"
        )

    def publish(self, body, instance):
        """Takes a publication; the operations with a wrong version, as (index, version, current one)."""
        operations = list(xml.fromstring(body).iter(f"{RICH}publication"))
        keys = [(one.get("categoryName"), int(one.get("instance")), int(one.get("container"))) for one in operations]
        current = [self.published.get(key, [0])[0] for key in keys]
        wrong = [
            (at + 1, one.get("version"), version)
            for at, (one, version) in enumerate(zip(operations, current))
            if int(one.get("version")) != version
        ]
        if wrong:
            return wrong
        for key, one in zip(keys, operations):
            value = "" if one.get("expires") == "0" else "".join(_plain(child) for child in one)
            self.put(key, value, one.get("expireType"), instance)
        return []


def _now():
    return time.strftime("%Y-%m-%dT%H:%M:%S.000", time.gmtime())


def _plain(element):
    """An element with the prefixes that the documents here use."""
    text = xml.tostring(element, encoding="unicode")
    for prefix, name in re.findall(r'xmlns:(ns\d+)="([^"]*)"', text):
        known = {f"{MS}state": "s", f"{MS}note": "n", "http://www.w3.org/2001/XMLSchema-instance": "xsi"}.get(name, prefix)
        text = text.replace(f' xmlns:{prefix}="{name}"', "").replace(f"{prefix}:", f"{known}:")
    return text.replace(' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"', "")


def _number(value):
    return int(re.search(r"availability>(\d+)<", value).group(1))


def _token(value):
    found = re.search(r"token=[\"']([^\"']*)", value)
    return found.group(1) if found else ""


def resource_list(uri, people, elsewhere, version):
    """Who is told of in which part, and who is to be subscribed to at another pool. `people`: (user, Content-ID)."""
    told = "".join(f"<r:resource uri='sip:{user}'><r:instance cid='{cid}' state='active' id='1'/></r:resource>" for user, cid in people)
    moved = "".join(
        f"<r:resource uri='sip:{user}'><r:instance id='1' state='resubscribe' poolFqdn={quoteattr(pool)}/></r:resource>"
        for user, pool in elsewhere
    )
    return (
        f"<?xml version='1.0'?><r:list fullState='false' version='{version}' uri={quoteattr(uri)} "
        f"xmlns:r='urn:ietf:params:xml:ns:rlmi'>{told}{moved}</r:list>"
    )


def many(parts):
    """Content-Type and body of several documents: (Content-ID, Content-Type, text). Some of the texts are no UTF-8 XML."""
    boundary = secrets.token_hex(12)
    body = "A text in front of the first part, which nobody reads.\r\n"
    for cid, kind, text in parts:
        head = f"content-type: {kind}\r\nContent-Id: <{cid}>\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
        body += f"--{boundary}\r\n{head if text else 'no head at all'}{text}\r\n"
    body += f"--{boundary}--\r\nand one behind the last\r\n"
    kind = f'multipart/related; boundary="{boundary}"; type="application/rlmi+xml"; start="<{parts[0][0]}>"'
    return kind, body.encode()


def watched(body):
    """What a batched SUBSCRIBE asks for: (users to be watched, users to be watched no more)."""
    wanted, unwanted = [], []
    batch = "{http://schemas.microsoft.com/2006/01/sip/batch-subscribe}"
    for action in xml.fromstring(body).iter(f"{batch}action"):
        users = [one.get("uri") for one in action.iter(f"{batch}resource")]
        (wanted if action.get("name") == "subscribe" else unwanted).extend(users)
    return wanted, unwanted
