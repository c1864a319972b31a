"""Our draw, our pairing and our days beside their peers, all in one run on one machine; prints tables of Markdown.

    python3 benches/peers            # everything; some six minutes, 10 GB of memory for OR-Tools
    python3 benches/peers sampling   # one part: sampling, pairing, oracle, days
    python3 benches/peers pairing oracle

The peers come by pip into an environment under `target`. Ends with an error if some solver finds a better pairing
than ours. The rows of `docs/benchmarks.md` come from here.
"""

import datetime
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
from fractions import Fraction
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TARGET = (ROOT / os.environ.get("CARGO_TARGET_DIR", "target")).resolve()
PACKAGES = ["numpy", "scipy", "ortools", "cryptorandom", "consistent_sampler"]
PARTS = ["sampling", "pairing", "oracle", "days"]
# What CP-SAT gets for a quarter's days.
DAYS_SECONDS = 15
CLASSES = ["A", "B", "C", "D"]
# Runs that estimate the chances, of the district and of twenty subjects.
RUNS = {"numpy": (1_000, 100_000), "cryptorandom": (200, 100_000)}
VARIANTS = 5


def environment():
    """Goes on in an environment that has the peers, which is made if there is none."""
    python = TARGET / "peers" / "bin" / "python"
    if Path(sys.prefix).resolve() == TARGET / "peers":
        return
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", TARGET / "peers"], check=True)
    if subprocess.run([python, "-c", "import " + ",".join(PACKAGES)], stderr=subprocess.DEVNULL).returncode:
        subprocess.run([python, "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
    os.execv(python, [python, __file__, *sys.argv[1:]])


def bench(name, *arguments):
    """What one of our benchmarks prints."""
    command = ["cargo", "bench", "--quiet", "--bench", name, "--", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout


def table(head, rows):
    print("\n| " + " | ".join(head) + " |\n|" + " --- |" * len(head))
    for row in rows:
        print("| " + " | ".join(row) + " |")
    sys.stdout.flush()


def span(seconds):
    if seconds < 0.1:
        return f"{seconds * 1000:.2g} ms" if seconds < 0.01 else f"{seconds * 1000:.0f} ms"
    return f"{seconds:.2f} s" if seconds < 10 else f"{seconds:.0f} s"


def times(ratio):
    return f"{ratio:.2g} ×" if ratio < 100 else f"{ratio:.0f} ×"


# ------------------------------------------------------------------------------------------ sampling


def sampling():
    import samplers

    lines = [json.loads(line) for line in bench("sampling").splitlines() if line.startswith("{")]
    people = {line["population"]: samplers.Population(line) for line in lines if "sizes" in line}
    ours = {line["work"]: line["nanos"] / 1e9 for line in lines if "work" in line}
    district = people["district"]
    peers = [(name, "weighted" in name, ours[name]) for name in ("rand, equal chances", "rand, weighted")]
    peers = [("bare compressions", False, ours["bare compressions"])] + peers + samplers.times(district)
    rows = []
    for name, weighted, seconds in peers:
        for method in ("proportional", "pareto") if weighted else ("fixed",):
            rows.append([method, span(ours[method]), name, span(seconds), times(seconds / ours[method])])
    print(f"\nDrawing {district.n} of {district.len}; peer/ours above 1: ours is faster.")
    table(["方法 ours", "时间 time", "同类 peer", "时间 time", "同类/我们 peer/ours"], rows)
    for place, name in enumerate(people):
        counted = [line for line in lines if line["population" if "population" in line else "work"] == name]
        for sampler, runs in RUNS.items():
            counted.append(samplers.count(people[name], sampler, runs[place]))
        chances(name, people[name], counted, samplers)


def chances(name, people, counted, samplers):
    """Relative errors of the classes' chances against n·w/W, estimates with their standard errors."""
    total = sum(size * weight for size, weight in zip(people.sizes, people.weights))
    aims = [Fraction(people.n * weight, total) for weight in people.weights]
    rows = [["n·w/W", "–", *(f"{float(aim):.4f}" for aim in aims)]]

    def add(label, runs, errors):
        rows.append([label, runs, *errors])

    for line in counted:
        if "every_start" in line:
            found = [Fraction(n, line["starts"] * size) for n, size in zip(line["every_start"], people.sizes)]
            errors = [chance / aim - 1 for chance, aim in zip(found, aims)]
            exact = ["0" if error == 0 else f"{float(error):+.2e}" for error in errors]
            add("`proportional`, 穷举起点 every start", f"{line['starts']} exact", exact)
        if "sampler" in line:
            errors = []
            for drawn, squares, size, aim in zip(line["sums"], line["squares"], people.sizes, aims):
                runs = line["runs"]
                mean = drawn / runs
                deviation = max(squares / runs - mean * mean, 0) ** 0.5 / runs ** 0.5
                expected = float(size * aim)
                errors.append(f"{(mean / expected - 1) * 100:+.2f} ± {deviation / expected * 100:.2f} %")
            sampler = line["sampler"]
            add(f"`{sampler}`" if sampler in ("proportional", "pareto") else sampler, f"{line['runs']}", errors)
    label = "逐个抽取，理论 successive, theory"
    theories = [(label, "limit", samplers.successive_limit)]
    if people.len < 100:
        theories = [(label, "exact", samplers.successive), ("Pareto，理论 theory", "exact", samplers.pareto)]
    for label, kind, work in theories:
        found = [chance / float(aim) - 1 for chance, aim in zip(work(people), aims)]
        add(label, kind, [f"{error * 100:+.2f} %" for error in found])
    sizes = ", ".join(f"{c} {size} (w {w})" for c, size, w in zip(CLASSES, people.sizes, people.weights))
    print(f"\nErrors of the inclusion probabilities, {name}: {people.n} of {people.len}; {sizes}.")
    table(["抽样 sampler", "次数 runs", *CLASSES], rows)


# ------------------------------------------------------------------------------------------ pairing


def compared(found, ours):
    """A word for two sums, ours being the least by proof."""
    if found < ours:
        raise SystemExit(f"a better pairing exists: {found} < {ours}")
    return "equal" if found == ours else f"ours less by {found - ours}"


def pairing(folder):
    """The sizes of a district: one process each, so that its peak memory is its own."""
    import flows

    rows = []
    for name in ("regional", "dense"):
        bench("pairing", name, "--arcs", folder)
        path = folder / f"{name}-0-0.arcs"
        head, arcs = flows.read(path)
        ours, hashing = head["nanos"] / 1e9, head["hashing"] / 1e9
        what = f"{name}: {head['visits']} × {head['slots']} × {len(head['loads'])}"
        mine = f"{span(ours)}, {int(head['peak'].split()[0]) / 1024:.0f} MB"

        def add(peer, count, seconds, verdict):
            rows.append([what, mine, f"{peer}, {count} arcs", span(seconds), times(seconds / ours),
                         times(seconds / (ours - hashing)), verdict])

        for label, part in (("24 cheapest", flows.cheapest(arcs, 24)), ("all", arcs)):
            found, seconds, shift = flows.least_tickets(head, part)
            verdict = compared(found, int(head["tickets"])) + f" ΣW ({shift} bits dropped)"
            add(f"OR-Tools, {label}", len(part), seconds, verdict)
        squares, seconds = flows.least_squares(head, arcs)
        add("OR-Tools, all, Σ(load+visits)²", len(arcs), seconds, compared(squares, int(head["squares"])))
        path.unlink()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print("\nPairing. Ours hashes all eligible pairs, finds the numbers of visits and proves the result; OR-Tools is given\n"
          f"arcs with prices and, for ΣW, our numbers of visits. Peak of the Python process {peak:.1f} GB.")
    table(["工作 work", "我们 ours", "同类 peer", "时间 time", "同类/我们 peer/ours", "不计杂凑 without hashing", "目标 objective"],
          rows)


def oracle(folder):
    """500 × 30 with teams of 3, 4, 6 and 12: every round of every variant against OR-Tools, one against HiGHS."""
    import flows

    rows = []
    for slots in (3, 4, 6, 12):
        name, ours, peers, rounds, full, squares, tickets = f"oracle{slots}", 0.0, 0.0, [], [], [], []
        for variant in range(VARIANTS):
            bench("pairing", name, "--variant", variant, "--arcs", folder)
            paths = sorted(folder.glob(f"{name}-{variant}-*.arcs"))
            rounds.append(len(paths))
            for path in paths:
                head, arcs = flows.read(path)
                full.append(head["full"])
                found, seconds = flows.least_squares(head, arcs)
                squares.append(compared(found, int(head["squares"])))
                peers += seconds
                found, seconds, _ = flows.least_tickets(head, arcs)
                tickets.append(compared(found, int(head["tickets"])))
                peers += seconds
                if (slots, variant) == (3, 0) and path == paths[0]:
                    found, seconds = flows.highs(head, arcs)
                    highs = f"HiGHS on {len(arcs)} of these arcs: {span(seconds)}, {compared(found, int(head['tickets']))}"
                path.unlink()
            ours += head["nanos"] / 1e9

        def equal(verdicts):
            others = [verdict for verdict in verdicts if verdict != "equal"]
            return f"{len(verdicts) - len(others)} of {len(verdicts)} equal" + "".join(f"; {one}" for one in others)

        rows.append([f"500 × {slots} × 30", f"{VARIANTS}, {sum(rounds)} rounds", f"{min(full)}–{max(full)} of 30",
                     equal(squares), equal(tickets), span(ours), span(peers)])
    print("\nEvery round against OR-Tools: loads, capacities that bind, specialities, recusals, incompatible pairs.")
    table(["大小 size", "实例 instances", "满额 at capacity", "Σ(load+visits)²", "ΣW", "我们 ours", "OR-Tools"], rows)
    print(f"\n{highs}.")


# -------------------------------------------------------------------------------------------- days


def days(folder):
    """A smaller quarter: our trips and those that CP-SAT finds, with its bound, under the same rules."""
    import days as peer

    path = folder / "days.json"
    bench("schedule", "--export", path)
    instance = json.loads(path.read_text(encoding="utf-8"))
    found, bound, seconds = peer.solve(instance, DAYS_SECONDS)
    if instance["trips"] < bound:
        raise SystemExit(f"fewer trips than the bound: {instance['trips']} < {bound}")
    visits, limits = instance["visits"], instance["limits"]
    members, took = sum(len(visit["team"]) for visit in visits), instance["microseconds"] / 1e6
    what = f"{len(visits)} × {len(limits)} × {len(limits[0])}"
    print("\nDays of visits. Both make as few trips (one person, one day, one area) as they can; our days cannot be foreseen,\n"
          "those of CP-SAT are the solver's choice, which can.")
    table(["大小 size", "不合并 unshared", "我们 ours", "时间 time", "CP-SAT", "时间 time", "下界 bound"],
          [[what, f"{members}", f"{instance['trips']}", span(took), f"{found}", span(seconds), f"{bound}"]])


def processor():
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.split(": ")[1] for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def main():
    import importlib.metadata

    parts = sys.argv[1:] or PARTS
    if unknown := set(parts) - set(PARTS):
        raise SystemExit(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in PACKAGES)
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    print(f"{datetime.date.today()}; {os.cpu_count()} × {processor()}; load before {load}; Python "
          f"{platform.python_version()}, {versions}")
    with tempfile.TemporaryDirectory(dir=TARGET) as folder:
        if "sampling" in parts:
            sampling()
        if "pairing" in parts:
            pairing(Path(folder))
        if "oracle" in parts:
            oracle(Path(folder))
        if "days" in parts:
            days(Path(folder))


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    environment()
    main()
