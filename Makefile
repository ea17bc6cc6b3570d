# Verbs only. `make serve` and `make test` do all their set-up; see README.
.PHONY: serve build test crash check harvest package derive validate load publish status list lock clean

SHAHRNAMA = .venv/bin/shahrnama

serve: .venv/build.stamp
	$(SHAHRNAMA) serve

build harvest package derive validate load publish status list: .venv/build.stamp
	$(SHAHRNAMA) $@

test: check
	.venv/bin/python -m pytest -n auto --dist loadfile --no-loadscope-reorder

crash: .venv/dev.stamp
	SHAHRNAMA_KILLS=200 .venv/bin/python -m pytest -s tests/test_crash.py

check: .venv/dev.stamp
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy

.venv/build.stamp: requirements/build.txt pyproject.toml deploy/setup
	deploy/setup build

.venv/dev.stamp: requirements/dev.txt pyproject.toml deploy/setup
	deploy/setup dev

lock:
	deploy/lock

clean:
	rm -rf build
