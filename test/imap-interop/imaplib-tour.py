# SPDX-License-Identifier: EUPL-1.2
# Goes through IMAP with Python's imaplib and prints what it found as JSON.
# Arguments: tls or starttls, port, CA file, address, password.
import base64
import hashlib
import imaplib
import json
import ssl
import sys

kind, port, ca_file, address, password = sys.argv[1:]
context = ssl.create_default_context(cafile=ca_file)
found = {}


def connect():
    if kind == "tls":
        return imaplib.IMAP4_SSL("127.0.0.1", int(port), ssl_context=context)
    client = imaplib.IMAP4("127.0.0.1", int(port))
    found["before_tls"] = "LOGINDISABLED" in client.capabilities
    client.starttls(ssl_context=context)
    return client


def ok(answer):
    status, data = answer
    if status != "OK":
        raise SystemExit(f"{status} {data}")
    return data


def shown(lines):
    return [line.decode() if isinstance(line, bytes) else line for line in lines]


plain = f"\0{address}\0{password}".encode()

# PLAIN with the response in the command, which imaplib itself does not do.
client = connect()
found["initial_response"] = client._simple_command("AUTHENTICATE", "PLAIN", base64.b64encode(plain).decode())[0]
client.state = "AUTH"
ok(client.select())
client.logout()

# PLAIN after a continuation.
client = connect()
ok(client.authenticate("PLAIN", lambda challenge: plain))
client.logout()

client = connect()
try:
    client.login(address, "sbagliata")
    found["wrong_password"] = "taken"
except imaplib.IMAP4.error as refusal:
    found["wrong_password"] = str(refusal)
ok(client.login(address, password))
found["capabilities"] = shown(ok(client.capability()))[0].split()
found["namespace"] = shown(ok(client.namespace()))
found["uid_plus"] = "UIDPLUS" in found["capabilities"]

# Folders.
ok(client.create('"Citt&AOA- &- Comuni"'))
try:
    found["created_twice"] = client.create('"Citt&AOA- &- Comuni"')[0]
    ok(client.create("Prova/Sotto"))
    ok(client.rename("Prova", "Riprova"))
    ok(client.subscribe("Riprova/Sotto"))
    found["list"] = sorted(shown(ok(client.list())))
    found["lsub"] = sorted(shown(ok(client.lsub('""', "Rip*"))))
    ok(client.unsubscribe("Riprova/Sotto"))
    ok(client.delete("Riprova/Sotto"))
except imaplib.IMAP4.error as refusal:
    found["folders"] = str(refusal)

# Messages.
found["count"] = int(ok(client.select("INBOX"))[0])
hashes = []
for item in ok(client.fetch("1:*", "(BODY.PEEK[])")):
    if isinstance(item, tuple):
        hashes.append(hashlib.sha256(item[1]).hexdigest())
found["hashes"] = hashes
found["sizes"] = [int(line.split()[-1][:-1]) for line in shown(ok(client.fetch("1:*", "(RFC822.SIZE)")))]
found["partial"] = shown([ok(client.fetch("1", "(BODY.PEEK[TEXT]<2.4>)"))[0][1]])
literal = "Subject: con accent\u00e8\r\n\r\naccodato\r\n".encode()
stamp = '"05-Mar-2024 10:20:30 +0100"'
found["append"] = shown(ok(client.append("INBOX", "(\\Flagged lavoro)", stamp, literal)))[0]
ok(client.noop())
found["appended"] = shown(ok(client.fetch("*", "(FLAGS INTERNALDATE)")))[0]
found["unseen"] = shown(ok(client.search(None, "UNSEEN", "FLAGGED")))
client.literal = "accent\u00e8".encode()
found["searched"] = shown(ok(client.search("UTF-8", "TEXT")))
found["sorted"] = shown(ok(client.sort("REVERSE SIZE", "UTF-8", "FLAGGED")))
found["threads"] = shown(ok(client.thread("REFERENCES", "UTF-8", "FLAGGED")))
ok(client.store("1:2", "+FLAGS", "(\\Seen \\Answered $Forwarded)"))
ok(client.store("2", "-FLAGS.SILENT", "(\\Answered)"))
found["flags"] = shown(ok(client.fetch("1:2", "(FLAGS)")))
found["uid_flags"] = shown(ok(client.uid("STORE", "1", "FLAGS", "(lavoro)")))
found["envelope"] = shown(ok(client.fetch("1", "(ENVELOPE)")))[0]
found["structure"] = shown(ok(client.fetch("8", "(BODYSTRUCTURE)")))[0]
found["copied"] = shown(ok(client.copy("1:3", '"Citt&AOA- &- Comuni"')))[0]
found["moved"] = client.uid("MOVE", "4", "Archivio")[0]
ok(client.store("1", "+FLAGS", "(\\Deleted)"))
found["expunged"] = shown(ok(client.expunge()))
ok(client.check())
found["quota"] = [shown(lines) for lines in ok(client.getquotaroot("INBOX"))]
found["status"] = shown(ok(client.status("Archivio", "(MESSAGES UIDNEXT)")))
ok(client.close())
found["read_only"] = False
ok(client.select("INBOX", readonly=True))
try:
    found["read_only"] = client.store("1", "+FLAGS", "(\\Seen)")[0] == "NO"
except imaplib.IMAP4.error:
    found["read_only"] = True
ok(client.unselect())

# IDLE, which imaplib does not know: over its socket, woken by another connection.
ok(client.select("INBOX"))
other = connect()
ok(other.login(address, password))
client.send(b"idle1 IDLE\r\n")
found["idling"] = client.readline()[:2].decode()
ok(other.append("INBOX", None, None, literal))
found["idle_news"] = client.readline().decode().split()[-1]
client.send(b"DONE\r\n")
line = client.readline()
while not line.startswith(b"idle1 "):
    line = client.readline()
found["idle_end"] = line.split()[1].decode()
ok(client.noop())
other.logout()
client.logout()

# UTF8=ACCEPT (RFC 6855): names as people write them, and a message sent as UTF8 (...).
client = connect()
ok(client.login(address, password))
ok(client.enable("UTF8=ACCEPT"))
found["utf8_list"] = sorted(shown(ok(client.list('""', '"Citt*"'))))
ok(client.create('"Perch\u00e9 no"'))
# imaplib's own append puts the word UTF8 into the message.
client.send('utf8 APPEND "Perch\u00e9 no" UTF8 (~{'.encode() + b"%d+}\r\n" % len(literal) + literal + b")\r\n")
line = client.readline()
while not line.startswith(b"utf8 "):
    line = client.readline()
found["utf8_append"] = line.decode().split()[1]
found["utf8_count"] = shown(ok(client.select('"Perch\u00e9 no"')))[0]
found["utf8_body"] = ok(client.fetch("1", "(BODY.PEEK[])"))[0][1].decode() == literal.decode()
found["utf8_search"] = shown(ok(client.search(None, "SUBJECT", '"accent\u00e8"')))
client.logout()
print(json.dumps(found))
