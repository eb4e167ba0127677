# SPDX-License-Identifier: EUPL-1.2
"""Reads messages with Python's own parser and says what it sees, as JSON: an opinion that is not ours."""

import email
import email.header
import email.policy
import json
import sys


def decoded(value):
    return str(email.header.make_header(email.header.decode_header(value)))


def node(part):
    seen = {
        "type": part.get_content_type(),
        "name": part.get_filename(),
        "encoding": part.get("Content-Transfer-Encoding"),
        "defects": [type(defect).__name__ for defect in part.defects],
    }
    if part.get_content_type() == "message/rfc822":
        inner = part.get_payload(0)
        seen["headers"] = [[name, str(value)] for name, value in inner.raw_items()]
        seen["parts"] = [node(inner)]
    elif part.is_multipart():
        seen["parts"] = [node(child) for child in part.get_payload()]
    else:
        octets = part.get_payload(decode=True)
        seen["charset"] = part.get_content_charset()
        seen["text"] = octets.decode(part.get_content_charset() or "utf-8", "replace")
    return seen


def describe(path):
    with open(path, "rb") as file:
        message = email.message_from_binary_file(file, policy=email.policy.compat32)
    headers = [[name, str(value)] for name, value in message.items()]
    subject = message.get("Subject")
    return {
        "headers": headers,
        "subject": None if subject is None else decoded("".join(subject.splitlines())),
        "root": node(message),
    }


print(json.dumps({path: describe(path) for path in sys.argv[1:]}))
