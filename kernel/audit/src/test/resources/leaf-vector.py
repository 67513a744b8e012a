#!/usr/bin/env python3
"""Computes the test vector of docs/audit/leaf.md without the hub's code: the leaf, its hash, its disclosures.

Writes leaf-vector.txt beside itself. The salts are the bytes 0, 1, 2 … in the order of the paths.
"""
import base64
import hashlib
import json
import pathlib

CLEAR = {
    "format": 1,
    "id": "aud_01jd8m3v6qfz0s8t3p1k5n7r9w",
    "time": "2026-01-01T12:00:00.120000Z",
    "action": "model_version.approved",
    "resource": {
        "type": "modelVersion",
        "id": "mv_01jd8m3v6qfz0s8t3p1k5n7r9x",
        "project": "prj_01jd8m3v6qfz0s8t3p1k5n7r9y",
    },
    "outcome": "success",
    "reason": "caf\u00e9 \"quoted\"",
    "requestId": "req-1",
    "traceId": "4bf92f3577b34da6a3ce929d0e0e4736",
    "node": "hub-1",
    "nodeSeq": 7,
    "composition": "sha256:" + "ab" * 32,
}
VALUES = {
    "/actor/subject": "ada@example.org",
    "/actor/kind": "user",
    "/actor/onBehalfOf": "grace@example.org",
    "/sourceIp": "2001:db8::1",
    "/userAgent": "curl/8.5.0",
    "/details/note": "line\n\u0001 tab\t \U0001f600 \u20ac",
    "/details/number": 9007199254740991,
    "/details/stages": ["draft", True, None, {"b": -1, "a": {}}],
}


def canonical(value):
    # Equal to RFC 8785 here: the names are ASCII and there are no floats.
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


committed, disclosures = {}, []
for number, path in enumerate(sorted(VALUES)):
    salt = base64url(bytes(range(16 * number, 16 * number + 16)))
    disclosure = base64url(canonical([salt, path, VALUES[path]]))
    disclosures.append(disclosure)
    committed[path] = base64url(hashlib.sha256(disclosure.encode()).digest())

leaf = canonical({**CLEAR, "committed": committed})
lines = [leaf.decode(), "sha256:" + hashlib.sha256(b"\0" + leaf).hexdigest(), *disclosures]
pathlib.Path(__file__).with_name("leaf-vector.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
