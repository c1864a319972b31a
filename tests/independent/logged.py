"""Step 7 of docs/protocol.md and section 3 of docs/log.md: time and attempts, with Ed25519 and trees of log.py."""
import datetime
import json
import os
import struct

import log as tlog
from names import plain

CHINA = datetime.timezone(datetime.timedelta(hours=8))
BROKEN = (tlog.Bad, OSError, KeyError, IndexError, ValueError, TypeError, struct.error, RecursionError)


def source_name(source):
    """What stands before the value in a beacon string."""
    kind = source["kind"]
    last = {"drand": lambda s: f"{s['chain']}:{s['round']}", "nist2": lambda s: f"{s['chain']}:{s['pulse']}",
            "dice": lambda s: s["dice"], "wit": lambda s: s["name"]}
    return kind + ":" + last.get(kind, lambda s: f"{s['game']}-{s['issue']}")(source)


def entries_of(report, source_time):
    """(file of the proof, entry without `v` and `at`) of everything in the bundle that is logged."""
    c, digest = report.c, report.digest

    def read(path):
        with open(os.path.join(report.path, path), "rb") as file:
            return file.read()

    commit = {"kind": "commit", "agency": c["agency"], "draw": c["draw"], "commitment": digest, "suite": c["suite"],
              "attempt": c["attempt"], "prev": c["prev"], "matters": sorted({m for e in c["lists"] for m in e["matters"]}),
              "window": {key: c["window"][key] for key in ("from", "to")}, "margin_s": c["beacon"]["margin_s"],
              "beacon": [{"source": source_name(s), "at": source_time(s)} for s in c["beacon"]["sources"]]}
    if c.get("rehearsal") is True:
        commit["rehearsal"] = True
    entries = [("commit", commit)]
    if "beacon.json" in report.present:
        strings = json.loads(read("beacon.json"))["strings"]
        entries.append(("beacon", {"kind": "beacon", "commitment": digest, "strings": strings}))
    if "manifest.tsv" in report.present:
        entries.append(("result", {"kind": "result", "commitment": digest, "manifest": report.suite.h(read("manifest.tsv"))}))
    n = 1
    while f"events/{n:04}.json" in report.present:
        data = read(f"events/{n:04}.json")
        event = json.loads(data)
        entry = {"kind": "event", "commitment": digest, "n": n, "event": report.suite.h(data)}
        if event["kind"] == "void":
            entry.update(kind="void", reason=event["reason"])
        entries.append((f"event-{n:04}", entry))
        n += 1
    if "opening.json" in report.present:
        entries.append(("open", {"kind": "open", "commitment": digest, "opening": report.suite.h(read("opening.json"))}))
    return [(f"log/{name}.tlog-proof", entry) for name, entry in entries]


def body(data):
    """An entry without what its place in the log adds."""
    return {key: value for key, value in tlog.entry(data).items() if key not in ("v", "at")}


def step(report, source_time):
    try:
        policy = tlog.Policy(report.policy)
    except BROKEN as error:
        report.unshown(f"the policy cannot be read: {error}")
        return
    try:
        entries = entries_of(report, source_time)
    except BROKEN:
        return report.unshown("depends on the step of the file")
    earliest = source_time(report.c["beacon"]["sources"][0])
    due = {"commit": earliest - report.c["beacon"]["margin_s"], "void": earliest - 1}
    proved, waiting = {}, []
    for path, entry in entries:
        report.at = path
        tlog.demand(path in report.present, "the proof is missing")
        with open(os.path.join(report.path, path), "rb") as file:
            data, index, proof, checkpoint = tlog.read_proof(file.read())
        origin, size, root = tlog.checkpoint(tlog.note(checkpoint)[0])
        tlog.demand(tlog.included(index, size, tlog.leaf(data), proof, root), "the proof does not lead to the root")
        tlog.demand(body(data) == entry, "the log has something else")
        try:
            reached = policy.check(checkpoint)[3]
            limit = due.get(entry["kind"])
            if entry["kind"] == "event":
                limit = decided(report, entry["n"], source_time)
            tlog.demand(limit is None or 0 < reached <= limit, f"cosigned at {reached}, due by {limit}")
        except tlog.NoQuorum:
            effect = entry["kind"] == "event" and decided(report, entry["n"], source_time) is not None and any(
                name.startswith(f"events/{entry['n']:04}/") for name in report.present)
            if entry["kind"] in due or effect:
                raise
            waiting.append(path)
        proved[path] = (origin, size, root, index)
    steps = [path for path, entry in entries if entry["kind"] not in ("event", "void")]
    events = [steps[0]] + [path for path, entry in entries if entry["kind"] in ("event", "void")]
    for chain in (steps, events):
        for first, second in zip(chain, chain[1:]):
            same = proved[first][0] == proved[second][0]
            tlog.demand(not same or proved[first][3] < proved[second][3], f"{second} was logged before {first}")
    known = [entry for _, entry in entries]
    for path in sorted(report.present):
        if path.startswith("log/") and path.endswith(".tlog-proof") and path not in proved:
            left_over(report, policy, path, known)
    declared = list(report.c["beacon"]["sources"])
    for _, entry in entries:
        if entry["kind"] == "event":
            declared += named(report, entry["n"])
    if not any(source["kind"] == "drand" for source in declared):
        times = ", ".join(f"{source_name(s)} at or after {source_time(s)}" for s in declared if s["kind"] != "wit")
        report.unshown(f"only if these became known no earlier than was declared: {times}")
    for path in waiting:
        report.unshown("the witnesses have not cosigned yet", path)
    if report.log:
        compare(report, policy, known, proved)


