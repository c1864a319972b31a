"""Runs the queries of `ssj sql` on engines that come as Python packages and compares their rows with ours.

    python tests/sql/engines.py FOLDER ENGINE...        engines: duckdb, spark, clickhouse

`cargo test --test sql` writes FOLDER: `cases.json`, and for each case its frame as in a bundle, the rows expected, and
one query for each engine. A case with a register has a view and statements instead, whose rows are written beside
them for the test to compare. Spark runs in local-cluster mode, so that rows really travel between processes.
Packages: duckdb, pyspark (with Java 17), chdb.
"""
import json
import os
import re
import sys
import time


def statements(sql):
    """The statements of a query; what is left of comments alone is none."""
    parts = sql.split(";\n")
    code = lambda part: re.sub(r"^--.*$", "", part, flags=re.MULTILINE).strip()
    return [part for part in parts if code(part)]


class Duckdb:
    key = "DuckDB"

    def __init__(self):
        import duckdb
        self.db = duckdb.connect()
        self.version = duckdb.__version__

    def load(self, table, path):
        columns = "{'sid': 'VARCHAR', 'stratum': 'VARCHAR', 'weight': 'BIGINT', 'tags': 'VARCHAR', 'salt': 'VARCHAR'}"
        self.db.execute(
            f"CREATE OR REPLACE TABLE {table} AS SELECT sid, stratum, weight FROM "
            f"read_csv('{path}', delim='\t', header=true, quote='', columns={columns})")

    def load_register(self, path, columns, view):
        types = "{" + ", ".join(f"'{column}': 'VARCHAR'" for column in columns) + "}"
        self.db.execute("DROP VIEW IF EXISTS subjects")
        self.db.execute(
            f"CREATE OR REPLACE TABLE register AS SELECT * FROM read_csv('{path}', delim='\t', header=true, "
            f"quote='', escape='', columns={types})")
        self.db.execute(view)

    def give(self, name, value):
        self.db.execute(f"SET VARIABLE {name} = '{value}'")

    def run(self, statement):
        rows = self.db.execute(statement).fetchall()
        return "".join("\t".join(map(str, row)) + "\n" for row in rows)


class Spark:
    key = "Spark"

    def __init__(self):
        import pyspark
        from pyspark.sql import SparkSession
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
        os.environ.setdefault("SPARK_HOME", os.path.dirname(pyspark.__file__))
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        builder = SparkSession.builder.master("local-cluster[2,1,2048]").appName("ssj")
        options = {
            "spark.ui.enabled": "false", "spark.sql.shuffle.partitions": "4", "spark.executor.memory": "2g",
            "spark.driver.memory": "3g", "spark.driver.host": "127.0.0.1",
        }
        for name, value in options.items():
            builder = builder.config(name, value)
        self.session = builder.getOrCreate()
        self.session.sparkContext.setLogLevel("ERROR")
        self.version = pyspark.__version__

    def load(self, table, path):
        schema = "sid string, stratum string, weight bigint, tags string, salt string"
        frame = self.session.read.csv(path, sep="\t", header=True, quote="", schema=schema)
        frame = frame.select("sid", "stratum", "weight").cache()
        frame.count()
        frame.createOrReplaceTempView(table)

    def load_register(self, path, columns, view):
        schema = ", ".join(f"{column} string" for column in columns)
        frame = self.session.read.csv(path, sep="\t", header=True, quote="", escape="", schema=schema)
        frame.createOrReplaceTempView("register")
        self.session.sql(view.replace("create view", "create or replace temporary view"))

    def give(self, name, value):
        self.session.conf.set(name, value)

    def run(self, statement):
        rows = self.session.sql(statement).collect()
        return "".join("\t".join(map(str, row)) + "\n" for row in rows)


class Clickhouse:
    key = "ClickHouse"

    def __init__(self):
        import chdb
        from chdb.session import Session
        self.session = Session()
        self.version = self.run("SELECT version()").strip()
        self.given = {}
        del chdb

    def load(self, table, path):
        self.run(f"DROP TABLE IF EXISTS {table}")
        self.run(f"CREATE TABLE {table} (sid String, stratum String, weight Int64) ENGINE = Memory")
        self.run(
            f"INSERT INTO {table} SELECT sid, stratum, weight FROM file('{path}', 'TSVWithNames', "
            "'sid String, stratum String, weight Int64, tags String, salt String')")
        self.given = {}

    def load_register(self, path, columns, view):
        types = ", ".join(f"{column} String" for column in columns)
        self.run("DROP VIEW IF EXISTS subjects")
        self.run("DROP TABLE IF EXISTS register")
        self.run(f"CREATE TABLE register ({types}) ENGINE = Memory")
        self.run(f"INSERT INTO register SELECT * FROM file('{path}', 'TabSeparatedRawWithNames', '{types}')")
        # Only its own word lets a type hold null.
        self.run(re.sub(r" as (integer|date)\)", r" as Nullable(\1))", view).replace("(date)", "(Date32)"))

    def give(self, name, value):
        self.run(f"SET param_{name} = '{value}'")

    def run(self, statement):
        return str(self.session.query(statement, "TSVRaw"))


ENGINES = {"duckdb": Duckdb, "spark": Spark, "clickhouse": Clickhouse}


def run_case(engine, folder, case):
    """None, or what differs; and the seconds of the draw."""
    engine.load(case["table"], os.path.join(folder, case["frame"]))
    for name, value in case["parameters"].items():
        engine.give(name, value)
    sql = open(os.path.join(folder, case["sql"][engine.key]), encoding="utf-8").read()
    check, draw = statements(sql)
    differing = engine.run(check)
    if differing:
        return f"the frame differs from the commitment: {differing}", 0
    start = time.perf_counter()
    rows = engine.run(draw)
    seconds = time.perf_counter() - start
    expected = open(os.path.join(folder, case["expected"]), encoding="utf-8").read()
    if rows == expected:
        return None, seconds
    ours, theirs = expected.splitlines(), rows.splitlines()
    pairs = zip(ours + [""] * len(theirs), theirs + [""] * len(ours))
    first = next((pair for pair in pairs if pair[0] != pair[1]), ("", ""))
    return f"{len(theirs)} rows of {len(ours)}; ours {first[0]!r}, theirs {first[1]!r}", seconds


def ask_frames(engine, folder, case):
    """Writes what each statement prints beside it, as NAME.out."""
    engine.load_register(os.path.join(folder, case["register"]), case["columns"], case["view"])
    for name in case["statements"][engine.key]:
        path = os.path.join(folder, name)
        [statement] = statements(open(path, encoding="utf-8").read())
        rows = engine.run(statement.rstrip().removesuffix(";"))
        with open(path + ".out", "w", encoding="utf-8", newline="") as out:
            out.write(rows)


def main():
    folder, names = sys.argv[1], sys.argv[2:]
    cases = json.load(open(os.path.join(folder, "cases.json"), encoding="utf-8"))
    failed = 0
    for name in names:
        engine = ENGINES[name]()
        for case in cases:
            if "register" in case:
                ask_frames(engine, folder, case)
                continue
            wrong, seconds = run_case(engine, folder, case)
            failed += wrong is not None
            if wrong or case["rows"] >= 100_000:
                verdict = wrong or "equal"
                print(f"{engine.key} {engine.version}: {case['name']}, {case['rows']} rows, {seconds:.2f} s: {verdict}")
        print(f"{engine.key} {engine.version}: {len(cases)} cases")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
