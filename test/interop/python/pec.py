# SPDX-License-Identifier: EUPL-1.2
"""
A reader of PEC messages with an opinion of its own: Python's standard library and the specification, nothing
of the house. It is as strict as the strictest programs in the field: exact names, mandatory elements, values
out of the lists, and one instant for everything.
"""

import base64
import datetime
import email
import email.header
import email.policy
import email.utils
import re
import xml.etree.ElementTree as ElementTree

RECEIPTS = {
    "accettazione": ("ACCETTAZIONE:", ["Ricevuta di accettazione"]),
    "non-accettazione": (
        "AVVISO DI NON ACCETTAZIONE:",
        ["Errore nell'accettazione del messaggio"],
    ),
    "presa-in-carico": ("PRESA IN CARICO:", ["Ricevuta di presa in carico"]),
    "avvenuta-consegna": (
        "CONSEGNA:",
        [
            "Ricevuta di avvenuta consegna",
            "Ricevuta breve di avvenuta consegna",
            "Ricevuta sintetica di avvenuta consegna",
        ],
    ),
    "errore-consegna": ("AVVISO DI MANCATA CONSEGNA:", ["Avviso di mancata consegna"]),
    "preavviso-errore-consegna": (
        "AVVISO DI MANCATA CONSEGNA PER SUP. TEMPO MASSIMO:",
        ["Avviso di mancata consegna"],
    ),
}
ENVELOPES = {
    "posta-certificata": ("POSTA CERTIFICATA:", ["Messaggio di posta certificata"]),
    "errore": ("ANOMALIA MESSAGGIO:", ["Anomalia nel messaggio"]),
}
ERRORS = {
    "accettazione": {"nessuno"},
    "non-accettazione": {"altro"},
    "presa-in-carico": {"nessuno"},
    "avvenuta-consegna": {"nessuno"},
    "errore-consegna": {"no-dest", "no-dominio", "altro"},
    "preavviso-errore-consegna": {"altro"},
    "posta-certificata": {"nessuno"},
}
# For each kind: msgid may stand everywhere; which of the others must and which must not.
OPTIONAL = ("ricevuta", "consegna", "ricezione", "errore-esteso")
MUST_HAVE = {
    "accettazione": (),
    "non-accettazione": ("errore-esteso",),
    "posta-certificata": ("ricevuta",),
    "presa-in-carico": ("ricezione",),
    "avvenuta-consegna": ("ricevuta", "consegna"),
    "errore-consegna": ("consegna", "errore-esteso"),
    "preavviso-errore-consegna": ("consegna", "errore-esteso"),
}
# Spelled as the rules spell them.
FIELD_NAMES = (
    "X-Ricevuta",
    "X-Trasporto",
    "X-TipoRicevuta",
    "X-Riferimento-Message-ID",
    "X-VerificaSicurezza",
    "X-Mittente",
)
RECEIPT_TYPES = ("completa", "breve", "sintetica")
PROTOCOLS = ("application/pkcs7-signature", "application/x-pkcs7-signature")


class NotPec(Exception):
    """What is wrong with a message, in one sentence."""


def require(condition, sentence):
    if not condition:
        raise NotPec(sentence)


