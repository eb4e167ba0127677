# SPDX-License-Identifier: EUPL-1.2
# Fetches every message with Python's poplib, removes the first one, and prints what it found as JSON.
# Arguments: tls or stls, port, CA file, address, password.
import hashlib
import json
import poplib
import ssl
import sys

kind, port, ca_file, address, password = sys.argv[1:]
poplib._MAXLINE = 65536
context = ssl.create_default_context(cafile=ca_file)
if kind == "tls":
    client = poplib.POP3_SSL("127.0.0.1", int(port), context=context)
else:
    client = poplib.POP3("127.0.0.1", int(port))
    client.stls(context=context)
capabilities = client.capa()
try:
    client.utf8()
    utf8 = "taken"
except poplib.error_proto as refusal:
    utf8 = str(refusal)
client.user(address)
client.pass_(password)
count, size = client.stat()
sizes = [int(line.split()[1]) for line in client.list()[1]]
ids = [line.split()[1].decode() for line in client.uidl()[1]]
hashes = []
tops = []
for number in range(1, count + 1):
    lines = client.retr(number)[1]
    hashes.append(hashlib.sha256(b"".join(line + b"\r\n" for line in lines)).hexdigest())
    tops.append(len(client.top(number, 1)[1]))
client.dele(1)
client.rset()
client.dele(1)
client.quit()
print(json.dumps({
    "capabilities": capabilities, "utf8": utf8, "count": count, "size": size,
    "sizes": sizes, "ids": ids, "hashes": hashes, "tops": tops,
}))
