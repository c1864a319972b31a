#!/usr/bin/env bash
# All tests. Installs Python 3, which the independent verifier needs, and PostgreSQL, on which the store is tested
# besides SQLite, where a package manager can.
set -euo pipefail
cd "$(dirname "$0")/.."
if ! command -v python3 >/dev/null; then
  apt-get update && apt-get install --yes --no-install-recommends python3
fi
if ! compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null && ! command -v initdb >/dev/null; then
  # Without it the tests of the store say so and run against SQLite alone.
  { apt-get update && apt-get install --yes --no-install-recommends postgresql; } || true
fi
cargo test "$@"
# The default build has no reader of Parquet.
cargo test --lib --features parquet parquet
