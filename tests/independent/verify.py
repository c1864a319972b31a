#!/usr/bin/env python3
"""Independent verifier of the draw protocol `dr1`, written from docs/protocol.md alone.

    python3 verify.py [--json] [--policy FILE [--log FOLDER]...] [--today DATE] PATH...

PATH: a bundle folder or a dr1-receipt file.  FILE: whom to believe about time, FOLDER: a copy of the log (step 7).
DATE: in place of today's in China, to tell whether a promised opening is overdue, which no check decides.

Python 3.11, standard library only.  Everything is checked but drand's BLS signature
(fact `signature_unchecked`).  Exit code: 0 all verified, 1 some not, 2 no bundle or usage.
"""
import copy
import datetime
import hashlib
import heapq
import json
import os
import re
import stat
import sys
import unicodedata
from collections import Counter, defaultdict
from fractions import Fraction

from names import plain

MAX_INT = 2 ** 53 - 1                   # §2.1
MAX_LINE = 65536                        # §2.3 rule 5
M = 1 << 88                             # §6.3
MAX_HANDICAP = 1 << 120                 # §2.6
MAX_PLACE = (1 << 24) - 1               # §2.6: rounds and slots
MAX_WEIGHT, MAX_LOAD = 1 << 20, 1 << 16
MAX_KEY = (1 << 128) - 1                # §6.1 pareto
QUICKNET = "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971"   # §5.3
GENESIS, PERIOD = 1692803367, 3
STEPS = {1: "files", 2: "commitment", 3: "registers", 4: "frames", 5: "opening", 6: "beacon",
         7: "time", 8: "manifest", 9: "draw", 10: "rolls", 11: "visits", 12: "pairing",
         13: "optimum", 14: "rounds", 15: "shortage", 16: "events", 17: "schedule"}
RECEIPT_STEPS = {1: "form", 2: "beacon", 3: "frames", 4: "quota", 5: "ticket", 6: "team", 7: "result"}


class Bad(Exception):
    """A failed check: the file it concerns and the cause."""

    def __init__(self, file, cause):
        super().__init__(f"{file}: {cause}")
        self.file, self.cause = file, cause


# ---------------------------------------------------------------- digests (§2.1, §2.5, §3)

def sm3_by_hand(data):
    """SM3 (GB/T 32905) in plain Python, for a hashlib that lacks it."""
    mask = 0xffffffff
    v = [0x7380166f, 0x4914b2b9, 0x172442d7, 0xda8a0600, 0xa96f30bc, 0x163138aa, 0xe38dee4d, 0xb0fb0e4e]
    data = data + b"\x80" + b"\x00" * ((55 - len(data)) % 64) + (8 * len(data)).to_bytes(8, "big")

    def rot(x, n):
        n &= 31
        return ((x << n) | (x >> (32 - n))) & mask

    for at in range(0, len(data), 64):
        w = [int.from_bytes(data[at + i:at + i + 4], "big") for i in range(0, 64, 4)]
        for j in range(16, 68):
            x = w[j - 16] ^ w[j - 9] ^ rot(w[j - 3], 15)
            w.append(x ^ rot(x, 15) ^ rot(x, 23) ^ rot(w[j - 13], 7) ^ w[j - 6])
        a, b, c, d, e, f, g, h = v
        for j in range(64):
            a12 = rot(a, 12)
            ss1 = rot((a12 + e + rot(0x79cc4519 if j < 16 else 0x7a879d8a, j)) & mask, 7)
            if j < 16:
                ff, gg = a ^ b ^ c, e ^ f ^ g
            else:
                ff, gg = (a & b) | (a & c) | (b & c), (e & f) | (~e & g)
            tt1 = (ff + d + (ss1 ^ a12) + (w[j] ^ w[j + 4])) & mask
            tt2 = (gg + h + ss1 + w[j]) & mask
            a, b, c, d = tt1, a, rot(b, 9), c
            e, f, g, h = tt2 ^ rot(tt2, 9) ^ rot(tt2, 17), e, rot(f, 19), g
        v = [x ^ y for x, y in zip(v, (a, b, c, d, e, f, g, h))]
    return b"".join(x.to_bytes(4, "big") for x in v)