def read(octets):
    """Everything a message of a certified mailbox says, as JSON would hold it. Raises NotPec."""
    message = email.message_from_bytes(octets, policy=email.policy.compat32)
    check_header(octets, message)
    receipt, transport = one(message, "X-Ricevuta"), one(message, "X-Trasporto")
    require((receipt is None) != (transport is None), "exactly one of X-Ricevuta and X-Trasporto")
    kind = receipt or transport
    known = RECEIPTS if receipt else ENVELOPES
    require(kind in known, f"unknown kind {kind}")
    prefix, headings = known[kind]
    parts = signed_parts(octets, message)
    seen = {
        "kind": "anomalia" if transport == "errore" else kind,
        "subject": decoded(message["Subject"]),
        "from": decoded(message["From"]),
        "to": addresses(message, "To"),
        "cc": addresses(message, "Cc"),
        "replyTo": addresses(message, "Reply-To"),
        "messageId": identifier(message["Message-ID"]),
        "reference": one(message, "X-Riferimento-Message-ID"),
        "receiptType": one(message, "X-TipoRicevuta"),
        "returnPath": one(message, "Return-Path"),
        "received": message.get_all("Received", []),
        "text": readable(parts[0]),
        "parts": [part.get_filename() for part in parts],
    }
    require(f"{seen['subject']} ".startswith(prefix + " "), f"the subject does not begin with {prefix}")
    check_sender(message, envelope=transport is not None)
    lines = seen["text"].splitlines()
    require(lines[0] in headings, f"the text begins with {lines[0]!r}")
    check_named_parts(kind, transport, parts)
    seen["original"] = original(octets, parts)
    if transport == "errore":
        require(seen["reference"] is None, "an anomaly envelope has no reference")
        return seen
    seen["data"] = certification_data(parts)
    check_data(seen, message, prefix)
    if seen["original"] is None:
        kept = octets.replace(b"\r\n", b"\n")
        written = email.message_from_bytes(kept).as_bytes()
        same = written.split(b"\n\n", 1)[1] == kept.split(b"\n\n", 1)[1]
        require(same, "programs in Python would write the body otherwise")
    require(lines[-1] == f"Identificativo messaggio: {seen['data']['identificativo']}", "last line of the text")
    return seen


def check_header(octets, message):
    header = octets.split(b"\r\n\r\n", 1)[0]
    require(b"\n" not in header.replace(b"\r\n", b""), "bare line ends in the header")
    # What users wrote may be longer, and what we copied from them.
    require(max(map(len, header.split(b"\r\n"))) <= 998, "a header line of more than 998 octets")
    for name, _ in message.raw_items():
        for spelled in FIELD_NAMES:
            require(name.lower() != spelled.lower() or name == spelled, f"{name} is spelled otherwise")
    require(one(message, "MIME-Version") == "1.0", "MIME-Version")
    for name in ("Date", "Subject", "From", "To", "Message-ID"):
        require(one(message, name) is not None or name == "To", f"no {name}")
    for name in ("Bcc", "Sender"):
        require(name not in message, f"{name} is there")


def one(message, name):
    """The value of a field that occurs once at most."""
    values = message.get_all(name, [])
    require(len(values) <= 1, f"{name} occurs {len(values)} times")
    return str(values[0]).strip() if values else None


def decoded(value):
    unfolded = re.sub(r"\r?\n(?=[ \t])", "", str(value)).strip()
    return str(email.header.make_header(email.header.decode_header(unfolded)))


def addresses(message, name):
    fields = [re.sub(r"\r?\n", "", str(value)) for value in message.get_all(name, [])]
    return [address for _, address in email.utils.getaddresses(fields)]


def identifier(value):
    require(re.fullmatch(r"<[^<>\s]+@[^<>\s]+>", str(value).strip()), f"Message-ID {value!r}")
    return str(value).strip()[1:-1]


def signed_parts(octets, message):
    """The parts of the signed entity."""
    require(message.get_content_type() == "multipart/signed", "not multipart/signed")
    require(message.get_param("protocol") in PROTOCOLS, f"protocol {message.get_param('protocol')}")
    require(message.get_param("micalg") == "sha-256", f"micalg {message.get_param('micalg')}")
    require(not message.defects, f"defects: {message.defects}")
    halves = message.get_payload()
    require(len(halves) == 2, f"{len(halves)} parts instead of two")
    entity, signature = halves
    require(signature.get_content_type() in PROTOCOLS, "the second part is no signature")
    require(signature.get_filename() == "smime.p7s", "the signature has another name")
    require(signature.get("Content-Transfer-Encoding") == "base64", "the signature is not base64")
    require(base64.b64decode(signature.get_payload(), validate=False)[:1] == b"\x30", "the signature is no DER")
    require(entity.get_content_type() == "multipart/mixed", "the signed entity is not multipart/mixed")
    require(not entity.defects, f"defects: {entity.defects}")
    return entity.get_payload()