def named(report, n):
    """The sources that an event names."""
    with open(os.path.join(report.path, f"events/{n:04}.json"), "rb") as file:
        return json.loads(file.read()).get("beacon", [])


def decided(report, n, source_time):
    """The last second before the earliest public value that decides what follows from an event, if one does."""
    times = [source_time(source) for source in named(report, n)]
    return min(times) - 1 if times else None


def is_closed(report, entry):
    """Events are closed until the opening, an opening to the auditor alone for ever."""
    to_auditor = report.sealed and report.c["seal"]["opens"] == "auditor"
    return report.unopened and (entry["kind"] == "event" or entry["kind"] == "open" and to_auditor)


def left_over(report, policy, path, known):
    """A proof of something of this draw that the bundle does not have."""
    try:
        with open(os.path.join(report.path, path), "rb") as file:
            data, index, proof, checkpoint = tlog.read_proof(file.read())
        entry = body(data)
        _, size, root, _ = policy.check(checkpoint)
    except BROKEN:
        return
    if entry.get("commitment") != report.digest or entry in known:
        return
    closed = is_closed(report, entry)
    ours = tlog.included(index, size, tlog.leaf(data), proof, root)
    tlog.demand(not ours or closed, f"the log has what the bundle lacks: {path}")


class Copy:
    """A copy of a log, whose files fit."""

    def __init__(self, report, policy, folder):
        with open(os.path.join(folder, "checkpoint"), "rb") as file:
            self.checkpoint = file.read()
        try:
            policy.check(self.checkpoint)
        except tlog.NoQuorum:
            report.unshown("too few have cosigned the head of the copy")
        self.origin, size, root = tlog.checkpoint(tlog.note(self.checkpoint)[0])
        self.datas = tlog.read_log(folder, size, root)
        self.leaves = [tlog.leaf(data) for data in self.datas]
        self.entries = [tlog.entry(data) for data in self.datas]

    def commits(self):
        """(place, entry) of each commitment, where it stands first."""
        first = {}
        for index, entry in enumerate(self.entries):
            if entry["kind"] == "commit":
                first.setdefault(entry["commitment"], (index, entry))
        return list(first.values())


def compare(report, policy, known, proved):
    report.at = "--log"
    copies = {}
    for folder in report.log:
        copy = Copy(report, policy, folder)
        tlog.demand(copy.origin not in copies, "two copies of one log")
        copies[copy.origin] = copy
    for path, (origin, n, head, _) in proved.items():
        copy = copies.get(origin)
        fits = copy and n <= len(copy.leaves) and tlog.head(copy.leaves[:n]) == head
        tlog.demand(fits, f"{path} is not of this copy")
    for name in sorted({key[0] for key in policy.logs} - set(copies)):
        report.unshown(f"no copy of the log {name}, which the policy believes: attempts in it are not counted")
    own = [(copy, place, entry) for copy in copies.values() for place, entry in copy.commits()
           if entry["commitment"] == report.digest]
    tlog.demand(own, "the copy has no such commitment")
    home, _, mine = own[0]
    rivals, others = [(mine["at"], home.origin, own[0][1], report.digest)], 0
    first, last, kind = days(mine)
    for copy in copies.values():
        for data, entry in zip(copy.datas, copy.entries):
            if entry.get("commitment") == report.digest:
                tlog.demand(body(data) in known or is_closed(report, entry), "an entry is not what the bundle has")
        for index, code in review(copy.entries):
            tlog.demand(copy.entries[index].get("commitment") != report.digest, f"{code} at entry {index}")
        void, way = voided(copy.entries), []
        for place, entry in copy.commits():
            c = entry["commitment"]
            if c == report.digest:
                continue
            begins, ends, sort = days(entry)
            others += c not in void and sort == kind and begins <= last and ends >= first
            if not competes(entry, mine):
                continue
            rivals.append((entry["at"], copy.origin, place, c))
            earlier = (entry["at"], copy.origin) < (mine["at"], home.origin)
            if copy is not home and earlier and entry["window"]["to"] >= made_on(mine):
                at = void.get(c)
                tlog.demand(at is not None and copy.entries[at]["at"] <= mine["at"], f"L20 in the log {copy.origin}")
                way.append((entry, at))
        dates(report, policy, copy, way if copy is not home else cleared(copy.entries, report.digest))
    rivals.sort()
    report.facts["others"] = others
    report.facts["attempts"] = [[c for *_, c in rivals].index(report.digest) + 1, len(rivals)]


def days(entry):
    return entry["window"]["from"], entry["window"]["to"], entry.get("rehearsal", False)


