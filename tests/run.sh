#!/usr/bin/env bash
# All tests. Installs Python 3, which the independent verifier needs, PostgreSQL, on which the store is tested besides
# SQLite, and DuckDB in an environment of its own, where a package manager can: both also run the queries of ssj sql. There, too, is
# ZXing, which reads the QR codes of receipts, and icalendar, which reads the calendars of inspectors. Node 20.19, the
# packages of web/ and Chromium show the page that verifies.
set -euo pipefail
cd "$(dirname "$0")/.."
if ! command -v python3 >/dev/null; then
  apt-get update && apt-get install --yes --no-install-recommends python3
fi
if ! compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null && ! command -v initdb >/dev/null; then
  # Without it the tests of the store say so and run against SQLite alone.
  { apt-get update && apt-get install --yes --no-install-recommends postgresql; } || true
fi
engines=${CARGO_TARGET_DIR:-target}/engines
if ! "$engines/bin/python" -c 'import duckdb, icalendar, zxingcpp' 2>/dev/null; then
  # Without it the queries of ssj sql run on PostgreSQL alone, and their tests say so. Debian keeps venv apart.
  { python3 -m venv "$engines" || { apt-get update && apt-get install --yes --no-install-recommends python3-venv; } &&
    python3 -m venv "$engines" && "$engines/bin/pip" install --quiet duckdb icalendar zxing-cpp; } || true
fi
# Without them the tests of pages say so. Chinese is looked at in a Chinese font, and PDF with poppler.
for tool in node npm chromium; do
  command -v "$tool" >/dev/null && continue
  { apt-get update && apt-get install --yes --no-install-recommends nodejs npm chromium fonts-wqy-microhei poppler-utils; } || true
  break
done
# Rare characters of names are printed in a font that has them; without it that test says so.
if command -v chromium >/dev/null && [ -z "$(fc-list :charset=20bb7 family 2>/dev/null)" ]; then
  { apt-get update && apt-get install --yes --no-install-recommends fonts-hanazono; } || true
fi
# Vite asks for Node 20.19; some systems have an older one, and then nothing of web/ is tested.
new_node=$(node -p 'const [a, b] = process.versions.node.split(".").map(Number); a * 100 + b >= 2019' 2>/dev/null || true)
if [ "$new_node" = true ] && command -v npm >/dev/null && [ ! -d web/node_modules/axe-core ]; then
  npm ci --prefix web --no-audit --no-fund || true
fi
cargo test "$@"
if [ "$new_node" = true ] && [ -d web/node_modules/vite ]; then
  npm test --prefix web
fi
# The default build has no reader of Parquet.
cargo test --lib --features parquet parquet
