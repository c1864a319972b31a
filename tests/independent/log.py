#!/usr/bin/env python3
"""Independent check of transparency logs and proofs, written from docs/log.md and the specifications it names.

    python3 log.py POLICY PATH... [--since CHECKPOINT] [--due SECONDS]

PATH: a public folder of a log, or a .tlog-proof file.  Python 3.11, standard library only: Ed25519 is the textbook of
RFC 8032, section 5.1, slow and not for secrets; Merkle proofs are checked by the loops of RFC 9162, section 2.1, not by recursion.
Exit code: 0 all verified, 1 some not.  Attempts (section 3 of the document) are in logged.py.
"""
import base64
import hashlib
import json
import os
import struct
import sys

P = 2 ** 255 - 19
ORDER = 2 ** 252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
ROOT_OF_MINUS_1 = pow(2, (P - 1) // 4, P)


class Bad(Exception):
    """What does not verify, and why."""


class NoQuorum(Bad):
    """The log has signed, but too few witnesses."""


def demand(condition, cause):
    if not condition:
        raise Bad(cause)


# ---- Ed25519 (RFC 8032, section 5.1): points as (X, Y, Z, T)

def add(a, b):
    e1, e2 = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    t, z = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = e2 - e1, z - t, z + t, e2 + e1
    return e * f % P, g * h % P, f * g % P, e * h % P


def multiply(scalar, point):
    result = (0, 1, 1, 0)
    for bit in bin(scalar)[2:]:
        result = add(result, result)
        if bit == "1":
            result = add(result, point)
    return result


def same(a, b):
    return (a[0] * b[2] - b[0] * a[2]) % P == 0 and (a[1] * b[2] - b[1] * a[2]) % P == 0


def point(data):
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (1 << 255) - 1
    demand(y < P, "a coordinate is not reduced")
    u, v = (y * y - 1) % P, (D * y * y + 1) % P
    x = u * pow(v, -1, P) % P
    x, square = pow(x, (P + 3) // 8, P), x
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_1 % P
    demand((x * x - square) % P == 0 and not (x == 0 and sign), "no point of the curve")
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


BASE = point((4 * pow(5, -1, P) % P).to_bytes(32, "little"))


def signed(key, message, signature):
    """Strictly: no reduced forms, no points of small order, without the cofactor."""
    if len(signature) != 64:
        return False
    s = int.from_bytes(signature[32:], "little")
    try:
        a, r = point(key), point(signature[:32])
    except Bad:
        return False
    neutral = (0, 1, 1, 0)
    if s >= ORDER or same(multiply(8, a), neutral) or same(multiply(8, r), neutral):
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % ORDER
    return same(multiply(s, BASE), add(r, multiply(k, a)))


# ---- notes

def b64(text):
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        raise Bad(f"not base64: {text}")
    demand(base64.b64encode(data).decode() == text, f"base64 with bits that nobody reads: {text}")
    return data


def vkey(text):
    name, key_id, material = text.split("+", 2)
    material = b64(material)
    demand(material[0] in (1, 4) and len(material) == 33, f"no key of Ed25519: {text}")
    digest = hashlib.sha256(name.encode() + b"\n" + material).hexdigest()
    demand(digest[:8] == key_id, f"the id is not that of the key: {text}")
    return name, bytes.fromhex(key_id), material[0], material[1:]


def note(data):
    text = data.decode("utf-8")
    demand(all(c >= " " or c == "\n" for c in text), "a control character")
    body, empty, lines = text.rpartition("\n\n")
    demand(empty and lines.endswith("\n"), "no signatures")
    found = []
    for line in lines[:-1].split("\n"):
        words = line.split(" ")
        demand(len(words) == 3 and words[0] == "\u2014" and words[1] and "+" not in words[1], f"no signature: {line}")
        blob = b64(words[2])
        demand(len(blob) > 4, "a signature is too short")
        found.append((words[1], blob[:4], blob[4:]))
    return body + "\n", found


def times(text, signatures, key):
    """Times at which the key signed, 0 of a log; a signature of it that fails spoils the note."""
    name, key_id, kind, public = key
    found = []
    for who, blob_id, blob in signatures:
        if (who, blob_id) != (name, key_id):
            continue
        if kind == 1:
            demand(signed(public, text.encode(), blob), f"the signature of {name} fails")
            found.append(0)
        else:
            demand(len(blob) == 72, f"the cosignature of {name} has {len(blob)} bytes")
            time = struct.unpack(">Q", blob[:8])[0]
            message = f"cosignature/v1\ntime {time}\n{text}".encode()
            demand(0 < time < 2 ** 63 and signed(public, message, blob[8:]), f"the cosignature of {name} fails")
            found.append(time)
    return found


def integer(text):
    demand(text.isascii() and text.isdigit() and (text == "0" or text[0] != "0"), f"no integer: {text}")
    return int(text)


def checkpoint(text):
    lines = text.split("\n")
    demand(len(lines) == 4 and lines[3] == "" and lines[0], "no checkpoint of three lines")
    root = b64(lines[2])
    demand(len(root) == 32, "no root")
    return lines[0], integer(lines[1]), root


class Policy:
    def __init__(self, path):
        self.logs, self.parts, self.quorum = [], {}, None
        for line in open(path, encoding="utf-8").read().split("\n"):
            words = line.split()
            if not words or words[0].startswith("#"):
                continue
            if words[0] == "log":
                self.logs.append(vkey(words[1]))
            elif words[0] == "witness":
                self.parts[words[1]] = vkey(words[2])
            elif words[0] == "group":
                members = words[3:]
                k = {"any": 1, "all": len(members)}.get(words[2]) or integer(words[2])
                self.parts[words[1]] = (k, members)
            else:
                demand(words[0] == "quorum" and self.quorum is None, f"no line of a policy: {line}")
                self.quorum = words[1]

    def check(self, data):
        """Origin, size, root, and the time at which the quorum had cosigned."""
        text, signatures = note(data)
        origin, size, root = checkpoint(text)
        of_log = [times(text, signatures, key) for key in self.logs if key[0] == origin]
        demand(any(of_log), f"no signature of a log of the policy for {origin}")
        reached = 0 if self.quorum == "none" else self.time(self.quorum, text, signatures)
        if reached is None:
            raise NoQuorum("the quorum has not cosigned")
        return origin, size, root, reached

    def time(self, name, text, signatures):
        part = self.parts[name]
        if len(part) == 4:
            return min(times(text, signatures, part), default=None)
        k, members = part
        reached = [self.time(member, text, signatures) for member in members]
        reached = sorted(time for time in reached if time is not None)
        return reached[k - 1] if len(reached) >= k else None


# ---- trees (RFC 9162, sections 2.1.3.2 and 2.1.4.2)

def leaf(entry):
    return hashlib.sha256(b"\0" + entry).digest()


def node(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def head(leaves):
    if not leaves:
        return hashlib.sha256(b"").digest()
    while len(leaves) > 1:
        pairs = [node(*leaves[i:i + 2]) for i in range(0, len(leaves) - 1, 2)]
        leaves = pairs + leaves[len(leaves) & ~1:]
    return leaves[0]


def included(index, size, digest, path, root):
    if index >= size:
        return False
    fn, sn = index, size - 1
    for sibling in path:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            digest = node(sibling, digest)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            digest = node(digest, sibling)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and digest == root


# ---- logs and proofs

def entry(data):
    value = json.loads(data)
    demand(json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() == data,
           "an entry is not canonical")
    demand(value["v"] == "dr1" and isinstance(value["at"], int), "no entry of dr1")
    return value


def read_proof(data):
    """Entry's bytes, index, path and checkpoint of a proof, nothing of it checked."""
    head_, _, tail = data.partition(b"\n\n")
    lines = head_.decode("ascii").split("\n")
    demand(lines[0] == "c2sp.org/tlog-proof@v1", "no proof")
    demand(lines[1].startswith("extra ") and lines[2].startswith("index "), "no entry or no index")
    index, proof = integer(lines[2][6:]), [b64(line) for line in lines[3:]]
    demand(all(len(digest) == 32 for digest in proof), "no digests")
    return b64(lines[1][6:]), index, proof, tail


def check_proof(policy, path, due):
    data, index, proof, tail = read_proof(open(path, "rb").read())
    origin, size, root, reached = policy.check(tail)
    demand(included(index, size, leaf(data), proof, root), "the proof does not lead to the root")
    value = entry(data)
    if value["kind"] == "commit" and due is None:
        due = value["beacon"][0]["at"] - value["margin_s"]
    demand(due is None or 0 < reached <= due, f"cosigned at {reached}, due by {due}")
    return {"origin": origin, "size": size, "index": index, "kind": value["kind"], "cosigned_s": reached}


def tile_path(level, number, width):
    parts = [f"{number % 1000:03}"]
    while number >= 1000:
        number //= 1000
        parts.insert(0, f"x{number % 1000:03}")
    return os.path.join("tile", str(level), *parts) + ("" if width == 256 else f".p/{width}")


def read_tiles(folder, level, count):
    for number in range((count + 255) // 256):
        width = min(256, count - 256 * number)
        with open(os.path.join(folder, tile_path(level, number, width)), "rb") as file:
            yield width, file.read()


def read_log(folder, size, root):
    """The entries of a log's folder, every tile compared with them."""
    entries = []
    for width, data in read_tiles(folder, "entries", size):
        for _ in range(width):
            length = struct.unpack(">H", data[:2])[0]
            demand(len(data) >= 2 + length, "a bundle ends early")
            entries.append(data[2:2 + length])
            data = data[2 + length:]
        demand(not data, "a bundle has more than its entries")
    level, digests = 0, [leaf(data) for data in entries]
    demand(head(digests) == root, "the entries do not give the root")
    while digests:
        stored = b"".join(data for _, data in read_tiles(folder, level, len(digests)))
        demand(stored == b"".join(digests), f"tiles of level {level} are not those of the entries")
        full = len(digests) // 256
        digests = [head(digests[256 * i:256 * i + 256]) for i in range(full)]
        level += 1
    return entries


def check_log(policy, folder, since):
    origin, size, root, reached = policy.check(open(os.path.join(folder, "checkpoint"), "rb").read())
    entries = read_log(folder, size, root)
    kinds = [entry(data)["kind"] for data in entries]
    if since:
        _, old_size, old_root = checkpoint(note(open(since, "rb").read())[0])
        demand(old_size <= size, "the log has become shorter")
        demand(head([leaf(data) for data in entries[:old_size]]) == old_root, "the log has forked")
    return {"origin": origin, "size": size, "kinds": kinds, "cosigned_s": reached}


def main(words):
    since = due = None
    if "--since" in words:
        at = words.index("--since")
        since, words = words[at + 1], words[:at] + words[at + 2:]
    if "--due" in words:
        at = words.index("--due")
        due, words = int(words[at + 1]), words[:at] + words[at + 2:]
    if len(words) < 2:
        print(__doc__, file=sys.stderr)
        return 1
    fine = True
    for path in words[1:]:
        try:
            policy = Policy(words[0])
            told = check_log(policy, path, since) if os.path.isdir(path) else check_proof(policy, path, due)
            print(json.dumps({"path": path, "verified": True, **told}))
        except (Bad, OSError, KeyError, IndexError, ValueError, TypeError, struct.error, RecursionError) as error:
            fine = False
            print(json.dumps({"path": path, "verified": False, "cause": f"{type(error).__name__}: {error}"}))
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