def readable(part):
    """GEN-3, GEN-4: the text, in ISO-8859-1; beside it at most an HTML part that says the same."""
    if part.get_content_type() == "multipart/alternative":
        choices = [choice.get_content_type() for choice in part.get_payload()]
        require(sorted(choices) == ["text/html", "text/plain"], f"alternatives {choices}")
        by_type = {choice.get_content_type(): choice for choice in part.get_payload()}
        markup = by_type["text/html"].get_payload(decode=True).decode("iso-8859-1")
        active = re.search(r"<(script|img|link|object|iframe|style|form)|\b(src|href|on\w+)\s*=|url\(|cid:", markup, re.I)
        require(active is None, "the HTML refers to something")
        part = by_type["text/plain"]
    require(part.get_content_type() == "text/plain", "the first part is no text")
    require(str(part.get_param("charset")).lower() == "iso-8859-1", "the text is not in ISO-8859-1")
    encoded = part.get_payload()
    require(encoded.isascii(), "the text is not 7-bit")
    return part.get_payload(decode=True).decode("iso-8859-1")


def check_sender(message, envelope):
    """GEN-6 to GEN-8: one address, and whose name it speaks in."""
    mailboxes = email.utils.getaddresses([re.sub(r"\r?\n", "", str(message["From"]))])
    require(len(mailboxes) == 1, "From has several addresses")
    name, address = mailboxes[0]
    require(address.startswith("posta-certificata@"), f"From {address}")
    if envelope:
        require(decoded(name).startswith("Per conto di: "), f"From speaks for {name!r}")
    else:
        require(name == "", f"From has a name: {name!r}")


def check_named_parts(kind, transport, parts):
    names = [part.get_filename() for part in parts]
    expected = {None: None}
    if transport == "errore":
        expected = [[None, "postacert.eml"]]
    elif kind == "posta-certificata":
        expected = [[None, "daticert.xml", "postacert.eml"]]
    elif kind == "avvenuta-consegna":
        expected = [[None, "daticert.xml"], [None, "daticert.xml", "postacert.eml"]]
    else:
        expected = [[None, "daticert.xml"]]
    require(names in expected, f"parts {names}")
    for part in parts[1:]:
        type_ = "application/xml" if part.get_filename() == "daticert.xml" else "message/rfc822"
        require(part.get_content_type() == type_, f"{part.get_filename()} is {part.get_content_type()}")
        require(part.get_param("name") == part.get_filename(), "name and filename differ")
        require(part.get_content_disposition() == "inline", "the part is not inline")


def original(octets, parts):
    """The octets of postacert.eml, cut out by its boundary: nothing is written anew."""
    embedded = [part for part in parts if part.get_filename() == "postacert.eml"]
    if not embedded:
        return None
    require(embedded[0]["Content-Transfer-Encoding"] in ("7bit", "8bit"), "how postacert.eml is encoded")
    outer = email.message_from_bytes(octets, policy=email.policy.compat32)
    boundary = outer.get_payload()[0].get_boundary().encode()
    pieces = re.split(rb"\r\n--" + re.escape(boundary) + rb"(?:--)?[ \t]*(?=\r\n)", octets)
    found = [piece for piece in pieces if b"postacert.eml" in piece.split(b"\r\n\r\n", 1)[0]]
    require(len(found) == 1, "postacert.eml could not be cut out")
    body = found[0].split(b"\r\n\r\n", 1)[1]
    return base64.b64encode(body).decode()


