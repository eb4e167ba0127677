# SPDX-License-Identifier: EUPL-1.2
"""
A mail client in Python's standard library, led by a test: one order a line on standard input, one answer a
line on standard output, both JSON. Argument: the PEM file of the authority to trust.
"""

import base64
import hashlib
import json
import poplib
import smtplib
import socket
import ssl
import sys

import pec

poplib._MAXLINE = 65536
CONTEXT = ssl.create_default_context(cafile=sys.argv[1])
TIMEOUT = 120


def connect(order):
    """A session as far as the order goes: `tls` is implicit, starttls or none."""
    door = (order.get("host", "127.0.0.1"), order["port"])
    if order["tls"] == "implicit":
        client = smtplib.SMTP_SSL(*door, local_hostname="client.test", timeout=TIMEOUT, context=CONTEXT)
    else:
        client = smtplib.SMTP(*door, local_hostname="client.test", timeout=TIMEOUT)
        if order["tls"] == "starttls":
            client.starttls(context=CONTEXT)
    client.ehlo()
    return client


def message_of(order):
    if "file" in order:
        with open(order["file"], "rb") as file:
            return file.read()
    return base64.b64decode(order["message"])


def stuffed(octets):
    """RFC 5321 section 4.5.2, with every octet left as it is."""
    dotted = octets.replace(b"\n.", b"\n..")
    if dotted.startswith(b"."):
        dotted = b"." + dotted
    return dotted + (b".\r\n" if dotted.endswith(b"\r\n") else b"\r\n.\r\n")


def transact(client, order, replies):
    """Commands one by one; the replies, in order, until one of them ends the transaction."""

    def say(name, code, text):
        replies.append([name, code, text.decode("latin-1").replace("\n", " ")])
        return code

    if "user" in order:
        try:
            say("AUTH", *client.login(order["user"], order["password"], initial_response_ok=order.get("initial", True)))
        except smtplib.SMTPNotSupportedError as error:
            say("AUTH", 0, str(error).encode())
            return
        except smtplib.SMTPAuthenticationError as error:
            say("AUTH", error.smtp_code, error.smtp_error)
            return
    octets = message_of(order) if "message" in order or "file" in order else b""
    words = list(order.get("mailWords", []))
    if say("MAIL", *client.mail(order["from"], words)) != 250:
        return
    accepted = [say("RCPT", *client.rcpt(to)) == 250 for to in order["to"]]
    if not any(accepted):
        return
    if say("DATA", *client.docmd("DATA")) != 354:
        return
    client.sock.sendall(stuffed(octets))
    if order.get("leave"):
        return
    say("END", *client.getreply())


def send(order):
    replies = []
    client = connect(order)
    features = {name: value for name, value in client.esmtp_features.items()}
    try:
        transact(client, order, replies)
    except smtplib.SMTPServerDisconnected:
        replies.append(["LOST", 0, "the server closed the connection"])
    finally:
        client.close()
    return {"replies": replies, "features": features}


def send_all(order):
    """Many messages over one connection; the last reply of each."""
    client = connect(order)
    client.login(order["user"], order["password"])
    answers = []
    for item in order["messages"]:
        replies = []
        transact(client, item, replies)
        answers.append(replies[-1])
    client.quit()
    return answers


def dialogue(order):
    """Lines sent as they are, each with the reply it got."""
    client = connect(order)
    answers = []
    for line in order["lines"]:
        code, words = client.docmd(line)
        answers.append([line, code, words.decode("latin-1")])
    client.close()
    return answers


def fetch(order):
    """Messages with unique ids not known yet, each read strictly; `sha256` for those too large to carry."""
    client = poplib.POP3_SSL("127.0.0.1", order["port"], timeout=TIMEOUT, context=CONTEXT)
    client.user(order["user"])
    client.pass_(order["password"])
    known = set(order.get("known", []))
    found = []
    for line in client.uidl()[1]:
        number, uid = line.decode().split(" ")
        if uid in known:
            continue
        octets = b"".join(row + b"\r\n" for row in client.retr(int(number))[1])
        found.append({"uid": uid, **described(octets)})
        if order.get("delete"):
            client.dele(int(number))
    client.quit()
    return found


def described(octets):
    message = {"octets": base64.b64encode(octets).decode()}
    try:
        message["pec"] = pec.read(octets)
    except (pec.NotPec, KeyError, AttributeError, ValueError) as error:
        message["complaint"] = f"{type(error).__name__}: {error}"
    return message


def fetch_large(order):
    """Hashes of the only message and of what is embedded in it."""
    client = poplib.POP3_SSL("127.0.0.1", order["port"], timeout=TIMEOUT, context=CONTEXT)
    client.user(order["user"])
    client.pass_(order["password"])
    count = client.stat()[0]
    octets = b"".join(row + b"\r\n" for row in client.retr(count)[1])
    client.quit()
    needle = order["needle"].encode()
    at = octets.find(needle)
    tail = octets[at : at + order["length"]]
    return {"count": count, "size": len(octets), "sha256": hashlib.sha256(tail).hexdigest()}


def login(order):
    client = poplib.POP3_SSL("127.0.0.1", order["port"], timeout=TIMEOUT, context=CONTEXT)
    try:
        client.user(order["user"])
        client.pass_(order["password"])
        return "in"
    except poplib.error_proto as error:
        return str(error.args[0])
    finally:
        client.close()


ORDERS = {
    "send": send,
    "sendAll": send_all,
    "dialogue": dialogue,
    "fetch": fetch,
    "fetchLarge": fetch_large,
    "login": login,
    "read": lambda order: described(base64.b64decode(order["message"])),
}

for line in sys.stdin:
    order = json.loads(line)
    try:
        answer = {"answer": ORDERS[order["do"]](order)}
    except (OSError, socket.error, smtplib.SMTPException, poplib.error_proto) as error:
        answer = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)
