"""A smaller quarter scheduled by OR-Tools' CP-SAT, beside ours: both objectives, the same rules.

    python3 benches/peers days                       # exports the quarter and prints both
    python3 benches/peers/days.py FILE [SECONDS]     # FILE: cargo bench --bench schedule -- --export FILE

Trips are what both minimise: one person, one day, one area. CP-SAT has the time given, and all freedom: its days may be
foreseen, ours may not.
"""

import json
import sys
import time

from ortools.sat.python import cp_model


def solve(instance, seconds):
    """The least number of trips found, the bound proved, and the seconds it took."""
    model = cp_model.CpModel()
    visits, limits = instance["visits"], instance["limits"]
    last = len(limits[0]) - instance["keep_free"]
    chosen, made, at = [], {}, {}
    for number, visit in enumerate(visits):
        early = [day for day in visit["open"] if day < last]
        # As ours: where the days that are kept free are most of what is open they are not kept.
        days = early if 2 * len(early) >= len(visit["open"]) else visit["open"]
        choice = {day: model.new_bool_var(f"v{number}d{day}") for day in days}
        model.add_exactly_one(choice.values())
        chosen.append(choice)
        for day, taken in choice.items():
            for person in visit["team"]:
                at.setdefault((person, day), []).append(taken)
                trip = made.setdefault((person, day, visit["area"]), model.new_bool_var(f"t{person}d{day}{visit['area']}"))
                model.add_implication(taken, trip)
    for (person, day), taken in at.items():
        model.add(sum(taken) <= limits[person][day])
    model.minimize(sum(made.values()))
    for choice, day in zip(chosen, instance["days"]):
        for other, taken in choice.items():
            model.add_hint(taken, other == day)
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = 2
    begin = time.perf_counter()
    status = solver.solve(model)
    assert status in (cp_model.OPTIMAL, cp_model.FEASIBLE), solver.status_name(status)
    return int(solver.objective_value), int(solver.best_objective_bound), time.perf_counter() - begin


def main(path, seconds=60):
    with open(path, encoding="utf-8") as file:
        instance = json.load(file)
    found, bound, took = solve(instance, float(seconds))
    ours, members = instance["trips"], sum(len(visit["team"]) for visit in instance["visits"])
    print(f"{len(instance['visits'])} visits, {len(instance['limits'])} people, {len(instance['limits'][0])} days, {members} without sharing")
    print(f"ours    {ours} trips, {instance['microseconds'] / 1000:.2f} ms, days unforeseeable")
    print(f"CP-SAT  {found} trips (bound {bound}), {took:.1f} s, days by the solver's choice")


if __name__ == "__main__":
    main(*sys.argv[1:])