def certification_data(parts):
    part = [part for part in parts if part.get_filename() == "daticert.xml"][0]
    require(part["Content-Transfer-Encoding"] == "base64", "daticert.xml is not base64")
    octets = part.get_payload(decode=True)
    require(octets.startswith(b'<?xml version="1.0" encoding="UTF-8"?>'), "no XML declaration")
    require(b"<!DOCTYPE" not in octets and b"<!ENTITY" not in octets, "a DOCTYPE")
    root = ElementTree.fromstring(octets)
    require(root.tag == "postacert" and set(root.attrib) == {"tipo", "errore"}, "postacert")
    require([child.tag for child in root] == ["intestazione", "dati"], "intestazione, dati")
    heading, facts = root
    order(heading, ["mittente", "destinatari", "risposte", "oggetto"])
    order(facts, ["gestore-emittente", "data", "identificativo", "msgid", *OPTIONAL])
    for tag in ("mittente", "destinatari", "risposte"):
        require(heading.find(tag) is not None, f"no {tag}")
    for tag in ("gestore-emittente", "identificativo"):
        require(text(facts, tag), f"no {tag}")
    date = facts.find("data")
    require(date is not None and [child.tag for child in date] == ["giorno", "ora"], "data")
    require(re.fullmatch(r"[+-]\d{4}", date.attrib["zona"]), "zona")
    require(re.fullmatch(r"\d\d/\d\d/\d{4}", text(date, "giorno")), "giorno")
    require(re.fullmatch(r"\d\d:\d\d:\d\d", text(date, "ora")), "ora")
    recipients = heading.findall("destinatari")
    require(all(item.attrib["tipo"] in ("certificato", "esterno") for item in recipients), "tipo")
    receipt = facts.find("ricevuta")
    return {
        "xml": base64.b64encode(octets).decode(),
        "tipo": root.attrib["tipo"],
        "errore": root.attrib["errore"],
        "mittente": text(heading, "mittente"),
        "destinatari": [[item.text, item.attrib["tipo"]] for item in recipients],
        "risposte": text(heading, "risposte"),
        "oggetto": text(heading, "oggetto"),
        "gestore": text(facts, "gestore-emittente"),
        "data": [text(date, "giorno"), text(date, "ora"), date.attrib["zona"]],
        "identificativo": text(facts, "identificativo"),
        "msgid": text(facts, "msgid"),
        "ricevuta": None if receipt is None else receipt.attrib["tipo"],
        "consegna": text(facts, "consegna"),
        "ricezione": [item.text for item in facts.findall("ricezione")],
        "erroreEsteso": text(facts, "errore-esteso"),
        "present": [tag for tag in OPTIONAL if facts.find(tag) is not None],
    }


def order(element, tags):
    """Children in the order of the DTD, none unknown, none but two kinds repeated."""
    found = [child.tag for child in element]
    require(set(found) <= set(tags), f"unknown elements in {element.tag}: {found}")
    require(found == sorted(found, key=tags.index), f"the order in {element.tag}: {found}")
    for tag in tags:
        require(found.count(tag) <= 1 or tag in ("destinatari", "ricezione"), f"{tag} is repeated")


def text(element, tag):
    found = element.find(tag)
    return None if found is None else found.text or ""


def check_data(seen, message, prefix):
    data, kind = seen["data"], seen["kind"]
    require(data["tipo"] == kind, f"tipo {data['tipo']} in a {kind}")
    require(data["errore"] in ERRORS[kind], f"errore {data['errore']} in a {kind}")
    require(tuple(data["present"]) == tuple(tag for tag in OPTIONAL if tag in MUST_HAVE[kind]), f"{data['present']}")
    require(data["ricevuta"] in (None, *RECEIPT_TYPES), "ricevuta")
    require(data["msgid"] == seen["reference"], "msgid and X-Riferimento-Message-ID differ")
    require(data["msgid"] is None or re.fullmatch(r"<.+>", data["msgid"]), "msgid without brackets")
    require("<" not in data["identificativo"], "identificativo with brackets")
    if kind == "posta-certificata":
        require(seen["messageId"] == data["identificativo"], "identificativo is not the Message-ID")
        require(seen["receiptType"] == data["ricevuta"], "ricevuta is not X-TipoRicevuta")
        require(f"Per conto di: {data['mittente']}" in seen["from"], "whose envelope it is")
    else:
        require(seen["messageId"] != data["identificativo"], "a notification needs a Message-ID of its own")
        require(seen["receiptType"] is None, "X-TipoRicevuta in a notification")
    subject = (data["oggetto"] or "").strip()
    require(" ".join(seen["subject"].split()) == " ".join(f"{prefix} {subject}".split()), f"subject {seen['subject']!r}, oggetto {subject!r}")
    day, time, zone = data["data"]
    instant = datetime.datetime.strptime(f"{day} {time} {zone}", "%d/%m/%Y %H:%M:%S %z")
    require(email.utils.parsedate_to_datetime(str(message["Date"])) == instant, "Date and data differ")
    require(f"Il giorno {day} alle ore {time} ({zone})" in seen["text"], "the text tells another time")
