#!/usr/bin/env python3
"""A second verifier of the audit log, from docs/audit/format.md and leaf.md alone: standard library only, slow, for tests.

    verify.py VECTORS     judges all that VECTORS/index.json names; one line each: name, status, fault, leaf, event
"""
import base64
import datetime
import hashlib
import json
import pathlib
import re
import sys
import unicodedata
import zipfile

INTACT_FAULTS = {
    "BUNDLE_MALFORMED", "LEAF_CHANGED", "LEAF_MALFORMED", "DISCLOSURE_WRONG", "TILE_MALFORMED", "TILE_CHANGED", "SIGNATURE_WRONG",
    "COSIGNATURE_WRONG", "ROOT_MISMATCH", "TRUNCATED", "FORKED", "NOT_INCLUDED",
}
MAX_LEAF = 16384
MAX_WHOLE = 2**53 - 1


class Fault(Exception):
    def __init__(self, name, leaf=None, event=None):
        super().__init__(name)
        self.name, self.leaf, self.event = name, leaf, event


def sha256(data):
    return hashlib.sha256(data).digest()


# --- Ed25519, RFC 8032, 5.1.7 --------------------------------------------------------------------------------------------

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_1 = pow(2, (P - 1) // 4, P)


def point(encoded):
    y = int.from_bytes(encoded, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    if y >= P:
        return None
    xx = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(xx, (P + 3) // 8, P)
    if (x * x - xx) % P:
        x = x * ROOT_OF_MINUS_1 % P
    if (x * x - xx) % P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return (x, y, 1, x * y % P)


def add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def multiply(scalar, p):
    result = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            result = add(result, p)
        p, scalar = add(p, p), scalar >> 1
    return result


BASE = point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def is_signature(key, message, signature):
    a, r, s = point(key), point(signature[:32]), int.from_bytes(signature[32:], "little")
    if len(signature) != 64 or a is None or r is None or s >= L:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    left, right = multiply(s, BASE), add(r, multiply(k, a))
    return (left[0] * right[2] - right[0] * left[2]) % P == 0 and (left[1] * right[2] - right[1] * left[2]) % P == 0


# --- notes and checkpoints -----------------------------------------------------------------------------------------------


def standard_base64(text):
    data = base64.b64decode(text, validate=True)
    if base64.b64encode(data).decode() != text:
        raise ValueError("not base64")
    return data


class Vkey:
    def __init__(self, text):
        self.text = text
        self.name, key_id, material = re.fullmatch(r"([^\s+]+)\+([0-9a-f]{8})\+(.+)", text).groups()
        material = standard_base64(material)
        self.id, self.type, self.key = bytes.fromhex(key_id), material[0], material[1:]
        if len(self.key) != 32 or sha256(self.name.encode() + b"\n" + material)[:4] != self.id:
            raise ValueError("not a vkey")


class Checkpoint:
    def __init__(self, data):
        try:
            note = data.decode("utf-8")
            end = note.rindex("\n\n")
            if any(c < " " and c != "\n" for c in note) or not note.endswith("\n") or end + 2 == len(note):
                raise ValueError("not a note")
            self.text, self.lines = note[: end + 1], []
            for line in note[end + 2 : -1].split("\n"):
                name, signature = re.fullmatch("\u2014 ([^ ]+) (.+)", line).groups()
                self.lines.append((name, standard_base64(signature)))
            head = self.text.split("\n")[:-1]
            if len(head) < 3 or "" in head or not re.fullmatch("0|[1-9][0-9]{0,14}", head[1]):
                raise ValueError("not a checkpoint")
            self.origin, self.size, self.root = head[0], int(head[1]), standard_base64(head[2])
            if len(self.root) != 32:
                raise ValueError("not a root")
        except (ValueError, AttributeError) as e:
            raise Fault("CHECKPOINT_MALFORMED") from e

    def is_signed_by(self, keys):
        signed = False
        for key in keys:
            for name, signature in self.lines:
                if key.name == self.origin and (name, signature[:4]) == (key.name, key.id):
                    if not is_signature(key.key, self.text.encode(), signature[4:]):
                        raise Fault("SIGNATURE_WRONG")
                    signed = True
        return signed

    def check_witness(self, witness):
        for name, signature in self.lines:
            if (name, signature[:4]) == (witness.name, witness.id):
                time = int.from_bytes(signature[4:12], "big")
                message = f"cosignature/v1\ntime {time}\n{self.text}".encode()
                if not is_signature(witness.key, message, signature[12:]):
                    raise Fault("COSIGNATURE_WRONG")
                return
        raise Fault("WITNESS_MISSING")


# --- canonical JSON ------------------------------------------------------------------------------------------------------


def canonical(value):
    """RFC 8785 without floating point; names are ordered by UTF-16 code units."""
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be"))
        return "{" + ",".join(canonical(name) + ":" + canonical(value[name]) for name in names) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def check(value, depth):
    if isinstance(value, (dict, list)):
        if depth == 0:
            raise ValueError("too deep")
        for part in value if isinstance(value, list) else [*value, *value.values()]:
            check(part, depth - 1)
    elif isinstance(value, str):
        if unicodedata.normalize("NFC", value) != value:
            raise ValueError("not in NFC")
        if any(0xFDD0 <= ord(c) <= 0xFDEF or ord(c) & 0xFFFE == 0xFFFE or 0xD800 <= ord(c) <= 0xDFFF for c in value):
            raise ValueError("surrogate or noncharacter")
    elif isinstance(value, int) and abs(value) > MAX_WHOLE:
        raise ValueError("too large")
    elif isinstance(value, float):
        raise ValueError("floating point")


def read_canonical(data, depth=8):
    """The value, if these bytes are its only spelling; ValueError otherwise."""
    try:
        value = json.loads(data.decode("utf-8"))
    except RecursionError as e:
        raise ValueError("too deep") from e
    check(value, depth)
    if canonical(value).encode() != data:
        raise ValueError("not canonical")
    return value


LEAF = {
    "action": r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*", "composition": "sha256:[0-9a-f]{64}", "id": "aud_[0-7][0-9a-hjkmnp-tv-z]{25}",
    "node": None, "outcome": "success|denied|refused|failure", "time": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z",
}
OPTIONAL = {"reason", "requestId", "traceId"}
EPOCH = datetime.datetime(1970, 1, 1)


def is_text(value, pattern=None):
    return isinstance(value, str) and (pattern is None or re.fullmatch(pattern, value, re.ASCII | re.DOTALL))


def read_leaf(data):
    leaf = read_canonical(data)
    if len(data) > MAX_LEAF or not isinstance(leaf, dict):
        raise ValueError("not a leaf")
    required = {*LEAF, "committed", "format", "nodeSeq", "resource"}
    resource, committed = leaf.get("resource"), leaf.get("committed")
    if not (
        required <= set(leaf) <= required | OPTIONAL
        and all(is_text(leaf[name], pattern) for name, pattern in LEAF.items())
        and all(is_text(leaf[name]) for name in OPTIONAL & set(leaf))
        and leaf["format"] == 1 and leaf["format"] is not True
        and type(leaf["nodeSeq"]) is int and leaf["nodeSeq"] >= 1
        and isinstance(resource, dict) and {"type"} <= set(resource) <= {"type", "id", "project"}
        and all(map(is_text, resource.values()))
        and isinstance(committed, dict) and {"/actor/kind", "/actor/subject"} <= set(committed)
        and all(is_text(path, "(/[a-z][A-Za-z0-9]{0,62}){1,2}") for path in committed)
        and all(is_text(commitment, "[A-Za-z0-9_-]{43}") for commitment in committed.values())
    ):
        raise ValueError("not a leaf of format 1")
    time = datetime.datetime.strptime(leaf["time"], "%Y-%m-%dT%H:%M:%S.%fZ")
    leaf["micros"] = (time - EPOCH) // datetime.timedelta(microseconds=1)
    return leaf


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def open_disclosure(disclosure, leaf):
    """Path and value; ValueError if the leaf does not commit to them."""
    data = base64.urlsafe_b64decode(disclosure + "=" * (-len(disclosure) % 4))
    if base64url(data) != disclosure:
        raise ValueError("not base64url")
    salt, path, value = read_canonical(data)
    if not is_text(salt, "[A-Za-z0-9_-]{22}") or not is_text(path):
        raise ValueError("not a disclosure")
    if leaf["committed"].get(path) != base64url(sha256(disclosure.encode())):
        raise ValueError("not of this leaf")
    return path, value


# --- completeness --------------------------------------------------------------------------------------------------------


class Instance:
    def __init__(self):
        self.started, self.seconds, self.last_sign, self.closed_at = False, 60, None, None
        self.seen, self.named, self.heartbeats = set(), 0, [0, 0, 0]

    def patience(self):
        return 2 * self.seconds * 1_000_000

    def give(self, numbers):
        fresh = not self.seen.intersection(numbers)
        if fresh:
            self.seen.update(numbers)
        return fresh

    def at_end(self, latest):
        if not self.started:
            return "NODE_NOT_STARTED"
        if self.closed_at is None and (self.last_sign is None or latest - self.last_sign > self.patience()):
            return "NODE_LEFT_OPEN"
        highest = max(self.seen, default=0)
        if self.closed_at is not None and highest > self.closed_at:
            return "NUMBER_ABOVE_LAST"
        due = self.heartbeats[-3] if self.closed_at is None else max(self.named, highest)
        if not set(range(1, due + 1)) <= self.seen:
            return "NUMBER_MISSING"
        return None


class Nodes:
    def __init__(self):
        self.instances, self.latest, self.faults = {}, None, []

    def instance(self, name):
        return self.instances.setdefault(name, Instance())

    def account(self, index, leaf, details):
        def fault(name):
            self.faults.append(Fault(name, index, leaf["id"]))

        self.latest = leaf["micros"] if self.latest is None else max(self.latest, leaf["micros"])
        node = self.instance(leaf["node"])
        if not node.give({leaf["nodeSeq"]}):
            fault("NUMBER_TWICE")
        kind = leaf["action"]
        if kind not in ("node.started", "node.heartbeat", "node.stopped", "node.lost"):
            return
        if kind != "node.lost":
            if kind != "node.started" and node.last_sign is not None and leaf["micros"] - node.last_sign > node.patience():
                fault("NODE_SILENT")
            node.last_sign = max(node.last_sign or leaf["micros"], leaf["micros"])
        try:
            about, last, voided = self.details(kind, leaf, details)
        except (ValueError, KeyError, TypeError):
            fault("DETAILS_MISSING")
            node.started |= kind == "node.started"
            return
        node = node if about is None else self.instance(about)
        if kind == "node.started":
            node.seconds = details.get("heartbeatSeconds", 60) if not node.started or "heartbeatSeconds" in details else node.seconds
            if node.started:
                fault("NODE_STARTED_TWICE")
            node.started = True
            return
        node.named = max(node.named, last)
        if kind == "node.heartbeat":
            node.heartbeats.append(last)
        else:
            node.closed_at = last if node.closed_at is None else min(node.closed_at, last)
        for low, high in voided:
            if not node.give(set(range(low, high + 1))):
                fault("NUMBER_TWICE")

    @staticmethod
    def details(kind, leaf, details):
        hidden = {path for path in leaf["committed"] if path.startswith("/details/")} - {"/details/" + name for name in details}
        if hidden:
            raise ValueError("not disclosed")

        def positive(value):
            if type(value) is not int or value < 1:
                raise ValueError("not a positive number")
            return value

        if kind == "node.started":
            positive(details.get("heartbeatSeconds", 60))
            return None, 0, []
        voided = [(positive(low), positive(high)) for low, high in details.get("voided", [])]
        if any(high < low for low, high in voided) or kind == "node.lost" and not is_text(details["node"]):
            raise ValueError("of another form")
        return details["node"] if kind == "node.lost" else None, positive(details["lastSeq"]), voided

    def end(self):
        faults = (instance.at_end(self.latest) for instance in self.instances.values())
        self.faults += [Fault(name) for name in faults if name]


# --- a whole log ---------------------------------------------------------------------------------------------------------


def root(hashes):
    """MTH of RFC 6962, 2.1, over leaf hashes."""
    if len(hashes) < 2:
        return hashes[0] if hashes else sha256(b"")
    k = 1 << (len(hashes) - 1).bit_length() - 1
    return sha256(b"\1" + root(hashes[:k]) + root(hashes[k:]))


def number(n):
    path = f"{n % 1000:03}"
    while n >= 1000:
        n //= 1000
        path = f"x{n % 1000:03}/{path}"
    return path


class Log:
    def __init__(self, path):
        self.zip = zipfile.ZipFile(path)
        self.names = set(self.zip.namelist())

    def read(self, name):
        if name not in self.names:
            raise Fault("UNREADABLE")
        return self.zip.read(name)

    def tile(self, path, width):
        """The bytes, and how many entries are in them."""
        if width < 256 and (f"{path}.p/{width}" in self.names or path not in self.names):
            return self.read(f"{path}.p/{width}"), width
        return self.read(path), 256

    def leaves(self, size):
        for n in range(0, -(-size // 256)):
            width = min(256, size - 256 * n)
            data, held = self.tile("tile/entries/" + number(n), width)
            hashes, count = self.tile("tile/0/" + number(n), width)
            if len(hashes) != 32 * count:
                raise Fault("TILE_MALFORMED", 256 * n)
            at = 0
            for i in range(width):
                length = int.from_bytes(data[at : at + 2], "big")
                leaf = data[at + 2 : at + 2 + length]
                if len(data) < at + 2 or len(leaf) < length or length > MAX_LEAF:
                    raise Fault("BUNDLE_MALFORMED", 256 * n + i)
                at += 2 + length
                yield leaf, hashes[32 * i : 32 * i + 32]
            if at != len(data) and held == width:
                raise Fault("BUNDLE_MALFORMED", 256 * n + width)

    def disclosures(self, size):
        by_leaf, last = {}, -1
        if "disclosures.jsonl" in self.names:
            for line in self.read("disclosures.jsonl").decode().splitlines():
                entry = json.loads(line)
                if set(entry) != {"index", "disclosures"} or not last < entry["index"] < size:
                    raise Fault("UNREADABLE")
                last = entry["index"]
                by_leaf[last] = entry["disclosures"]
        return by_leaf


def judge_log(log, keys, witnesses, older):
    newest = Checkpoint(log.read("checkpoint"))
    signed = newest.is_signed_by(keys)
    for witness in witnesses:
        newest.check_witness(witness)
    if older and older.origin != newest.origin:
        raise Fault("OTHER_LOG")
    handovers = [Checkpoint(log.read(name)) for name in log.names if re.fullmatch("rotations/[1-9][0-9]*", name)]
    handovers = sorted((h for h in handovers if h.origin == newest.origin), key=lambda h: h.size)
    if not signed and not any([h.is_signed_by(keys) for h in handovers]):
        raise Fault("KEY_UNKNOWN")
    if older and older.is_signed_by(keys) and older.size > newest.size:
        raise Fault("TRUNCATED", newest.size)

    nodes, hashes, rotations = Nodes(), [], []
    disclosures = log.disclosures(newest.size)
    for index, (data, expected) in enumerate(log.leaves(newest.size)):
        hashes.append(sha256(b"\0" + data))
        if hashes[-1] != expected:
            event = re.search(rb'"id":"(aud_[0-9a-z]{26})"', data)
            raise Fault("LEAF_CHANGED", index, event and event[1].decode())
        check_above(log, newest.size, hashes)
        try:
            leaf = read_leaf(data)
        except ValueError as e:
            event = re.search(rb'"id":"(aud_[0-9a-z]{26})"', data)
            raise Fault("LEAF_MALFORMED", index, event and event[1].decode()) from e
        try:
            shown = dict(open_disclosure(disclosure, leaf) for disclosure in disclosures.get(index, []))
        except (ValueError, TypeError) as e:
            raise Fault("DISCLOSURE_WRONG", index, leaf["id"]) from e
        details = {path[9:]: value for path, value in shown.items() if path.startswith("/details/")}
        if leaf["action"] == "log.key_rotated" and is_text(details.get("oldVkey")) and is_text(details.get("newVkey")):
            rotations.append((index, details["oldVkey"], details["newVkey"]))
        nodes.account(index, leaf, details)

    keys = follow(keys, handovers, rotations, hashes)
    if not newest.is_signed_by(keys) or older and not older.is_signed_by(keys):
        raise Fault("KEY_UNKNOWN")
    if older:
        if older.size > newest.size:
            raise Fault("TRUNCATED", newest.size)
        if root(hashes[: older.size]) != older.root:
            raise Fault("FORKED")
    if root(hashes) != newest.root:
        raise Fault("ROOT_MISMATCH")
    nodes.end()
    if nodes.faults:
        raise nodes.faults[0]


def check_above(log, size, hashes):
    level, position = 1, len(hashes) // 256
    while len(hashes) % 256**level == 0:
        n = (position - 1) // 256
        data, count = log.tile(f"tile/{level}/{number(n)}", min(256, (size >> 8 * level) - 256 * n))
        if len(data) != 32 * count:
            raise Fault("TILE_MALFORMED", n * 256 ** (level + 1))
        at = 32 * ((position - 1) % 256)
        if data[at : at + 32] != root(hashes[-(256**level) :]):
            raise Fault("TILE_CHANGED", (position - 1) * 256**level)
        level, position = level + 1, position // 256


def follow(keys, handovers, rotations, hashes):
    keys = list(keys)
    for handover in handovers:
        if not handover.is_signed_by(keys):
            continue
        if handover.size > len(hashes) or root(hashes[: handover.size]) != handover.root:
            raise Fault("FORKED")
        for index, old, new in rotations:
            if index < handover.size and old in {key.text for key in keys}:
                try:
                    key = Vkey(new)
                except (ValueError, AttributeError):
                    continue
                if key.type == 1 and handover.is_signed_by([key]):
                    keys.append(key)
    return keys


# --- a proof -------------------------------------------------------------------------------------------------------------


def judge_proof(proof, event, disclosures, keys, witnesses):
    match = re.fullmatch(
        r"c2sp\.org/tlog-proof@v1\n(?:extra [^\n]*\n)?index (0|[1-9][0-9]{0,14})\n((?:[^\n]+\n)*)\n(.*)", proof.decode(), re.DOTALL)
    try:
        path = [standard_base64(line) for line in match[2].split("\n")[:-1]]
        if any(len(sibling) != 32 for sibling in path):
            raise ValueError("not a hash")
    except (ValueError, TypeError) as e:
        raise Fault("PROOF_MALFORMED") from e
    checkpoint = Checkpoint(match[3].encode())
    if not checkpoint.is_signed_by(keys):
        raise Fault("KEY_UNKNOWN")
    for witness in witnesses:
        checkpoint.check_witness(witness)
    leaf = event[:-1] if event.endswith(b"\n") else event
    first, last, node = int(match[1]), checkpoint.size - 1, sha256(b"\0" + leaf)
    included = first <= last
    for sibling in path:
        included &= last > 0
        if first & 1 or first == last:
            node = sha256(b"\1" + sibling + node)
            while first and not first & 1:
                first, last = first >> 1, last >> 1
        else:
            node = sha256(b"\1" + node + sibling)
        first, last = first >> 1, last >> 1
    if not included or last != 0 or node != checkpoint.root:
        raise Fault("NOT_INCLUDED")
    try:
        opened = read_leaf(leaf)
    except ValueError as e:
        raise Fault("LEAF_MALFORMED") from e
    try:
        for disclosure in disclosures.decode().split("\n"):
            if disclosure:
                open_disclosure(disclosure, opened)
    except (ValueError, TypeError) as e:
        raise Fault("DISCLOSURE_WRONG") from e


def status(fault):
    if fault in INTACT_FAULTS:
        return 2
    return 1 if fault.startswith(("NODE_", "NUMBER_", "DETAILS_")) else 3


def main(folder):
    for vector in json.loads((folder / "index.json").read_text(encoding="utf-8")):
        def read(role):
            return (folder / vector[role]).read_bytes() if role in vector else b""

        keys, witnesses = map(Vkey, vector["keys"]), map(Vkey, vector["witnesses"])
        try:
            if "proof" in vector:
                judge_proof(read("proof"), read("event"), read("disclosures"), list(keys), witnesses)
            else:
                older = Checkpoint(read("older")) if "older" in vector else None
                judge_log(Log(folder / vector["log"]), list(keys), witnesses, older)
            print(vector["name"], 0, "-", "-", "-")
        except Fault as fault:
            leaf = "-" if fault.leaf is None else fault.leaf
            print(vector["name"], status(fault.name), fault.name, leaf, fault.event or "-")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