def dates(report, policy, copy, way):
    """Voids that cleared the way: a log's own clock does not prove that they came in time, only what was cosigned does."""
    heads, checkpoint = [], copy.checkpoint
    for path in [None] + sorted(p for p in report.present if p.startswith("log/") and p.endswith(".tlog-proof")):
        try:
            if path is not None:
                with open(os.path.join(report.path, path), "rb") as file:
                    data, index, proof, checkpoint = tlog.read_proof(file.read())
            of, size, root, reached = policy.check(checkpoint)
            if path is not None:
                tlog.demand(tlog.included(index, size, tlog.leaf(data), proof, root), "the proof does not hold")
        except BROKEN:
            continue
        if of == copy.origin and size <= len(copy.leaves) and tlog.head(copy.leaves[:size]) == root and reached > 0:
            heads.append((size, reached))
    for old, void in way:
        name, earliest = f"{old['draw']}, attempt {old['attempt']}", old["beacon"][0]["at"]
        if not any(size > void and reached < earliest for size, reached in heads):
            report.unshown(f"that {name} was void in time rests on the log's own clock: no witness saw it before {earliest}")
        elif not any(one["source"].startswith("drand:") for one in old["beacon"]):
            report.unshown(f"that {name} was void in time holds only if its values came no earlier than declared")


def cleared(entries, digest):
    """(commitment, place of its void) of all that was voided to clear the way for a commitment."""
    void, commits = voided(entries), {}
    for index, entry in enumerate(entries):
        if entry["kind"] == "commit":
            commits.setdefault(entry["commitment"], index)
    place = commits[digest]
    new, found = entries[place], []
    for c, index in commits.items():
        old, at = entries[index], void.get(c, place)
        if index < place and at < place and competes(old, new) and old["window"]["to"] >= made_on(new):
            found.append((old, at))
    return found


def voided(entries):
    """The commitments whose first void was before their earliest source, each with its place."""
    earliest, found = {}, {}
    for index, entry in enumerate(entries):
        c = entry.get("commitment")
        if entry["kind"] == "commit":
            earliest.setdefault(c, entry["beacon"][0]["at"])
        elif entry["kind"] == "void" and c in earliest:
            found.setdefault(c, index)
    return {c: index for c, index in found.items() if entries[index]["at"] < earliest[c]}


def made_on(entry):
    """The day in China on which a commitment was made at the latest."""
    made = min(entry["at"], entry["beacon"][0]["at"])
    return datetime.datetime.fromtimestamp(made, CHINA).date().isoformat()


def competes(a, b):
    overlap = a["window"]["from"] <= b["window"]["to"] and b["window"]["from"] <= a["window"]["to"]
    shared = set(map(plain, a["matters"])) & set(map(plain, b["matters"]))
    same = plain(a["agency"]) == plain(b["agency"]) and a.get("rehearsal", False) == b.get("rehearsal", False)
    return same and (a["draw"] == b["draw"] or bool(overlap and shared))


def review(entries):
    """(index, code) of the errors of docs/log.md, section 3."""
    found, draws, last = [], {}, 0
    voids = {}                                       # commitment -> index of the first void
    for index, entry in enumerate(entries):
        if entry["kind"] == "void":
            voids.setdefault(entry["commitment"], index)
    for index, entry in enumerate(entries):
        if entry["at"] < last:
            found.append((index, "L29"))
        last = max(last, entry["at"])
        kind, c = entry["kind"], entry.get("commitment")
        if kind == "register":
            continue
        if kind == "commit":
            if c in draws:
                found.append((index, "L25"))
                draws[c] = dict(draws[c], events=0, told=set())
                continue
            day = made_on(entry)
            for old in draws.values():
                void = voids.get(old["entry"]["commitment"])
                gone = void is not None and void < index and entries[void]["at"] < old["entry"]["beacon"][0]["at"]
                if not gone and old["entry"]["window"]["to"] >= day and competes(old["entry"], entry):
                    found.append((index, "L20"))
                    break
            if entry["prev"] != "-":
                before = draws.get(entry["prev"])
                if before is None or before["entry"]["attempt"] + 1 != entry["attempt"]:
                    found.append((index, "L21"))
            draws[c] = {"entry": entry, "events": 0, "told": set()}
            continue
        draw = draws.get(c)
        if draw is None:
            found.append((index, "L23"))
            continue
        if kind == "void" and voids[c] == index and entry["at"] >= draw["entry"]["beacon"][0]["at"]:
            found.append((index, "L22"))
        if kind in ("event", "void"):
            if entry["n"] != draw["events"] + 1:
                found.append((index, "L24"))
            draw["events"] = entry["n"]
            continue
        if kind == "beacon":
            sources = [one["source"] + ":" for one in draw["entry"]["beacon"]]
            fits = len(sources) == len(entry["strings"])
            if not fits or not all(s.startswith(of) for s, of in zip(entry["strings"], sources)):
                found.append((index, "L26"))
        if kind == "result" and "beacon" not in draw["told"]:
            found.append((index, "L23"))
        if kind in draw["told"]:
            found.append((index, "L25"))
        draw["told"].add(kind)
    return found
