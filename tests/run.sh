#!/usr/bin/env bash
# All tests. Installs Python 3, which the independent verifier needs, where a package manager can.
set -euo pipefail
cd "$(dirname "$0")/.."
if ! command -v python3 >/dev/null; then
  apt-get update && apt-get install --yes --no-install-recommends python3
fi
cargo test "$@"
# The default build has no reader of Parquet.
cargo test --lib --features parquet parquet
