#!/usr/bin/env bash
# All tests: the front ends', the database part on Debian's PostgreSQL 15, then the whole suite on the embedded one.
set -u
status=0

echo "==> Front-end tests"
node front/test.mjs || status=1

if [ -x /usr/lib/postgresql/15/bin/postgres ]; then
  echo "==> Database tests on PostgreSQL 15"
  TUGI_TEST_PG=15 .venv/bin/python -m pytest -n 2 --dist loadfile tests/core tests/desk || status=1
else
  echo "!!! LEFT OUT: the database tests on PostgreSQL 15, which is not installed"
fi

echo "==> Python tests"
.venv/bin/python -m pytest -n 2 --dist loadfile --ignore=tests/browser tests || status=1

# In processes of their own: a browser driver's event loop and the other tests' would be in each other's way.
if [ -x /usr/bin/chromium ]; then
  echo "==> Browser tests"
  .venv/bin/python -m pytest -n 2 --dist loadfile tests/browser || status=1
else
  echo "!!! LEFT OUT: the browser tests; install Debian's package chromium to run them"
fi
exit $status
