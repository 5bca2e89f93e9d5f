# Two commands matter to a reader: `make review [APP=path]` and `make test`. Each works on a bare machine
# with Python >= 3.11, a C compiler and access to the package registries.
.DEFAULT_GOAL := help
PYTHON ?= python3
UV := .venv/bin/uv
RUN := .venv/bin
APP ?=
# uv and pip write bytecode so that every later start is fast, whatever the machine's default is.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help lock build samples review lint types layers test test-full coverage mutate fuzz bench-peers bench clean

help: ## show the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

# What the machine has to bring; each line that is missing says how to get it.
define CHECK_MACHINE
import shutil, sys, sysconfig, os
bad = []
if sys.version_info < (3, 11):
    bad.append(f"Python 3.11 or later is needed, {sys.executable} is {sys.version.split()[0]}: make PYTHON=python3.12 ...")
try:
    import ensurepip
except ImportError:
    bad.append("Python cannot make environments: install its venv module (Debian: apt-get install python3-venv)")
if not any(map(shutil.which, (os.environ.get("CC", "cc").split()[0], "gcc", "clang"))):
    bad.append("no C compiler was found: install one (Debian: apt-get install gcc libc6-dev), or set CC")
if not os.path.exists(os.path.join(sysconfig.get_path("include"), "Python.h")):
    bad.append("Python.h was not found: install Python's headers (Debian: apt-get install python3-dev)")
sys.exit("\n".join(f"affidavit: {line}" for line in bad) or 0)
endef
export CHECK_MACHINE

$(UV):
	@$(PYTHON) -c "$$CHECK_MACHINE"
	@echo "affidavit: making the environment in .venv; this takes about a minute, once"
	@$(PYTHON) -m venv .venv
	@.venv/bin/pip install --quiet --disable-pip-version-check 'uv>=0.13,<0.14'

KERNELS := $(wildcard src/affidavit/*/kernels/*.py src/affidavit/*/kernels/*.pxd)
# A folder is newer than the pack when a file was taken out of it.
KNOWLEDGE := $(shell find knowledge -name '*.yaml' -o -name '*.idx' -o -name '*.nets' -o -type d 2>/dev/null)

.venv/.packages: $(UV) requirements.lock
	@$(UV) pip install --quiet --python .venv --compile-bytecode --require-hashes -r requirements.lock
	@touch $@

.venv/.built: .venv/.packages pyproject.toml setup.py $(KERNELS)
	@echo "affidavit: compiling the kernels; this takes about three minutes, once"
	@$(UV) pip install --quiet --python .venv --no-deps --no-build-isolation --reinstall -e .
	@touch $@

.venv/.knowledge: .venv/.built $(KNOWLEDGE) src/affidavit/knowledge/compile.py
	@echo "affidavit: packing the knowledge, unpacking the fingerprints of known code and the snapshot of networks"
	@$(RUN)/python -m affidavit.identity.code.unpack
	@$(RUN)/python -m affidavit.network.snapshot.unpack
	@$(RUN)/python -m affidavit.knowledge.compile >/dev/null
	@touch $@

lock: $(UV) ## resolve the dependencies anew; the lock has versions and hashes and no registry's address
	$(UV) export --quiet --all-groups --no-group fuzz --no-emit-project --no-header --format requirements-txt -o requirements.lock >/dev/null

build: .venv/.built .venv/.knowledge ## make the environment, build the kernels, pack the knowledge

samples: build ## fetch the pinned sample apps from the registries (cached in .cache/samples)
	$(RUN)/python -m tests.samples

review: build ## review APP=path, or a pinned sample app; the report goes to out/
	@mkdir -p out
	@app="$(APP)"; [ -n "$$app" ] || app="$$($(RUN)/python -m tests.samples --path uiautomator2)" && \
	$(RUN)/affidavit review "$$app" --output-dir out && \
	printf '\n%s\n%s\n' "Open the report in a browser: out/$$(basename "$$app").affidavit.html" \
	"The command above is $(RUN)/affidavit here; docs/tutorial.md goes on from this point."

lint: build ## formatting, lint, spelling, dependencies
	$(RUN)/ruff format --check .
	$(RUN)/ruff check .
	$(RUN)/typos
	$(RUN)/deptry src
	$(RUN)/affidavit knowledge lint

types: build ## mypy --strict
	$(RUN)/mypy

layers: build ## the house: who may import whom
	$(RUN)/lint-imports

test: lint types layers samples ## the whole gate
	$(RUN)/pytest -n 2 --dist worksteal

# The profile also tells tests to go through the whole of what the gate cuts (`THOROUGH` in tests/conftest.py): 1,200
# changed apps instead of 300, the paths of every micro app read again instead of each sixth, 400 programs of known
# flows instead of 120, larger artefacts.
test-full: test ## the gate, then what takes longer: more examples of every property test, loops that go all the way
	HYPOTHESIS_PROFILE=thorough $(RUN)/pytest -n 2 --dist worksteal tests

MEASURED := tests/artefact tests/signing tests/sandbox $(wildcard tests/facts/test_apple*.py tests/facts/test_signing*.py) tests/facts/test_coverage.py
coverage: build samples ## lines and branches that the tests reach in what reads hostile bytes and judges signatures
	@mkdir -p .cache/coverage
	$(RUN)/pytest -n 2 --dist worksteal --cov --cov-config=pyproject.toml $(MEASURED)

COUNT ?= 10000
SEED ?= 1
mutate: build samples ## change COUNT apps from SEED on and review each; a failure is shown with its command
	$(RUN)/python -m tests.mutation --count $(COUNT) --seed $(SEED) --jobs 2 --keep out/mutation

SECONDS ?= 60
fuzz: build samples ## run each parser under a fuzzer for SECONDS
	@$(UV) pip install --quiet --python .venv --group fuzz
	$(RUN)/python -m tests.fuzz --seconds $(SECONDS) --jobs 2

PEERS := .cache/bench
bench-peers: build ## make the environments of the peers that the benchmarks compare with
	$(UV) venv --quiet --allow-existing $(PEERS)/exodus && $(UV) pip install --quiet --python $(PEERS)/exodus exodus-core==1.3.15 setuptools
	$(UV) venv --quiet --allow-existing $(PEERS)/mobsf && $(UV) pip install --quiet --python $(PEERS)/mobsf mobsf==4.4.0

bench: build ## compare with peers, whole processes, in one run
	$(RUN)/python -m benchmarks.run

clean: ## remove what was built (not the fetched samples)
	rm -rf .venv build out src/*.egg-info src/affidavit/knowledge/compiled src/affidavit/knowledge/fingerprints src/affidavit/knowledge/snapshots src/affidavit/*/kernels/*.c src/affidavit/*/kernels/*.so