class Suite:
    """The digest H of a suite, and the values of §2.5 and §3 that need nothing else."""

    def __init__(self, name):
        self.name = name
        self.raw = lambda data: hashlib.sha256(data).digest()
        if name == "sm3":
            try:
                hashlib.new("sm3", b"")
                self.raw = lambda data: hashlib.new("sm3", data).digest()
            except ValueError:
                self.raw = sm3_by_hand

    def h(self, data):
        """H as text, of bytes or of text."""
        return self.raw(data.encode() if isinstance(data, str) else data).hex()

    def line(self, purpose, *fields):
        """L(purpose, f1 ... fk) of §2.5."""
        return "".join(f"{part}\n" for part in (f"dr1/{self.name}/{purpose}", *fields)).encode()

    def hl(self, purpose, *fields):
        return self.raw(self.line(purpose, *fields)).hex()

    def hmac(self, key, message):
        """HMAC-H with a 32-byte key, as text (both digests have blocks of 64 bytes)."""
        key = key.ljust(64, b"\x00")
        inner = self.raw(bytes(x ^ 0x36 for x in key) + message)
        return self.raw(bytes(x ^ 0x5c for x in key) + inner).hex()

    def node(self, left, right):
        return self.raw(b"\x01" + left + right)

    def leaf(self, row):
        return self.raw(b"\x00" + row.encode())

    def root(self, rows):
        """RFC 6962 tree root as text.  Pairing neighbours level by level gives the same tree."""
        level = [self.leaf(row) for row in rows] or [self.raw(b"")]
        while len(level) > 1:
            paired = [self.node(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
            level = paired + level[len(paired) * 2:]
        return level[0].hex()


# ---------------------------------------------------------------- text forms (§2.2, §2.6)

FIELD_CHAR = "[^\x00-\x20\x7f-\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]"  # no White_Space, no Cc
FIELD = re.compile(FIELD_CHAR + "{1,512}")
ID = re.compile(r"(?!-\Z)[0-9A-Za-z_:-]{1,55}")
NAME = re.compile(r"[0-9A-Za-z_.-]{1,64}")
HEX64 = re.compile(r"[0-9a-f]{64}")
PARETO_KEY = re.compile(r"[0-9a-f]{32}\.[0-9a-f]{64}")
INT = re.compile(r"0|[1-9][0-9]{0,15}")
SIGNED = re.compile(r"0|-?[1-9][0-9]*")
PLACEHOLDER = re.compile(r"\{([0-9a-z_]+)\}")


def is_int(x, low=0, high=MAX_INT):
    return type(x) is int and low <= x <= high      # a bool is no int


def is_text(x):
    return isinstance(x, str)


def form(regex):
    """A predicate: a text that the regular expression matches from end to end."""
    return lambda x: isinstance(x, str) and regex.fullmatch(x) is not None


def one_of(*values):
    return lambda x: isinstance(x, str) and x in values


def array_of(predicate, least=0):
    return lambda x: isinstance(x, list) and len(x) >= least and all(map(predicate, x))


is_field, is_id, is_name, is_hex64 = form(FIELD), form(ID), form(NAME), form(HEX64)


def is_int_text(x, low=0, high=MAX_INT):
    return INT.fullmatch(x) is not None and low <= int(x) <= high


def int_text(low, high):
    return lambda x: is_int_text(x, low, high)


def is_handicap(x):
    return len(x) <= 40 and SIGNED.fullmatch(x) is not None and abs(int(x)) < MAX_HANDICAP


def is_tag(x):
    return is_field(x) and x != "-" and not any(c in x for c in ",|{}")


def is_need(x):
    """A tag that may contain placeholders {key} (§2.6)."""
    return isinstance(x, str) and is_field(x) and is_tag(PLACEHOLDER.sub("x", x))


def is_tags(x):
    """The tags column (§4.1): `-`, or tags strictly ascending, separated by single spaces."""
    tags = x.split(" ")
    return x == "-" or (all(map(is_tag, tags)) and all(a < b for a, b in zip(tags, tags[1:])))


def is_list_names(x):
    names = x.split(",")
    return all(map(is_name, names)) and all(a < b for a, b in zip(names, names[1:]))


def is_date(x):
    if not isinstance(x, str) or not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", x):
        return False
    try:
        return bool(datetime.date(int(x[:4]), int(x[5:7]), int(x[8:])))
    except ValueError:
        return False


def decode(data, file):
    """§2.2: UTF-8, NFC, no BOM, no CR."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise Bad(file, "not valid UTF-8")
    if text.startswith("\ufeff") or "\r" in text:
        raise Bad(file, "has a BOM or a CR")
    if not unicodedata.is_normalized("NFC", text):
        raise Bad(file, "not in NFC")
    return text


# ---------------------------------------------------------------- JSON (§2.4)

def jcs(value, depth=1):
    """RFC 8785 text of a value; ValueError for what §2.4 refuses."""
    if depth > 64 and isinstance(value, (dict, list)):
        raise ValueError("nested deeper than 64 levels")
    if isinstance(value, dict):
        keys = sorted(value, key=lambda k: k.encode("utf-16-be"))
        return "{" + ",".join(f"{jcs(k, depth + 1)}:{jcs(value[k], depth + 1)}" for k in keys) + "}"
    if isinstance(value, list):
        return "[" + ",".join(jcs(v, depth + 1) for v in value) + "]"
    if isinstance(value, str):
        if not 1 <= len(value) <= 512:
            raise ValueError("a string is empty or longer than 512 characters")
        return json.dumps(value, ensure_ascii=False)
    if value is True or value is False:
        return "true" if value else "false"
    if is_int(value):
        return str(value)
    raise ValueError(f"number or value not allowed: {value!r}"[:100])


def unique_pairs(pairs):
    """Objects without a key that stands twice."""
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("a key stands twice")
    return result


def read_json(data, file, end="\n"):
    """A canonical JSON object: it must print back to the same bytes."""
    text = decode(data, file)

    def refuse(token):
        raise ValueError(f"number not allowed: {token[:40]}")

    try:
        value = json.loads(text, object_pairs_hook=unique_pairs, parse_float=refuse, parse_constant=refuse,
                           parse_int=lambda t: int(t) if len(t) <= 16 else refuse(t))
        if not isinstance(value, dict):
            raise ValueError("the outermost value is no object")
        if (jcs(value) + end).encode() != data:
            raise ValueError("does not print back to the same bytes")
    except (ValueError, RecursionError) as error:
        raise Bad(file, f"not canonical JSON: {error}")
    return value


def shape(value, file, where, spec, forbid=(), closed=False):
    """An object has every key of `spec` in its form, none of `forbid`, and if closed no other."""
    if not isinstance(value, dict):
        raise Bad(file, f"{where or 'value'}: not an object")
    for key, predicate in spec.items():
        if key not in value:
            raise Bad(file, f"{where}{key}: missing")
        if not predicate(value[key]):
            raise Bad(file, f"{where}{key}: not of the required form")
    for key in value:
        if key in forbid or (closed and key not in spec):
            raise Bad(file, f"{where}{key}: key not allowed here")


# ---------------------------------------------------------------- tables (§2.3, §4.1)

COLUMNS = {"sid": is_id, "iid": is_id, "iid2": is_id, "stratum": is_name, "reason": is_name, "tags": is_tags,
           "weight": int_text(1, MAX_WEIGHT), "capacity": int_text(0, MAX_LOAD), "load": int_text(0, MAX_LOAD),
           "rank": int_text(1, MAX_INT), "round": int_text(0, MAX_PLACE), "slot": int_text(0, MAX_PLACE),
           "outcome": one_of("drawn", "reserve"), "lists": is_list_names, "handicap": is_handicap,
           "path": is_field, "digest": is_hex64,
           "date": is_date, "key": is_hex64, "salt": one_of("-"), "list": is_name,
           "next": lambda x: x == "-" or is_id(x), "before": lambda x: x == "-" or is_id(x)}
NUMERIC = {"rank", "round", "slot"}
TABLES = {   # name: (columns, columns of the order)
    "frames": ("sid stratum weight tags salt", "sid"), "inspectors": ("iid capacity load tags", "iid"),
    "standby": ("iid capacity load tags", "iid"), "recusals": ("sid iid reason salt", "sid iid reason salt"),
    "incompatible": ("iid iid2 reason", "iid iid2 reason"),
    "draw": ("stratum rank sid key outcome", "stratum rank"), "rolls": ("stratum key", "stratum key"),
    "visits": ("sid lists", "sid"), "assignment": ("round sid slot iid", "round sid slot"),
    "handicaps": ("round iid handicap", "round iid"), "manifest": ("path digest", "path"),
    "schedule": ("sid date", "sid"),
    "subjects": ("list sid next", "list"), "teams": ("sid slot before iid", "sid slot")}


def read_table(data, file, kind, sealed=False, pareto=False):
    """Rows of a table as lists of fields, after all checks of §2.3."""
    columns, order = (text.split() for text in TABLES[kind])
    if kind == "frames" and sealed:
        order = ["salt"]
    if kind == "draw" and pareto:
        order = ["rank"]
    lines = decode(data, file).split("\n")
    if lines.pop() != "" or "" in lines or not lines:
        raise Bad(file, "a line without LF at the end, or an empty line")
    if lines[0] != "\t".join(columns):
        raise Bad(file, f"row 1: header is not {' '.join(columns)}")
    forms = [COLUMNS[c] for c in columns]
    if kind == "teams":
        forms[3] = COLUMNS["before"]
    if sealed and "salt" in columns:
        forms[columns.index("salt")] = is_hex64
    if pareto and kind == "draw":
        forms[columns.index("key")] = form(PARETO_KEY)
    places = [(columns.index(c), c in NUMERIC) for c in order]
    rows, before = [], ()
    for number, line in enumerate(lines[1:], 2):
        row = line.split("\t")
        if len(row) != len(columns):
            raise Bad(file, f"row {number}: {len(row)} columns instead of {len(columns)}")
        for column, predicate, field in zip(columns, forms, row):
            if not predicate(field):
                raise Bad(file, f"row {number}, column {column}: not of the required form")
        if len(line) > MAX_LINE // 4 and len(line.encode()) > MAX_LINE:
            raise Bad(file, f"row {number}: line too long")
        place = tuple([int(row[i]) if numeric else row[i] for i, numeric in places])
        if rows and not before < place:
            raise Bad(file, f"row {number}: rows do not strictly ascend")
        if kind == "incompatible" and row[0] >= row[1]:
            raise Bad(file, f"row {number}: the smaller iid must stand first")
        before = place
        rows.append(row)
    return rows


# ---------------------------------------------------------------- commitment (step 2; §4.2, §5.1, §5.2)

FILE2 = "commitment.json"
TREE = {"n": is_int, "root": is_hex64}
is_nist_number = form(re.compile("0|[1-9][0-9]{0,19}"))
SOURCES = {   # kind: (keys besides `kind`, bits x 10)
    "drand": {"chain": one_of(QUICKNET), "round": lambda x: is_int(x, 1, (MAX_INT - GENESIS) // PERIOD + 1)},
    "nist2": {"chain": is_nist_number, "pulse": is_nist_number, "at": is_int},
    "rfc3797": {"game": one_of("ssq", "dlt", "kl8"), "issue": is_name, "at": is_int},
    "digits": {"game": one_of("3d", "pl5"), "issue": is_name, "at": is_int},
    "dice": {"dice": one_of("d10x20"), "at": is_int},
    "wit": {"name": is_name, "hash": is_hex64, "at": is_int}}
BITS = {"drand": 2560, "nist2": 5120, "ssq": 241, "dlt": 244, "kl8": 616, "3d": 99, "pl5": 166, "dice": 664, "wit": 0}
SOURCE_KEYS = {"kind", "chain", "round", "pulse", "game", "issue", "dice", "name", "hash", "at"}


def require(condition, cause, file=FILE2):
    if not condition:
        raise Bad(file, cause)


def source_time(source):
    """§5.2 rule 1."""
    return GENESIS + (source["round"] - 1) * PERIOD if source["kind"] == "drand" else source["at"]


def check_commitment(c):
    """All rules of step 2 of §7."""
    sealed = c.get("mode") == "sealed"
    is_object = lambda x: isinstance(x, dict)
    shape(c, FILE2, "", {
        "v": one_of("dr1"), "suite": one_of("sha256", "sm3"), "draw": is_name, "agency": is_text, "title": is_text,
        "mode": one_of("open", "sealed"), "attempt": lambda x: is_int(x, 1), "prev": is_text, "window": is_object,
        "classes": one_of("public", "internal"), "lists": array_of(is_object, 1), "inspectors": is_object,
        "recusals": is_object, "incompatible": is_object, "beacon": is_object, "replacement": is_object,
        "engine": is_object, **({"seal": is_object} if sealed else {})}, forbid=() if sealed else ("seal",))
    require(c["prev"] == "-" if c["attempt"] == 1 else is_hex64(c["prev"]), "prev: does not fit attempt")
    shape(c["window"], FILE2, "window.", {"from": is_date, "to": is_date})
    require(c["window"]["from"] <= c["window"]["to"], "window: from is after to")
    for key in ("inspectors", "recusals", "incompatible", "standby"):
        if key in c:
            shape(c[key], FILE2, key + ".", TREE)
    shape(c["replacement"], FILE2, "replacement.",
          {"subject": one_of("next", "none"), "inspector": one_of("beacon", "next")})
    shape(c["engine"], FILE2, "engine.", {"name": is_text, "version": is_text})
    if sealed:
        shape(c["seal"], FILE2, "seal.", {"master": is_hex64, "opens": one_of("public", "auditor"), "by": is_date})
    check_sources(c["beacon"])
    for i, entry in enumerate(c["lists"]):
        check_list(entry, f"lists[{i}].", sealed)
    names = [entry["list"].lower() for entry in c["lists"]]
    require(len(set(names)) == len(names), "lists: a list name stands twice")


def check_sources(beacon):
    """§5.1 (source objects) and §5.2."""
    shape(beacon, FILE2, "beacon.", {"sources": array_of(lambda s: isinstance(s, dict), 1), "margin_s": is_int,
                                     "trust": one_of("public", "witnessed")})
    check_source_objects(beacon["sources"], FILE2, "beacon.sources")
    check_source_rules(beacon["sources"], beacon["trust"], FILE2, "beacon.sources")


def check_source_objects(sources, file, key):
    """§5.1."""
    for i, source in enumerate(sources):
        where = f"{key}[{i}]."
        shape(source, file, where, {"kind": one_of(*SOURCES)})
        own = {"kind": is_text, **SOURCES[source["kind"]]}
        shape(source, file, where, own, forbid=SOURCE_KEYS - set(own))


def check_source_rules(sources, trust, file, key):
    """§5.2."""
    bits, seen, last = 0, set(), -1
    for i, source in enumerate(sources):
        where, kind = f"{key}[{i}].", source["kind"]
        require(source_time(source) > last, where + "at: times do not strictly ascend", file)
        last = source_time(source)
        if kind != "dice":
            identity = (kind, *[source[k] for k in sorted(SOURCES[kind]) if k not in ("at", "hash")])
            require(identity not in seen, where + "kind: the source stands twice", file)
            seen.add(identity)
        require(trust == "witnessed" or kind not in ("dice", "wit"), "trust: not public with " + kind, file)
        bits += BITS[source.get("game", kind) if kind in ("rfc3797", "digits") else kind]
    require(bits >= 640, key + ": less than 64 bits in all", file)


def check_list(entry, where, sealed):
    """One list object of §4.2."""
    is_object = lambda x: isinstance(x, dict)
    shape(entry, FILE2, where, {
        "list": is_name, "title": is_text, "matters": array_of(is_text, 1), "group": is_name,
        "method": one_of("fixed", "proportional", "pareto"), "frame": is_object, "strata": array_of(is_object),
        "reserve": is_int, "slots": array_of(is_object)})
    shape(entry["frame"], FILE2, where + "frame.", TREE)
    method, size = entry["method"], entry["frame"]["n"]
    require(not (sealed and method == "pareto"), where + "method: pareto in a sealed draw")
    if method == "fixed":
        shape(entry, FILE2, where, {}, forbid=("n",))
    else:
        shape(entry, FILE2, where, {"n": lambda x: is_int(x, 0, size)})
    total, weights = 0, 0
    for j, stratum in enumerate(entry["strata"]):
        spec = {"stratum": is_name, "N": is_int}
        if method == "fixed":
            spec["n"] = lambda x: is_int(x) and is_int(stratum.get("N")) and x <= stratum["N"]
        if method == "proportional":
            spec["weight"] = lambda x: is_int(x, 1, MAX_WEIGHT)
        shape(stratum, FILE2, f"{where}strata[{j}].", spec, forbid={"n", "weight"} - set(spec))
        total += stratum["N"]
        weights += stratum["N"] * stratum.get("weight", 1) if method == "proportional" else stratum["N"]
    require(len({s["stratum"] for s in entry["strata"]}) == len(entry["strata"]), where + "strata: a name stands twice")
    require(total == size, where + "strata: the sum of N is not frame.n")
    require(weights <= 1 << 52, where + "strata: the sum of the weights is above 2^52")
    for j, slot in enumerate(entry["slots"]):
        shape(slot, FILE2, f"{where}slots[{j}].", {"slot": is_name, "role": one_of("inspector", "expert"),
                                                   "needs": array_of(is_need), "avoids": array_of(is_need)})
    require(len({s["slot"] for s in entry["slots"]}) == len(entry["slots"]), where + "slots: a name stands twice")
    require(sum(s["role"] == "inspector" for s in entry["slots"]) >= 2, where + "slots: fewer than two inspectors")


# ---------------------------------------------------------------- beacon (step 6; §5)

POOLS = {"ssq": ((6, 33), (1, 16)), "dlt": ((5, 35), (2, 12)), "kl8": ((20, 80),)}


def is_pools(text, game):
    """`7.14.15.23.28.33./3./` for the pools of a game (§5.1)."""
    pools = text.split("/")
    if pools.pop() != "" or len(pools) != len(POOLS[game]):
        return False
    for pool, (count, top) in zip(pools, POOLS[game]):
        numbers = pool.split(".")
        if numbers.pop() != "" or len(numbers) != count or not all(re.fullmatch("[1-9][0-9]?", n) for n in numbers):
            return False
        values = [int(n) for n in numbers]
        if values[-1] > top or any(a >= b for a, b in zip(values, values[1:])):
            return False
    return True


def check_string(suite, source, text):
    """The string of one source: grammar and repetition of the source; returns its value part."""
    kind = source["kind"]
    middle = {"drand": "{chain}:{round}", "nist2": "{chain}:{pulse}", "rfc3797": "{game}-{issue}",
              "digits": "{game}-{issue}", "dice": "{dice}", "wit": "{name}"}[kind].format(**source)
    prefix = f"{kind}:{middle}:"
    if not text.startswith(prefix):
        return "does not repeat its source"
    value = text[len(prefix):]
    if kind == "rfc3797":
        good = is_pools(value, source["game"])
    else:
        pattern = {"drand": "[0-9a-f]{64}", "nist2": "[0-9a-f]{128}", "dice": "[0-9]{20}", "wit": "-|[0-9a-f]{64}",
                   "digits": "[0-9]{3}" if source.get("game") == "3d" else "[0-9]{5}"}[kind]
        good = re.fullmatch(pattern, value) is not None
    if not good:
        return "the value is not in the form of its kind"
    if kind == "wit" and value != "-" and suite.hl("wit", value) != source["hash"]:
        return "the share does not have the committed hash"
    return None


def check_beacon(suite, commitment, beacon, file="beacon.json"):
    """Step 6 of §7 but the BLS signature itself; returns what is not shown."""
    return check_values(suite, commitment["beacon"]["sources"], beacon, file)


def check_values(suite, sources, beacon, file):
    """The values of some sources against them; returns what is not shown."""
    shape(beacon, file, "", {"strings": array_of(is_text), "evidence": array_of(lambda e: isinstance(e, dict))},
          closed=True)
    open_points = []
    require(len(beacon["strings"]) == len(beacon["evidence"]) == len(sources), "not one string for each source", file)
    for i, (source, text, evidence) in enumerate(zip(sources, beacon["strings"], beacon["evidence"])):
        cause = check_string(suite, source, text)
        require(cause is None, f"strings[{i}]: {cause}", file)
        kind = source["kind"]
        require(evidence.get("kind") == kind, f"evidence[{i}].kind: not that of the source", file)
        if kind != "drand":
            require("signature" not in evidence, f"evidence[{i}].signature: key not allowed here", file)
        else:
            signature = evidence.get("signature")
            require(form(re.compile("[0-9a-f]{96}"))(signature), f"evidence[{i}].signature: not 96 hex digits", file)
            require(hashlib.sha256(bytes.fromhex(signature)).hexdigest() == text[-64:],
                    f"evidence[{i}].signature: its SHA-256 is not the value", file)
        if kind in ("rfc3797", "digits"):
            open_points.append(f"strings[{i}]: compare {source['game']} issue {source['issue']} with its announcement, "
                               f"which should be of {source['at']} or later")
        elif kind == "nist2":
            open_points.append(f"strings[{i}]: compare chain {source['chain']} pulse {source['pulse']} with the archive, "
                               f"where it should be of {source['at']} or later")
        elif kind == "wit" and text.endswith(":-"):
            open_points.append(f"strings[{i}]: the share of {source['name']} was never revealed")
    return open_points


def seed(suite, c_digest, strings):
    """S of §3."""
    return suite.hl("seed", c_digest, len(strings), *strings)


# ---------------------------------------------------------------- events (§4.5)

KINDS = {   # kind: (own keys, reasons)
    "void": ({}, "register_error plan_error beacon_error superior_order other"),
    "staff": ({}, "shortage vacancy"),
    "closed": ({"sid"}, "deregistered revoked ceased"), "moved": ({"sid"}, "uncontactable relocated"),
    "refused": ({"sid"}, "no_entry uncooperative"),
    "recused": ({"iid", "visits"}, "kin interest former relation"),
    "leave": ({"iid", "visits"}, "ill leave duty left"),
    "certificate": ({"iid", "visits"}, "expired suspended withdrawn"),
    "correct": ({"event"}, "typing evidence"), "open": ({}, "due early handed_over")}
EVENT_KEYS = {"sid", "iid", "visits", "raise", "add", "event"}
TWO = {"void", "staff", "refused", "recused", "leave", "certificate", "correct"}


def are_ids(least):
    return lambda x: array_of(is_id, least)(x) and all(a < b for a, b in zip(x, x[1:]))


def check_event(file, event, sealed):
    """The keys of one event, without what depends on others."""
    shape(event, file, "", {"kind": one_of(*KINDS)})
    kind = event["kind"]
    own = set(KINDS[kind][0])
    if kind == "staff":
        require(("raise" in event) != ("add" in event), "not exactly one of raise and add", file)
        own = {"raise"} if "raise" in event else {"add"}
    forms = {"sid": is_id, "iid": is_id, "visits": are_ids(1 if kind == "recused" else 0), "event": is_int,
             "raise": lambda x: is_int(x, 1, 1 << 16), "add": are_ids(1)}
    spec = {"n": is_int, "prev": is_text, "at": is_int, "reason": one_of(*KINDS[kind][1].split()), "by": is_text,
            "approver": is_text, "evidence": lambda x: x == "-" or is_hex64(x)}
    spec |= {key: forms[key] for key in own}
    if sealed:
        spec["salt"] = is_hex64
    if "note" in event or kind == "correct":
        spec["note"] = is_text
    if "beacon" in event:
        spec["beacon"] = array_of(lambda x: isinstance(x, dict), 1)
    shape(event, file, "", spec, forbid=(EVENT_KEYS - own) | (set() if sealed else {"salt"}))
    if "beacon" in event:
        check_source_objects(event["beacon"], file, "beacon")
    by, approver = plain(event["by"]), plain(event["approver"])
    require(by not in ("", "-"), "by: nobody", file)
    if kind in TWO:
        require(approver not in ("", "-", by), "approver: not another person", file)


def cheapest_ways(options, quarrels, taken=(), paid=0, best=None):
    """The cheapest way to give each slot one of its options [(W, iid), ...], by trying them in order."""
    k = len(taken)
    if k == len(options):
        return (paid, taken) if best is None or paid < best[0] else best
    rest = sum(row[0][0] if row else 1 << 70 for row in options[k + 1:])
    for w, iid in options[k]:
        if best is not None and paid + w + rest >= best[0]:
            break
        if iid not in taken and not any((min(iid, j), max(iid, j)) in quarrels for j in taken):
            best = cheapest_ways(options, quarrels, (*taken, iid), paid + w, best)
    return best


# ---------------------------------------------------------------- selection (§6.1)

def quotas(suite, s, entry):
    """{stratum: (n_g, inclusion chance as text)} of a fixed or proportional list."""
    strata = {g["stratum"]: g for g in entry["strata"]}
    if entry["method"] == "fixed":
        return {name: (g["n"], str(Fraction(g["n"], g["N"])) if g["N"] else "-") for name, g in strata.items()}
    left, n, result = dict(strata), entry["n"], {}
    while True:
        total = sum(g["weight"] * g["N"] for g in left.values())
        whole = [g for g in left.values() if g["N"] > 0 and n * g["weight"] >= total]
        if not whole:
            break
        for g in whole:
            result[g["stratum"]] = (g["N"], "1")
            del left[g["stratum"]]
        n -= sum(g["N"] for g in whole)
    for name in left:
        result[name] = (0, "0" if left[name]["N"] else "-")
    if left and n > 0:
        start, a = int(suite.hl("round", s, entry["list"]), 16) % total, 0
        for g in sorted(left.values(), key=lambda g: (g["weight"], g["stratum"])):
            after = a + n * g["weight"] * g["N"]
            quota = (after - 1 - start) // total - (a - 1 - start) // total
            result[g["stratum"]] = (quota, str(Fraction(n * g["weight"], total)) if g["N"] else "-")
            a = after
    return result


def pareto_keys(entry, weights, tickets):
    """{sid: key number} of a pareto list, and (n, W) after take-all."""
    left, n, keys = dict(weights), entry["n"], {}
    while True:
        total = sum(left.values())
        whole = [sid for sid, w in left.items() if n * w >= total]
        if not whole:
            break
        for sid in whole:
            keys[sid] = 0
            del left[sid]
        n -= len(whole)
    for sid, w in left.items():
        x = 2 * int(tickets[sid][:16], 16) + 1
        a, b = x * (total - n * w), ((1 << 65) - x) * n * w
        keys[sid] = MAX_KEY if n == 0 else min(MAX_KEY, (a << 64) // b)
    return keys, (n, total)


def outcome(rank, n, reserve):
    return "drawn" if rank <= n else "reserve" if rank <= n + reserve else "none"


# ---------------------------------------------------------------- visits, slots, teams (§6.2, §6.3, §6.5)

def replace(text, tags):
    """Placeholders of a need: the first tag key:v with v not empty; KeyError if there is none."""
    def value(match):
        head = match.group(1) + ":"
        for tag in tags:
            if tag.startswith(head) and len(tag) > len(head):
                return tag[len(head):]
        raise KeyError(match.group(1))
    return PLACEHOLDER.sub(value, text)


def slot_texts(lists, names, tags):
    """slots(s) of §6.2 for a subject with this tags column over the named lists."""
    tags = [] if tags == "-" else tags.split(" ")
    texts = set()
    for name in names:
        for slot in lists[name]["slots"]:
            needs = ",".join(replace(t, tags) for t in slot["needs"])
            avoids = ",".join(replace(t, tags) for t in slot["avoids"])
            texts.add(f"{slot['slot']}|{slot['role']}|{needs}|{avoids}")
    return sorted(texts)


def pair_ticket(suite, row, iid, slot):
    """W of §3."""
    return int.from_bytes(suite.raw(f"{row}{iid}/{slot}".encode())[:8], "big")


def cheapest_team(costs):
    """Least sum over ways to give each slot its own inspector (§6.5); costs: one {iid: cost} per slot."""
    k = len(costs)
    best = [heapq.nsmallest(k, zip(row.values(), row.keys())) for row in costs]
    if len({b[0][1] for b in best}) == k:
        return sum(b[0][0] for b in best)
    columns = sorted({iid for b in best for _, iid in b})   # only the k cheapest of a slot can matter
    forbidden = 1 << 130
    return hungarian([[row.get(iid, forbidden) for iid in columns] for row in costs], 1 << 140)


def hungarian(cost, infinity):
    """Exact minimum of a rectangular linear assignment problem (rows <= columns), by shortest paths."""
    rows, cols = len(cost), len(cost[0])
    if cols < rows:
        return infinity
    u, v, owner, way = [0] * (rows + 1), [0] * (cols + 1), [0] * (cols + 1), [0] * (cols + 1)
    for i in range(1, rows + 1):
        owner[0], j0 = i, 0
        least, used = [infinity] * (cols + 1), [False] * (cols + 1)
        while owner[j0]:
            used[j0], i0, delta, j1 = True, owner[j0], infinity, 0
            for j in range(1, cols + 1):
                if not used[j]:
                    reduced = cost[i0 - 1][j - 1] - u[i0] - v[j]
                    if reduced < least[j]:
                        least[j], way[j] = reduced, j0
                    if least[j] < delta:
                        delta, j1 = least[j], j
            for j in range(cols + 1):
                if used[j]:
                    u[owner[j]] += delta
                    v[j] -= delta
                else:
                    least[j] -= delta
            j0 = j1
        while j0:
            owner[j0] = owner[way[j0]]
            j0 = way[j0]
    return sum(cost[owner[j] - 1][j - 1] for j in range(1, cols + 1) if owner[j])


def blocked_minimally(slots, open_to, capacity):
    """§6.6: |A| - 1 slots of A can be filled at once, whichever one is left out.

    One maximum flow; then A without a can be filled iff the slot left over reaches a by exchanges."""
    served = defaultdict(dict)                      # iid -> {visit: slot}
    leftover = None
    for start in slots:
        parent, queue, expanded, end = {start: None}, [start], set(), None
        for slot in queue:
            for iid in open_to[slot]:
                taken = served[iid].get(slot[0])
                if taken is not None:               # (i, visit) serves one slot: exchange that
                    nexts = [taken]
                elif len(served[iid]) < capacity[iid]:
                    end = iid
                    break
                else:                               # i is full: exchange any of his slots
                    nexts = [] if iid in expanded else list(served[iid].values())
                    expanded.add(iid)
                for other in nexts:
                    if other not in parent:
                        parent[other] = (slot, iid)
                        queue.append(other)
            if end is not None:
                break
        if end is None:
            if leftover is not None:
                return False                        # a second slot cannot be filled
            leftover = start
            continue
        path = [(slot, end)]
        while parent[slot] is not None:
            previous, iid = parent[slot]
            if served[iid].get(slot[0]) == slot:
                del served[iid][slot[0]]
            path.append((previous, iid))
            slot = previous
        for slot, iid in path:
            served[iid][slot[0]] = slot
    if leftover is None:
        return False
    reached, queue, expanded = {leftover}, [leftover], set()
    for slot in queue:
        for iid in open_to[slot]:
            taken = served[iid].get(slot[0])
            nexts = [taken] if taken is not None else [] if iid in expanded else list(served[iid].values())
            if taken is None:
                expanded.add(iid)
            fresh = [other for other in nexts if other not in reached]
            reached.update(fresh)
            queue.extend(fresh)
    return len(reached) == len(slots)


# ---------------------------------------------------------------- reports

class Report:
    """Outcomes of numbered steps; a step runs unless an earlier one found bad what it needs (§7)."""

    def __init__(self, path, titles):
        self.path, self.titles = path, titles
        self.checks, self.facts = [], {}
        self.broken, self.bad_files = {}, {}         # step or file -> the step that found it bad
        self.notes, self.at = [], None               # of the running step: not shown; file in hand

    def unshown(self, cause, file=None):
        self.notes.append((file, cause))

    def usable(self, file):
        """True unless an earlier step found the file bad; then the running step is not shown."""
        self.at = file
        if file in self.bad_files:
            self.unshown(f"depends on step {self.bad_files[file]}", file)
        return file not in self.bad_files

    def add(self, number, result, file=None, cause=None):
        self.checks.append({"number": number, "id": self.titles[number], "outcome": result, "file": file, "cause": cause})

    def run(self, number, function, steps=(), files=()):
        roots = [self.broken[s] for s in steps if s in self.broken]
        roots += [self.bad_files[f] for f in files if f in self.bad_files]
        if roots:
            self.broken[number] = min(roots)
            return self.add(number, "not_shown", None, f"depends on step {min(roots)}")
        self.notes, self.at = [], None
        try:
            function()
        except Bad as bad:
            self.broken[number] = number
            return self.add(number, "failed", bad.file, bad.cause)
        except Exception as error:                   # a malformed bundle must not stop the program
            self.broken[number] = number
            return self.add(number, "failed", self.at, f"unexpected {type(error).__name__}: {error}"[:300])
        if self.notes:
            return self.add(number, "not_shown", self.notes[0][0], "; ".join(dict.fromkeys(c for _, c in self.notes)))
        self.add(number, "passed")

    @property
    def verified(self):
        return bool(self.checks) and all(c["outcome"] != "failed" for c in self.checks)


# ---------------------------------------------------------------- the bundle (§7)

FREE = ("events/", "log/", "notice/")
FREE_FILES = ("verify.html", "README.txt")


def read_file(path):
    """Bytes of a regular file; a symlink is not followed."""
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(handle, "rb") as stream:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError("not a regular file")
        return stream.read()


def walk(folder):
    """All paths below a folder with `/`, and those that are no regular files."""
    regular, other, todo = set(), set(), [""]
    while todo:
        prefix = todo.pop()
        with os.scandir(os.path.join(folder, prefix)) as entries:
            for entry in entries:
                name = prefix + entry.name
                if entry.is_dir(follow_symlinks=False):
                    todo.append(name + "/")
                else:
                    (regular if entry.is_file(follow_symlinks=False) else other).add(name)
    return regular, other


def read_shortage(data, file):
    """`shortage.json` (§4.3)."""
    value = read_json(data, file)
    is_slot = lambda x: isinstance(x, list) and len(x) == 2 and is_id(x[0]) and is_int(x[1], 0, MAX_PLACE)
    shape(value, file, "", {"round": lambda x: is_int(x, 0, MAX_PLACE), "slots": array_of(is_slot, 1),
                            "short": lambda x: is_int(x, 1)}, closed=True)
    require(all(a < b for a, b in zip(value["slots"], value["slots"][1:])), "slots: not strictly ascending", file)
    return value


class Bundle(Report):
    """The steps of §7 for one folder, in order."""

    policy = log = None                              # of all bundles: what the reader brings along

    def __init__(self, path):
        super().__init__(path, STEPS)
        self.raw, self.tables, self.objects = {}, {}, {}
        self.c, self.fault, self.master, self.s = None, None, None, None
        self.sealed, self.unopened, self.present, self.closed = False, False, set(), set()

    def verify(self):
        """All steps; each with the steps and files that it needs beyond its own handling of bad files."""
        self.run(1, self.step_files)
        self.run(2, self.step_commitment)
        hidden = self.unopened
        drawn = ["beacon.json", *(f for f in sorted(self.closed) if f.startswith("frames/"))] * (not hidden)
        rules = ["inspectors.tsv", "incompatible.tsv", "recusals.tsv", "assignment.tsv", "handicaps.tsv"]
        self.run(3, self.step_registers, [2])
        self.run(4, self.step_frames, [2])
        if self.sealed:
            self.run(5, self.step_opening, [2], ["opening.json"])
        self.run(6, self.step_beacon, [2], ["beacon.json"])
        if 6 in self.broken:
            self.bad_files.setdefault("beacon.json", 6)
        self.run(7, self.step_time, [2])
        self.run(8, self.step_manifest, [2], ["manifest.tsv"])
        self.run(9, self.step_draw, [2], ["beacon.json"])
        if self.sealed:
            self.run(10, self.step_rolls, [2])
        self.run(11, self.step_visits, [2], drawn)
        self.run(12, self.step_pairing, [2], drawn + rules * (not hidden))
        self.run(13, self.step_optimum, [2, 12])
        self.run(14, self.step_rounds, [2, 12])
        if self.has_shortage():
            self.run(15, self.step_shortage, [2, 12], ["shortage.json"])
        if any(p.startswith("events/") for p in self.present):
            self.run(16, self.step_events, [2])
        if "schedule.tsv" in self.present and not self.unopened:
            self.run(17, self.step_schedule)
        self.more_facts()
        return self

    # ---- step 1
    def step_files(self):
        """1 files: exactly the files of §4.4, each in canonical form."""
        self.at, self.bad_files[FILE2] = FILE2, 1     # until it is read
        self.present, other = walk(self.path)
        require(FILE2 in self.present, "not a regular file")
        self.raw[FILE2] = read_file(os.path.join(self.path, FILE2))
        self.c = read_json(self.raw[FILE2], FILE2, end="")
        del self.bad_files[FILE2]
        self.sealed = self.c.get("mode") == "sealed"
        self.unopened = self.sealed and "opening.json" not in self.present
        try:
            check_commitment(self.c)
        except Bad as bad:                           # it does not say which files there are: step 2 fails
            self.fault = bad
            return
        needed, optional = self.expected_files()
        errors = [Bad(file, "not a regular file") for file in sorted(other)]
        for file in sorted(self.present):
            if file not in needed | optional and not file.startswith(FREE) and file not in FREE_FILES:
                errors.append(Bad(file, "no file of this bundle (surplus)"))
        for file in sorted(needed | (optional & self.present)):
            if file in (FILE2, "schedule.tsv"):
                continue
            try:
                self.load(file)
            except Exception as error:
                self.bad_files[file] = 1
                errors.append(error if isinstance(error, Bad) else Bad(file, f"cannot be read: {error}"))
        if errors:
            more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
            raise Bad(errors[0].file, errors[0].cause + more)

    def expected_files(self):
        """§4.4: the files that must and that may be there, for the state of this bundle."""
        lists = self.c["lists"]
        self.pareto = {e["list"] for e in lists if e["method"] == "pareto"}
        self.public = {FILE2, "inspectors.tsv", "incompatible.tsv", "beacon.json"}
        if "standby" in self.c:
            self.public.add("standby.tsv")
        self.closed = {"recusals.tsv", "visits.tsv", "assignment.tsv", "handicaps.tsv"}
        for name in (e["list"] for e in lists):
            self.closed |= {f"frames/{name}.tsv", f"draw/{name}.tsv"}
            if self.sealed:
                self.public.add(f"rolls/{name}.tsv")
        needed = self.public | {"manifest.tsv"}
        if self.unopened:
            return needed, set()
        if self.sealed:
            needed = needed | {"opening.json"}
        return needed | self.closed, {"shortage.json", "schedule.tsv"}

    def load(self, file):
        """Read one file and check its form, columns or keys (§2.2-§2.4, §4.1, §4.3)."""
        if file not in self.present:
            raise Bad(file, "missing")
        data = self.raw[file] = read_file(os.path.join(self.path, file))
        if file.endswith(".tsv"):
            kind, _, name = file[:-4].partition("/")
            self.tables[file] = read_table(data, file, kind, self.sealed, name in self.pareto)
            return
        value = self.objects[file] = read_json(data, file)
        if file == "beacon.json":
            shape(value, file, "", {"strings": array_of(is_text),
                                    "evidence": array_of(lambda e: isinstance(e, dict))}, closed=True)
        elif file == "opening.json":
            shape(value, file, "", {"master": is_hex64}, closed=True)
        elif file == "shortage.json":
            read_shortage(data, file)

    # ---- steps 2 to 8
    def step_commitment(self):
        """2 commitment."""
        self.at, c = FILE2, self.c
        require(c is not None, "cannot be read (step 1)")
        if self.fault is not None:
            raise self.fault
        self.suite, self.lists = Suite(c["suite"]), {entry["list"]: entry for entry in c["lists"]}
        self.digest = self.suite.h(self.raw[FILE2])
        self.facts |= {"C": self.digest, "draw": c["draw"], "state": "open" if not self.sealed else
                       "sealed" if self.unopened else "opened", "attempt": c["attempt"], "prev": c["prev"],
                       "rehearsal": c.get("rehearsal") is True, "trust": c["beacon"]["trust"]}
        if self.sealed:
            self.facts["opening_promise"] = {"opens": c["seal"]["opens"], "by": c["seal"]["by"]}
        self.facts["small_strata"] = [[e["list"], g["stratum"], g["N"]] for e in c["lists"]
                                      for g in e["strata"] if g["N"] < 10]

    def compare_root(self, file, committed):
        rows = self.tables[file]
        require(len(rows) == committed["n"], f"{len(rows)} rows, committed are {committed['n']}", file)
        root = self.suite.root(["\t".join(row) for row in rows])
        require(root == committed["root"], f"root {root} is not the committed one", file)

    def step_registers(self):
        """3 registers: rows and roots."""
        errors = []
        for name in ("inspectors", "incompatible", "recusals", "standby"):
            file = name + ".tsv"
            if name == "recusals" and self.unopened:
                self.unshown("closed until the opening", file)
            elif name in self.c and self.usable(file):
                try:
                    self.compare_root(file, self.c[name])
                except Bad as bad:
                    errors.append(bad)
                    self.bad_files[file] = 3
        if errors:
            raise errors[0]

    def step_frames(self):
        """4 frames: each, and if all of them are good what holds over all; where it does not, all are bad."""
        if self.unopened:
            return self.unshown("closed until the opening", f"frames/{self.c['lists'][0]['list']}.tsv")
        self.subjects, self.member, errors = {}, defaultdict(list), []
        self.texts = {}                              # (lists, tags) -> slot texts
        files = {name: f"frames/{name}.tsv" for name in sorted(self.lists)}
        for name, file in files.items():
            try:
                if self.usable(file):
                    self.check_frame(file, self.lists[name])
            except Bad as bad:
                errors.append(bad)
                self.bad_files[file] = 4
        if errors:
            raise errors[0]
        if any(file in self.bad_files for file in files.values()):
            return
        try:
            self.compare_frames(files)
        except Bad:
            self.bad_files |= dict.fromkeys(files.values(), 4)
            raise

    def compare_frames(self, files):
        """The same tags and salt of a subject everywhere; its slots over all lists that contain it."""
        for name, file in files.items():
            for number, (sid, _, _, tags, salt) in enumerate(self.tables[file], 2):
                known = self.subjects.setdefault(sid, (tags, salt, file, number))
                require(known[:2] == (tags, salt), f"row {number}: {sid} has other tags or salt than in {known[2]}", file)
                self.member[sid].append(name)
        for sid, names in self.member.items():
            tags, salt, file, number = self.subjects[sid]
            try:
                texts = self.slots(names, tags)
            except KeyError as error:
                raise Bad(file, f"row {number}: {sid} has no tag for placeholder {error}")
            require(len(texts) <= 16, f"row {number}: {sid} has {len(texts)} slots over all lists", file)

    def check_frame(self, file, entry):
        """One frame by itself."""
        self.compare_root(file, entry["frame"])
        strata, counts, sids, total = {g["stratum"]: g for g in entry["strata"]}, Counter(), set(), 0
        for number, (sid, stratum, weight, _, _) in enumerate(self.tables[file], 2):
            require(stratum in strata, f"row {number}: stratum {stratum} of {sid} is not committed", file)
            require(sid not in sids, f"row {number}: {sid} stands twice", file)
            check_weight(entry, strata[stratum], int(weight), f"row {number}: weight of {sid}", file)
            sids.add(sid)
            counts[stratum] += 1
            total += int(weight)
        for name, g in strata.items():
            require(counts[name] == g["N"], f"stratum {name}: {counts[name]} rows instead of {g['N']}", file)
        require(total <= 1 << 52, "sum of the weights is above 2^52", file)

    def slots(self, names, tags):
        key = (tuple(names), tags)
        if key not in self.texts:
            self.texts[key] = slot_texts(self.lists, names, tags)
        return self.texts[key]

    def step_opening(self):
        """5 opening: master secret and every salt."""
        if self.unopened:
            seal = self.c["seal"]
            return self.unshown(f"not opened: {seal['opens']} by {seal['by']}", "opening.json")
        text = self.objects["opening.json"]["master"]
        if self.suite.hl("master", text) != self.c["seal"]["master"]:
            self.bad_files["opening.json"] = 5
            raise Bad("opening.json", "master: not the committed secret")
        self.master, key, draw, salts, errors = text, bytes.fromhex(text), self.c["draw"], {}, []
        for file in ["recusals.tsv"] + [f"frames/{name}.tsv" for name in sorted(self.lists)]:
            if not self.usable(file):
                continue
            for number, row in enumerate(self.tables[file], 2):
                parts = ("recusal", draw, row[0], row[1]) if file == "recusals.tsv" else ("salt", draw, row[0])
                if parts not in salts:
                    salts[parts] = self.suite.hmac(key, self.suite.line(*parts))
                if row[-1] != salts[parts]:
                    errors.append(Bad(file, f"row {number}: salt of {row[0]} does not recompute"))
                    self.bad_files[file] = 5
                    break
        if errors:
            raise errors[0]

    def step_beacon(self):
        """6 beacon, without the BLS equation."""
        self.at = "beacon.json"
        beacon = self.objects["beacon.json"]
        for cause in check_beacon(self.suite, self.c, beacon):
            self.unshown(cause, "beacon.json")
        if any(s["kind"] == "drand" for s in self.c["beacon"]["sources"]):
            self.facts["signature_unchecked"] = True
        self.s = self.facts["S"] = seed(self.suite, self.digest, beacon["strings"])

    def step_time(self):
        """7 time: never shown unless the reader names whom he believes."""
        earliest = source_time(self.c["beacon"]["sources"][0])
        self.facts["margin_s"], self.facts["earliest"] = self.c["beacon"]["margin_s"], earliest
        if self.policy is None:
            return self.unshown(f"published {self.c['beacon']['margin_s']} s before {earliest}? nobody is believed", "log/")
        import logged
        logged.step(self, source_time)

    def step_manifest(self):
        """8 manifest: the bound files and their digests."""
        file = self.at = "manifest.tsv"
        self.facts["result_digest"] = self.suite.h(self.raw[file])
        listed = dict(self.tables[file])
        expected = self.public | self.closed
        if "shortage.json" in (listed if self.unopened else self.present):
            expected = expected | {"shortage.json"}
        for path in sorted(set(listed) ^ expected):
            raise Bad(file, f"row of {path} is {'surplus' if path in listed else 'missing'}")
        for path in sorted(expected):
            plain = path in self.public or not self.sealed
            if not plain and self.master is None:
                self.unshown("closed digests: " + ("closed until the opening" if self.unopened else "depends on step "
                             + str(self.bad_files.get("opening.json", 5))), file)
            elif path not in self.raw:
                self.unshown(f"depends on step {self.bad_files.get(path, 1)}", path)
            else:
                head = "" if plain else self.suite.hl("close", self.master, path)
                digest = self.suite.h(head.encode() + self.raw[path])
                require(digest == listed[path], "its digest is not that of manifest.tsv", path)

    # ---- steps 9 to 11
    def step_draw(self):
        """9 draw: tickets, quotas, ranks and outcomes, byte for byte."""
        self.quota, self.ranks, self.whole, errors = {}, {}, [], []
        self.facts["inclusion"], self.facts["drawn_whole"] = {}, self.whole
        for name, entry in self.lists.items():
            if entry["method"] != "pareto":
                self.quota[name] = quotas(self.suite, self.s, entry)
                self.facts["inclusion"][name] = {g: chance for g, (_, chance) in sorted(self.quota[name].items())}
                self.whole += [[name, g["stratum"]] for g in entry["strata"]
                               if self.quota[name][g["stratum"]][0] == g["N"] > 0]
        self.facts["n"] = {name: {g: q for g, (q, _) in sorted(quota.items())} for name, quota in self.quota.items()}
        if self.unopened:
            return self.unshown("closed until the opening", f"draw/{self.c['lists'][0]['list']}.tsv")
        group_keys = {e["group"]: self.suite.hl("group", self.s, e["group"]) for e in self.c["lists"]}
        self.tickets = defaultdict(dict)             # list -> {sid: T}
        for name, entry in sorted(self.lists.items()):
            frame, file = f"frames/{name}.tsv", f"draw/{name}.tsv"
            if not self.usable(frame):
                continue
            for row in self.tables[frame]:
                salted = f"{row[0]}.{row[4]}" if self.sealed else row[0]
                self.tickets[name][row[0]] = self.suite.h(group_keys[entry["group"]] + salted)
            if len(set(self.tickets[name].values())) != len(self.tickets[name]):
                self.bad_files[frame] = 9            # nothing that follows is defined
                errors.append(Bad(frame, "two subjects have one ticket"))
                continue
            self.rank_list(name)
            try:
                if self.usable(file):
                    self.compare_table(file, self.draw_rows(name))
            except Bad as bad:
                errors.append(bad)
        if errors:
            raise errors[0]

    def rank_list(self, name):
        """self.ranks[name] = [(stratum, rank, sid, key, outcome)] of all subjects (§6.1)."""
        entry, tickets = self.lists[name], self.tickets[name]
        rows, ranked = self.tables[f"frames/{name}.tsv"], []
        if entry["method"] == "pareto":
            keys, (n, total) = pareto_keys(entry, {row[0]: int(row[2]) for row in rows}, tickets)
            self.facts["inclusion"][name] = f"about n*w/W with n={n}, W={total}; 1 if taken whole"
            self.whole += [[name, sid] for sid in sorted(keys) if keys[sid] == 0 and entry["n"] > 0]
            order = sorted((keys[row[0]], tickets[row[0]], row[0], row[1]) for row in rows)
            ranked = [(stratum, rank, sid, f"{key:032x}.{ticket}", outcome(rank, entry["n"], entry["reserve"]))
                      for rank, (key, ticket, sid, stratum) in enumerate(order, 1)]
        else:
            strata = defaultdict(list)
            for row in rows:
                strata[row[1]].append((tickets[row[0]], row[0]))
            for stratum in sorted(strata):
                n = self.quota[name][stratum][0]
                ranked += [(stratum, rank, sid, ticket, outcome(rank, n, entry["reserve"]))
                           for rank, (ticket, sid) in enumerate(sorted(strata[stratum]), 1)]
        self.ranks[name] = ranked

    def draw_rows(self, name):
        return [(g, str(rank), sid, key, what) for g, rank, sid, key, what in self.ranks[name] if what != "none"]

    def compare_table(self, file, rows):
        """The file must be the recomputed table (its form was checked in step 1)."""
        for number, (found, right) in enumerate(zip(self.tables[file], rows), 2):
            require(tuple(found) == right, f"row {number}: recomputed is {' '.join(right)}", file)
        require(len(self.tables[file]) == len(rows), f"{len(self.tables[file])} rows, recomputed are {len(rows)}", file)

    def step_rolls(self):
        """10 rolls; while unopened their counts only."""
        for name in sorted(self.lists):
            file = f"rolls/{name}.tsv"
            if not self.usable(file):
                continue
            if self.unopened:
                counts = Counter(row[0] for row in self.tables[file])
                expected = {g["stratum"]: g["N"] for g in self.lists[name]["strata"] if g["N"]}
                require(counts == expected, "not N rows for each stratum of the list", file)
                require(len({row[1] for row in self.tables[file]}) == counts.total(), "a key stands twice", file)
                self.unshown("keys: closed until the opening", file)
            elif self.usable("beacon.json") and self.usable(f"frames/{name}.tsv"):
                self.compare_table(file, sorted((g, self.suite.h(f"{ticket}.{name}.{rank}"))
                                                for g, rank, _, ticket, _ in self.ranks[name]))

    def step_visits(self):
        """11 visits."""
        if self.unopened:
            return self.unshown("closed until the opening", "visits.tsv")
        drawn = defaultdict(list)
        for name in sorted(self.lists):
            for _, _, sid, _, what in self.ranks[name]:
                if what == "drawn":
                    drawn[sid].append(name)
        self.visits = {sid: self.slots(drawn[sid], self.subjects[sid][0]) for sid in sorted(drawn)}
        require(sum(map(len, self.visits.values())) < 1 << 24, "2^24 slots or more", "visits.tsv")
        if self.usable("visits.tsv"):
            self.compare_table("visits.tsv", [(sid, ",".join(drawn[sid])) for sid in sorted(drawn)])

    # ---- steps 12 to 15
    def open_inspectors(self):
        """self.open[sid][slot] = {iid: W} of the eligible inspectors (§6.2, §3); self.inspectors."""
        self.inspectors = {row[0]: (int(row[1]), int(row[2]), frozenset(row[3].split(" ")))
                           for row in self.tables["inspectors.tsv"]}
        recused, able, self.open = defaultdict(set), {}, {}
        for row in self.tables["recusals.tsv"]:
            recused[row[0]].add(row[1])
        p = self.suite.hl("pair", self.s)
        for sid, texts in self.visits.items():
            tail = f"{sid}.{self.subjects[sid][1]}" if self.sealed else sid
            row = self.suite.h(p + tail)
            self.open[sid] = []
            for index, text in enumerate(texts):
                demand = text.split("|", 2)[2]
                if demand not in able:
                    needs, avoids = ([t for t in part.split(",") if t] for part in demand.split("|"))
                    able[demand] = [iid for iid, (_, _, tags) in self.inspectors.items()
                                    if tags.issuperset(needs) and tags.isdisjoint(avoids)]
                self.open[sid].append({iid: pair_ticket(self.suite, row, iid, index)
                                       for iid in able[demand] if iid not in recused[sid]})
        self.facts["forced_slots"] = [[sid, i] for sid, slots in self.open.items()
                                      for i, who in enumerate(slots) if len(who) < 3]

    def step_pairing(self):
        """12 pairing: the rounds, their rows, eligibility, exclusions, capacities."""
        file = self.at = "assignment.tsv"
        if self.unopened:
            return self.unshown("closed until the opening", file)
        self.open_inspectors()
        teams, numbers = defaultdict(dict), {}       # round -> {(sid, slot): iid}
        for number, (r, sid, slot, iid) in enumerate(self.tables[file], 2):
            teams[int(r)][sid, int(slot)] = iid
            numbers[int(r), sid, int(slot)] = number
        rounds = sorted({int(row[0]) for row in self.tables["handicaps.tsv"]})
        m = self.m = len(rounds)
        require(rounds == list(range(m)), "rounds have a gap", "handicaps.tsv")
        require(sorted(teams) == (rounds if self.visits else []), "rounds are not those of handicaps.tsv", file)
        if "shortage.json" not in self.present:
            least = 1 if self.visits or self.inspectors else 0
            require(m >= least, "no round", "handicaps.tsv")
        require(self.visits or m <= 1, "more than one round without visits", "handicaps.tsv")
        wanted = [(sid, i) for sid, texts in self.visits.items() for i in range(len(texts))]
        self.teams, self.found, self.excluded = [], [], [defaultdict(set)]
        for r in rounds:
            for key in sorted(set(teams[r]) ^ set(wanted)):
                place = f"row {numbers[(r, *key)]}: surplus" if key in teams[r] else "missing"
                raise Bad(file, f"round {r}, {key[0]} slot {key[1]}: {place}")
            self.check_round(r, teams[r], numbers)

    def check_round(self, r, chosen, numbers):
        """One round of step 12; appends its teams, its incompatible pairs and the exclusions after it."""
        file, used, teams = "assignment.tsv", Counter(), defaultdict(list)
        excluded = self.excluded[r]
        for (sid, slot), iid in sorted(chosen.items()):
            where = f"row {numbers[r, sid, slot]}: {iid}"
            require(iid in self.inspectors, where + " is not in inspectors.tsv", file)
            require(iid in self.open[sid][slot], f"{where} is not eligible for slot {slot} of {sid}", file)
            require(iid not in excluded[sid], f"{where} is excluded from {sid}", file)
            require(iid not in teams[sid], f"{where} stands twice in {sid}", file)
            used[iid] += 1
            require(used[iid] <= self.inspectors[iid][0], f"{where} is above capacity", file)
            teams[sid].append(iid)
        pairs = {(row[0], row[1]) for row in self.tables["incompatible.tsv"]}
        found = set()
        for sid, team in teams.items():
            for i, one in enumerate(team):
                for j in range(i):
                    other = team[j]
                    if (min(one, other), max(one, other)) in pairs:
                        found.add((sid, max((self.open[sid][k][team[k]], team[k]) for k in (i, j))[1]))
        after = defaultdict(set, {sid: set(who) for sid, who in excluded.items()})
        for sid, iid in found:
            after[sid].add(iid)
        self.teams.append(teams)
        self.found.append(found)
        self.excluded.append(after)

    def step_optimum(self):
        """13 optimum: the certificate of §6.5 in every round."""
        file = self.at = "handicaps.tsv"
        if self.unopened:
            return self.unshown("closed until the opening", file)
        handicaps, numbers = [{} for _ in range(self.m)], {}
        for number, (r, iid, text) in enumerate(self.tables[file], 2):
            handicaps[int(r)][iid] = int(text)
            numbers[int(r), iid] = number
        for r, price in enumerate(handicaps):
            for iid in sorted(set(price) ^ set(self.inspectors)):
                raise Bad(file, f"round {r}: row of {iid} is {'surplus' if iid in price else 'missing'}")
            visits = Counter(iid for team in self.teams[r].values() for iid in team)
            for iid, (capacity, load, _) in self.inspectors.items():
                v, level = visits[iid], load + visits[iid]
                require((v == 0 or M * (2 * level - 1) <= price[iid]) and (v >= capacity or price[iid] <= M * (2 * level + 1)),
                        f"row {numbers[r, iid]}: handicap of {iid} does not fit its visits (condition 1)", file)
            for sid, team in self.teams[r].items():
                gone = self.excluded[r][sid]
                costs = [{iid: w + price[iid] for iid, w in who.items() if iid not in gone} for who in self.open[sid]]
                paid = sum(costs[k][iid] for k, iid in enumerate(team))
                require(paid == cheapest_team(costs), f"round {r}: the team of {sid} is not the cheapest (condition 2)", file)

    def step_rounds(self):
        """14 rounds: an incompatible pair in every round but the last (with a shortage: in every one)."""
        file = self.at = "assignment.tsv"
        if self.unopened:
            return self.unshown("closed until the opening", file)
        for r, found in enumerate(self.found):
            last = r == self.m - 1 and "shortage.json" not in self.present
            if last and found:
                raise Bad(file, f"round {r}: {min(found)[0]} has an incompatible pair in the last round")
            require(last or found, f"round {r}: no incompatible pair, yet another round or a shortage follows", file)
        self.facts["rounds"] = self.m

    def has_shortage(self):
        if "shortage.json" in self.present or not self.unopened:
            return "shortage.json" in self.present
        try:
            data = read_file(os.path.join(self.path, "manifest.tsv"))
            return "shortage.json" in dict(read_table(data, "manifest.tsv", "manifest"))
        except (Bad, OSError):
            return False

    def step_shortage(self):
        """15 shortage: a minimal blocking set (§6.6)."""
        file = self.at = "shortage.json"
        if self.unopened:
            return self.unshown("closed until the opening", file)
        claim = self.objects[file]
        slots = [tuple(x) for x in claim["slots"]]
        require(claim["round"] == self.m, f"round: {self.m} rounds are listed", file)
        for sid, i in slots:
            require(sid in self.visits and i < len(self.visits[sid]), f"slots: {sid} slot {i} does not exist", file)
        gone = self.excluded[self.m]
        open_to = {(sid, i): [iid for iid in self.open[sid][i] if iid not in gone[sid]] for sid, i in slots}
        reach = defaultdict(set)
        for (sid, _), who in open_to.items():
            for iid in who:
                reach[iid].add(sid)
        capacity = {iid: entry[0] for iid, entry in self.inspectors.items()}
        short = len(slots) - sum(min(capacity[iid], len(sids)) for iid, sids in reach.items())
        require(short == claim["short"] == 1, f"short: recomputed is {short}, stated {claim['short']}, must be 1", file)
        require(blocked_minimally(slots, open_to, capacity), "slots: not minimal", file)
        self.facts["shortage"] = {"round": claim["round"], "slots": claim["slots"]}

    # ---- steps 16, 17, facts
    def step_events(self):
        """16 events: the chain, then what follows from each."""
        names = sorted(p for p in self.present if p.startswith("events/"))
        files = [p for p in names if re.fullmatch(r"events/[0-9]{4}\.json", p)]
        require(files == [f"events/{i:04}.json" for i in range(1, len(files) + 1)], "numbers have a gap", "events/")
        for p in names:
            require(p in files or (p[:11] + ".json" in files and p[11:12] == "/"), "no event file", p)
        sources, events, prev, at = self.c["beacon"]["sources"], [], "-", 0
        for number, file in enumerate(files, 1):
            self.at = file
            data = read_file(os.path.join(self.path, file))
            event = read_json(data, file)
            check_event(file, event, self.sealed)
            kind = event["kind"]
            require(event["n"] == number, "n: not the number of the file name", file)
            require(event["prev"] == prev, "prev: not the digest of the event before", file)
            require(event["at"] >= at, "at: before the event before", file)
            prev, at = self.suite.h(data), event["at"]
            if kind == "void":
                require(at < source_time(sources[0]), "at: void after the first public value", file)
            elif kind != "correct":
                require(at >= source_time(sources[-1]), "at: nothing was drawn", file)
            if kind != "correct":
                require(not any(e["kind"] == "void" for e, _ in events), "the draw is void", file)
            else:
                require(1 <= event["event"] < number, "event: no earlier one", file)
            require(kind != "open" or self.sealed, "kind: not sealed", file)
            self.check_event_beacon(file, event)
            events.append((event, prev))
            value = f"events/{number:04}/beacon.json"
            if value in self.present:
                read_json(read_file(os.path.join(self.path, value)), value)
        self.unshown("that `at` is true", files[0] if files else None)
        if any(e["kind"] == "void" for e, _ in events):
            self.facts["void"] = next(f"events/{e['n']:04}.json" for e, _ in events if e["kind"] == "void")
        if self.unopened:
            return self.unshown("effects: closed until the opening")
        passed = {c["number"] for c in self.checks if c["outcome"] == "passed"}
        missing = [n for n in (11, 12, 13, 14, *[15] * self.has_shortage()) if n not in passed]
        if missing:
            return self.unshown(f"effects: depend on step {missing[0]}")
        self.replay(events)

    def acts(self, kind):
        return kind in ("staff", "recused", "leave", "certificate") or (
            kind in ("closed", "moved", "refused") and self.c["replacement"]["subject"] == "next")

    def check_event_beacon(self, file, event):
        """The sources that an event names."""
        wanted = self.acts(event["kind"]) and self.c["replacement"]["inspector"] == "beacon"
        require(wanted == ("beacon" in event), "beacon: missing, or not allowed here", file)
        if not wanted:
            return
        committed, margin = self.c["beacon"]["sources"], self.c["beacon"]["margin_s"]
        earliest = event["at"] + margin
        if any(s["kind"] == "drand" for s in committed):
            first = max(0, -(-(earliest - GENESIS) // PERIOD)) + 1
            require(len(event["beacon"]) == 1 and event["beacon"][0]["kind"] == "drand"
                    and event["beacon"][0]["round"] == first, f"beacon: must be round {first}", file)
            return
        known = {(s["kind"], s.get("game")) for s in committed}
        value = lambda s: (s["kind"], *[s.get(key) for key in ("game", "issue", "chain", "pulse", "name")])
        values = {value(s) for s in committed if s["kind"] != "dice"}
        for s in event["beacon"]:
            require(value(s) not in values, "beacon: a source of the draw itself, whose value is known", file)
            require((s["kind"], s.get("game")) in known and s["kind"] != "wit", "beacon: another kind of source", file)
            require(source_time(s) >= earliest, "beacon: too early", file)
        check_source_rules(event["beacon"], self.c["beacon"]["trust"], file, "beacon")

    def replay(self, events):
        """The standing of §4.5, event by event."""
        self.people = {row[0]: [int(row[1]), int(row[2]), row[3], True] for row in self.tables["inspectors.tsv"]}
        self.paired = "shortage.json" not in self.present
        self.serves, self.holders = {}, {}
        for sid, names in ((row[0], row[1].split(",")) for row in self.tables["visits.tsv"]):
            self.serves[sid] = set(names)
            team = self.teams[-1][sid] if self.paired else [None] * len(self.visits[sid])
            self.holders[sid] = dict(zip(self.visits[sid], team))
        self.barred = {(row[0], row[1]) for row in self.tables["recusals.tsv"]}
        self.quarrels = {(row[0], row[1]) for row in self.tables["incompatible.tsv"]}
        self.gone, self.used, waits, self.exchanged = set(), set(), False, 0
        for event, digest in events:
            folder = f"events/{event['n']:04}/"
            self.at = folder[:-1] + ".json"
            found = {p[len(folder):] for p in self.present if p.startswith(folder)}
            lost, following = self.begin(event, self.at)
            if not self.acts(event["kind"]):
                require(not found, "files of an event from which nothing follows", folder)
                continue
            s = self.s
            if "beacon" in event:
                waits = waits or "beacon.json" not in found
                if not waits:
                    file = folder + "beacon.json"
                    beacon = read_json(read_file(os.path.join(self.path, file)), file)
                    for cause in check_values(self.suite, event["beacon"], beacon, file):
                        self.unshown(cause, file)
                    if any(x["kind"] == "drand" for x in event["beacon"]):
                        self.facts["signature_unchecked"] = True
                    s = self.suite.hl("event", self.s, digest, len(beacon["strings"]), *beacon["strings"])
            if waits:
                require(not found, "a result before its beacon", folder)
                self.unshown(f"event {event['n']} waits for its beacon", self.at)
                continue
            expected = {"beacon.json"} if "beacon" in event else set()
            if following is not None:
                expected.add("subjects.tsv")
                self.compare_event(folder, "subjects", following, found)
            if event["kind"] == "staff" and not self.paired:
                expected |= {"assignment.tsv", "handicaps.tsv"} | ({"shortage.json"} & found)
                require(found == expected, f"files {sorted(found)} instead of {sorted(expected)}", folder)
                self.pair_anew(folder, found, s)
                continue
            rows = []
            for sid in sorted(lost):
                if self.paired:
                    self.fill(sid, list(lost[sid]), s)
                    for index, text in enumerate(sorted(self.holders[sid])):
                        if text in lost[sid]:
                            rows.append((sid, str(index), lost[sid][text] or "-", self.holders[sid][text] or "-"))
            expected.add("teams.tsv")
            require(found == expected, f"files {sorted(found)} instead of {sorted(expected)}", folder)
            self.compare_event(folder, "teams", rows, found)
            self.exchanged += sum(1 for row in rows if row[2] != "-")
        self.facts["events"] = {"n": len(events), "subjects": len(self.gone), "exchanged": self.exchanged}

    def compare_event(self, folder, kind, rows, found):
        """A table of an event must be the recomputed one."""
        file = f"{folder}{kind}.tsv"
        require(f"{kind}.tsv" in found, "missing", file)
        table = [tuple(row) for row in read_table(read_file(os.path.join(self.path, file)), file, kind)]
        for number, (is_, right) in enumerate(zip(table, rows), 2):
            require(is_ == right, f"row {number}: recomputed is {' '.join(right)}", file)
        require(len(table) == len(rows), f"{len(table)} rows, recomputed are {len(rows)}", file)

    def begin(self, event, file):
        """What an event changes before any chance: the slots lost or new {sid: {text: holder before}}, the subjects
        that follow (None where no table of them belongs)."""
        kind, lost = event["kind"], {}
        if kind in ("closed", "moved", "refused"):
            sid = event["sid"]
            require(sid in self.holders, f"no visit to {sid}", file)
            return self.subject_follows(sid) if self.acts(kind) else ({}, None)
        if kind in ("recused", "leave", "certificate"):
            iid = event["iid"]
            require(iid in self.people, f"{iid} is not among the people", file)
            for sid in event["visits"]:
                require(sid in self.holders, f"no visit to {sid}", file)
                holds = iid in self.holders[sid].values()
                require(kind == "recused" or holds, f"{iid} holds no slot of {sid}", file)
                require(kind != "recused" or (sid, iid) not in self.barred, f"{iid} is barred from {sid}", file)
            if kind == "recused":
                self.barred |= {(sid, iid) for sid in event["visits"]}
            else:
                require(event["visits"] or self.people[iid][3], f"{iid} is out already", file)
                self.people[iid][3] = False
            for sid in event["visits"]:
                for text, holder in self.holders[sid].items():
                    if holder == iid:
                        lost[sid] = {text: iid}
                        self.holders[sid][text] = None
            return lost, None
        if kind == "staff":
            for iid in event.get("add", ()):
                rows = [row for row in self.tables.get("standby.tsv", ()) if row[0] == iid]
                require(rows and iid not in self.people, f"{iid} cannot join", file)
                self.people[iid] = [int(rows[0][1]), int(rows[0][2]), rows[0][3], True]
            for person in self.people.values():
                person[0] += event.get("raise", 0)
                require("raise" not in event or person[0] <= 1 << 16, "raise: beyond the limit", file)
            for sid, slots in self.holders.items():
                vacant = {text: None for text, holder in slots.items() if holder is None}
                if vacant and self.paired:
                    lost[sid] = vacant
            return lost, None
        return {}, None

    def subject_follows(self, sid):
        """A subject is replaced by the next reserve of each of its lists."""
        names, rows, known = sorted(self.serves.pop(sid)), [], {}
        del self.holders[sid]
        self.gone.add(sid)
        for name in names:
            ranks, pareto = self.ranks[name], name in self.pareto
            stratum = next(g for g, _, s, _, _ in ranks if s == sid)
            chosen = None
            for g, _, other, _, what in ranks:
                if what == "reserve" and (pareto or g == stratum) and (name, other) not in self.used:
                    self.used.add((name, other))
                    if other not in self.gone:
                        chosen = other
                        break
            rows.append((name, sid, chosen or "-"))
            if chosen:
                known.setdefault(chosen, dict(self.holders.get(chosen, {})))
                self.serves.setdefault(chosen, set()).add(name)
                texts = self.slots(sorted(self.serves[chosen]), self.subjects[chosen][0])
                self.holders[chosen] = {text: known[chosen].get(text) for text in texts}
        return {s: {text: None for text in self.holders[s] if text not in known[s]} for s in known}, rows

    def fill(self, sid, texts, s):
        """fill(s, A) of §4.5."""
        held = Counter(iid for slots in self.holders.values() for iid in slots.values() if iid)
        team = [iid for iid in self.holders[sid].values() if iid]
        order = sorted(self.holders[sid])
        tail = f"{sid}.{self.subjects[sid][1]}" if self.sealed else sid
        row = self.suite.h(self.suite.hl("pair", s) + tail)
        options = []
        for text in texts:
            needs, avoids = ([t for t in part.split(",") if t] for part in text.split("|", 2)[2].split("|"))
            options.append(sorted(
                (pair_ticket(self.suite, row, iid, order.index(text)), iid)
                for iid, (capacity, _, tags, free) in self.people.items()
                if free and held[iid] < capacity and (sid, iid) not in self.barred and iid not in team
                and set(tags.split(" ")).issuperset(needs) and set(tags.split(" ")).isdisjoint(avoids)
                and not any((min(iid, j), max(iid, j)) in self.quarrels for j in team)))
        best = cheapest_ways(options, self.quarrels) if all(options) else None
        if best:
            self.holders[sid].update(zip(texts, best[1]))

    def pair_anew(self, folder, found, s):
        """A pairing from scratch: steps 12-15 on the standing."""
        other = copy.copy(self)
        other.facts, other.notes, other.s = {}, [], s
        other.present = {"shortage.json"} & found
        other.visits = {sid: sorted(self.holders[sid]) for sid in sorted(self.holders)}
        other.tables = {"incompatible.tsv": self.tables["incompatible.tsv"],
                        "recusals.tsv": [(sid, iid) for sid, iid in sorted(self.barred)],
                        "inspectors.tsv": [(iid, str(c if free else 0), str(load), tags)
                                           for iid, (c, load, tags, free) in sorted(self.people.items())]}
        other.objects, data = {}, {f: read_file(os.path.join(self.path, folder + f)) for f in found}
        for kind in ("assignment", "handicaps"):
            other.tables[kind + ".tsv"] = read_table(data[kind + ".tsv"], folder + kind + ".tsv", kind)
        if "shortage.json" in found:
            other.objects["shortage.json"] = read_shortage(data["shortage.json"], folder + "shortage.json")
        try:
            other.step_pairing()
            other.step_optimum()
            other.step_rounds()
            if "shortage.json" in found:
                return other.step_shortage()
        except Bad as bad:
            raise Bad(folder + bad.file, bad.cause)
        self.paired = True
        for sid, texts in other.visits.items():
            self.holders[sid] = dict(zip(texts, other.teams[-1][sid]))

    def step_schedule(self):
        """17 schedule: form only."""
        file = self.at = "schedule.tsv"
        read_table(read_file(os.path.join(self.path, file)), file, "schedule")
        self.unshown("the days themselves", file)

    def more_facts(self):
        if self.broken.get(16):
            self.facts.pop("void", None)
        if 2 not in self.broken and "incompatible.tsv" not in self.bad_files:
            count = Counter(iid for row in self.tables.get("incompatible.tsv", ()) for iid in row[:2])
            top = max(count.values(), default=0)
            self.facts["most_incompatible_rows"] = {"rows": top, "iids": sorted(i for i, n in count.items() if n == top)}


def check_weight(entry, stratum, weight, where, file):
    """Weight of a frame row (step 4)."""
    if entry["method"] == "pareto":
        require(1 <= weight <= MAX_WEIGHT, where + " is outside 1 ... 2^20", file)
    else:
        require(weight == stratum.get("weight", 1) if entry["method"] == "proportional" else weight == 1,
                where + " is not that of its stratum", file)


# ---------------------------------------------------------------- receipts (§8)

class Receipt(Report):
    """The seven checks of §8; after a failure the others are not shown."""

    def __init__(self, path, data):
        super().__init__(path, RECEIPT_STEPS)
        self.file, self.data = os.path.basename(path), data

    def verify(self):
        for number, function in enumerate((self.step_form, self.step_beacon, self.step_rows, self.step_quota,
                                           self.step_ticket, self.step_team, self.step_result), 1):
            if number == 6 and 5 not in self.broken and not self.drawn and "team" not in self.r:
                continue                             # does not apply
            self.run(number, function, range(1, number))
        return self

    def require(self, condition, cause):
        require(condition, cause, self.file)

    def step_form(self):
        """1: canonical form, keys, the embedded commitment."""
        r = self.r = read_json(self.data, self.file)
        is_object = lambda x: isinstance(x, dict)
        spec = {"v": one_of("dr1-receipt"), "sid": is_id, "beacon": is_object, "commitment": is_object,
                "result": is_hex64, "lists": array_of(is_object, 1),
                "manifest": array_of(lambda x: array_of(is_text)(x) and len(x) == 2 and is_hex64(x[1]))}
        optional = {"team": is_object, "from": one_of("door", "opening")}
        shape(r, self.file, "", spec | {k: f for k, f in optional.items() if k in r}, closed=True)
        for i, entry in enumerate(r["lists"]):
            roll = {"roll": is_object} if "roll" in entry else {}
            shape(entry, self.file, f"lists[{i}].", {
                "list": is_name, "index": is_int, "row": lambda x: array_of(is_text)(x) and len(x) == 5,
                "path": array_of(is_hex64), "N": is_int, "n": is_int, "key": is_text, "rank": is_int,
                "outcome": one_of("drawn", "reserve", "none")} | roll, closed=True)
            if roll:
                shape(entry["roll"], self.file, f"lists[{i}].roll.", {"index": is_int, "key": is_hex64}, closed=True)
        names = [entry["list"] for entry in r["lists"]]
        self.require(all(a < b for a, b in zip(names, names[1:])), "lists: not strictly ascending")
        if "team" in r:
            self.check_team_form(r["team"])
        check_commitment(r["commitment"])
        self.c = r["commitment"]
        self.sealed = self.c["mode"] == "sealed"
        self.suite = Suite(self.c["suite"])
        self.digest = self.suite.h(jcs(self.c))
        self.check_listed()
        self.drawn = [entry["list"] for entry in r["lists"] if entry["outcome"] == "drawn"]
        self.facts |= {"C": self.digest, "sid": r["sid"], "attempt": self.c["attempt"], "prev": self.c["prev"],
                       "rehearsal": self.c.get("rehearsal") is True, "trust": self.c["beacon"]["trust"]}

    def check_listed(self):
        """The manifest: the files of such a draw; its digest is the result; it has this commitment and beacon."""
        rows, names = self.r["manifest"], [entry["list"] for entry in self.c["lists"]]
        expected = {FILE2, "beacon.json", "inspectors.tsv", "incompatible.tsv", "recusals.tsv", "visits.tsv",
                    "assignment.tsv", "handicaps.tsv"} | ({"standby.tsv"} if "standby" in self.c else set())
        for folder in ("frames", "draw") + (("rolls",) if self.sealed else ()):
            expected |= {f"{folder}/{name}.tsv" for name in names}
        paths = [path for path, _ in rows]
        expected |= {"shortage.json"} & set(paths)
        self.require(paths == sorted(expected, key=lambda path: path.encode()), "manifest: not the files of this draw")
        text = "path\tdigest\n" + "".join(f"{path}\t{digest}\n" for path, digest in rows)
        self.require(self.suite.h(text) == self.r["result"], "result: not the digest of the manifest")
        listed = dict(rows)
        self.require(listed[FILE2] == self.digest, "manifest: has another commitment")
        beacon = self.suite.h(jcs(self.r["beacon"]) + "\n")
        self.require(listed["beacon.json"] == beacon, "manifest: has another beacon")

    def check_team_form(self, team):
        """Keys of `team`, its slots and their eligible arrays."""
        is_pair = lambda x: array_of(is_text)(x) and len(x) == 2 and is_id(x[0]) and form(SIGNED)(x[1]) and len(x[1]) <= 40
        shape(team, self.file, "team.", {"round": is_int, "slots": array_of(lambda x: isinstance(x, dict))}, closed=True)
        for i, slot in enumerate(team["slots"]):
            where = f"team.slots[{i}]."
            shape(slot, self.file, where, {"slot": is_text, "iid": is_id, "eligible": array_of(is_pair, 1)}, closed=True)
            pairs = slot["eligible"]
            self.require(all(a[0] < b[0] for a, b in zip(pairs, pairs[1:])), where + "eligible: not strictly ascending")
            self.require(all(abs(int(h)) < MAX_HANDICAP for _, h in pairs), where + "eligible: handicap of 2^120 or more")

    def step_beacon(self):
        """2: step 6 of §7; S."""
        for cause in check_beacon(self.suite, self.c, self.r["beacon"], self.file):
            self.unshown(cause, self.file)
        if any(s["kind"] == "drand" for s in self.c["beacon"]["sources"]):
            self.facts["signature_unchecked"] = True
        self.s = self.facts["S"] = seed(self.suite, self.digest, self.r["beacon"]["strings"])

    def step_rows(self):
        """3: each row stands in its committed frame."""
        self.at, (tags, salt) = self.file, self.r["lists"][0]["row"][3:]
        self.require(is_hex64(salt) if self.sealed else salt == "-", "lists[0].row: salt not of the required form")
        self.salted = f"{self.r['sid']}.{salt}" if self.sealed else self.r["sid"]
        self.lists = {e["list"]: e for e in self.c["lists"]}
        for i, entry in enumerate(self.r["lists"]):
            where, row = f"lists[{i}].", entry["row"]
            self.require(entry["list"] in self.lists, where + "list: not committed")
            committed = self.lists[entry["list"]]
            self.require(row[0] == self.r["sid"], where + "row: not of this subject")
            self.require(is_name(row[1]) and is_int_text(row[2]) and is_tags(row[3]), where + "row: not of the required form")
            self.require(row[3] == tags and row[4] == salt, where + "row: other tags or salt")
            strata = {g["stratum"]: g for g in committed["strata"]}
            self.require(row[1] in strata, where + "row: stratum not committed")
            check_weight(committed, strata[row[1]], int(row[2]), where + "row: weight", self.file)
            self.require(self.included(row, entry, committed["frame"]), where + "path: does not lead to the committed root")

    def included(self, row, entry, frame):
        """RFC 9162 §2.1.3.2."""
        fn, sn, node = entry["index"], frame["n"] - 1, self.suite.leaf("\t".join(row))
        if fn > sn:
            return False
        for text in entry["path"]:
            if sn == 0:
                return False
            if fn & 1 or fn == sn:
                node = self.suite.node(bytes.fromhex(text), node)
                while fn and not fn & 1:
                    fn, sn = fn >> 1, sn >> 1
            else:
                node = self.suite.node(node, bytes.fromhex(text))
            fn, sn = fn >> 1, sn >> 1
        return sn == 0 and node.hex() == frame["root"]

    def step_quota(self):
        """4: N and n."""
        self.at, chances = self.file, {}
        for i, entry in enumerate(self.r["lists"]):
            committed = self.lists[entry["list"]]
            if committed["method"] == "pareto":
                size, n, chance = committed["frame"]["n"], committed["n"], "about n*w/W (W is not in a receipt)"
            else:
                size = next(g["N"] for g in committed["strata"] if g["stratum"] == entry["row"][1])
                n, chance = quotas(self.suite, self.s, committed)[entry["row"][1]]
            self.require(entry["N"] == size, f"lists[{i}].N: is {size}")
            self.require(entry["n"] == n, f"lists[{i}].n: is {n}")
            chances[entry["list"]] = chance
        self.facts["inclusion"] = chances

    def step_ticket(self):
        """5: ticket, rank, outcome."""
        for i, entry in enumerate(self.r["lists"]):
            committed, where = self.lists[entry["list"]], f"lists[{i}]."
            ticket = self.suite.h(self.suite.hl("group", self.s, committed["group"]) + self.salted)
            if committed["method"] == "pareto":
                self.require(PARETO_KEY.fullmatch(entry["key"]) and entry["key"][33:] == ticket, where + "key: not the ticket")
            else:
                self.require(entry["key"] == ticket, where + "key: not the ticket")
            self.require(1 <= entry["rank"] <= entry["N"], where + "rank: outside 1 ... N")
            self.require(entry["outcome"] == outcome(entry["rank"], entry["n"], committed["reserve"]), where + "outcome")
            self.require(("roll" in entry) == self.sealed, where + "roll: only in a sealed draw")
            if self.sealed:
                key = self.suite.h(f"{ticket}.{entry['list']}.{entry['rank']}")
                self.require(entry["roll"]["key"] == key, where + "roll: not of this ticket and rank")
                self.require(entry["roll"]["index"] < committed["frame"]["n"], where + "roll: beyond the roll")
        release = ("door" if self.drawn else "opening") if self.sealed else None
        self.require(self.r.get("from") == release, "from: does not follow from the outcome")

    def step_team(self):
        """6: the team is the cheapest from the eligible arrays."""
        self.at, team = self.file, self.r.get("team")
        short = "shortage.json" in dict(self.r["manifest"])
        if team is None:
            self.require(short, "team: missing though drawn, and without a shortage")
            return self.unshown("drawn, but a shortage left no team", self.file)
        self.require(self.drawn, "team: present though not drawn")
        self.require(not short, "team: present in spite of a shortage")
        try:
            texts = slot_texts(self.lists, self.drawn, self.r["lists"][0]["row"][3])
        except KeyError as error:
            raise Bad(self.file, f"lists: no tag for placeholder {error}")
        self.require(len(texts) <= 16 and [s["slot"] for s in team["slots"]] == texts, "team.slots: not the slots of §6.2")
        row = self.suite.h(self.suite.hl("pair", self.s) + self.salted)
        prices, costs = {}, []
        for i, slot in enumerate(team["slots"]):
            for iid, h in slot["eligible"]:
                self.require(prices.setdefault(iid, h) == h, f"team.slots[{i}]: another handicap of {iid}")
            costs.append({iid: pair_ticket(self.suite, row, iid, i) + int(h) for iid, h in slot["eligible"]})
            self.require(slot["iid"] in costs[i], f"team.slots[{i}].iid: not among the eligible")
        chosen = [slot["iid"] for slot in team["slots"]]
        self.require(len(set(chosen)) == len(chosen), "team.slots: an inspector stands twice")
        paid = sum(costs[i][iid] for i, iid in enumerate(chosen))
        self.require(paid == cheapest_team(costs), "team: not the cheapest; right only if the published handicaps are")

    def step_result(self):
        """7: to be compared with the notice."""
        self.facts["result_digest"] = self.r["result"]
        self.facts["not_proved"] = ("rank, pareto key number, eligible arrays and handicaps, last round, "
                                    "lists left out")
        self.unshown("compare the result digest with the notice", self.file)


# ---------------------------------------------------------------- program

def verify(path):
    """Report on one path, or a text saying why it is neither bundle nor receipt."""
    try:
        if os.path.isdir(path):
            if not os.path.lexists(os.path.join(path, FILE2)):
                return "no bundle: it has no commitment.json"
            return Bundle(path).verify()
        data = read_file(path)
    except OSError as error:
        return f"cannot be read: {error.strerror or error}"
    if b'"dr1-receipt"' not in data:
        return "neither a folder nor a dr1-receipt"
    return Receipt(path, data).verify()


def safe(text):
    """§11.8: control characters and bidirectional marks are escaped before printing."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape", "backslashreplace").decode() for c in str(text))


def overdue(report, today):
    """Whether a sealed draw is not opened after the day that it promised; the verdict does not depend on it."""
    promise = report.facts.get("opening_promise")
    unopened = any(c["number"] == 5 and c["outcome"] == "not_shown" for c in report.checks)
    return bool(promise and unopened and today > promise["by"])


def show(report, late):
    print(safe(report.path))
    for c in report.checks:
        cause = ": ".join(safe(x) for x in (c["file"], c["cause"]) if x)
        print(f"  {c['number']:>2} {c['id']:<11}{c['outcome'].replace('_', ' '):<10} {cause}".rstrip())
    for key, value in report.facts.items():
        print(f"     {key}: {safe(json.dumps(value, ensure_ascii=False))}")
    if report.facts.get("signature_unchecked"):
        print("     the BLS signature of drand was NOT verified by this program")
    if late:
        print("     the promised opening is OVERDUE")
    void = f"; the draw is VOID ({report.facts['void']})" if "void" in report.facts else ""
    print(f"  {'verified' if report.verified else 'NOT VERIFIED'}{void}")


def main(arguments):
    if "--policy" in arguments[:-1]:
        at = arguments.index("--policy")
        Bundle.policy = arguments[at + 1]
        arguments = arguments[:at] + arguments[at + 2:]
    while "--log" in arguments[:-1]:
        at = arguments.index("--log")
        Bundle.log = (Bundle.log or []) + [arguments[at + 1]]
        arguments = arguments[:at] + arguments[at + 2:]
    today = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=8))).date().isoformat()
    if "--today" in arguments[:-1]:
        at = arguments.index("--today")
        today = arguments[at + 1]
        arguments = arguments[:at] + arguments[at + 2:]
    as_json = "--json" in arguments
    paths = [a for a in arguments if a != "--json"]
    if not paths or any(a.startswith("--") for a in paths):
        print(__doc__, file=sys.stderr)
        return 2
    sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    code = 0
    for path in paths:
        report = verify(path)
        if isinstance(report, str):
            code = 2
            line = {"path": path, "verified": False, "checks": [], "facts": {}, "error": report}
            print(json.dumps(line) if as_json else f"{safe(path)}\n  {safe(report)}")
            continue
        code = max(code, 0 if report.verified else 1)
        late = overdue(report, today)
        if as_json:
            print(json.dumps({"path": path, "verified": report.verified, "overdue": late,
                              "checks": report.checks, "facts": report.facts}))
        else:
            show(report, late)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
