# The development workflow, executable. Nothing is needed first but Python >= 3.11 and make.
PYTHON ?= python3
BIN := .venv/bin
PACKAGES := bot scheduler admin records service simulator

.PHONY: run setup test check audit sbom docs bench chaos mutants soak play clean

run: .venv/.ready
	@$(BIN)/alluriarniq run

setup: .venv/.ready

test: .venv/.ready-test
	@scripts/test-needs
	@$(BIN)/pytest -n 2 --dist loadfile
	@$(MAKE) --no-print-directory check

check: .venv/.ready-test
	@$(BIN)/ruff check $(PACKAGES) tests scripts
	@$(BIN)/ruff format --check $(PACKAGES) tests scripts
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/python scripts/supply.py audit

# Is a weakness of a locked package known? Fails only when one is, never for want of a network.
audit: .venv/.ready-test
	@$(BIN)/python scripts/supply.py audit

# The parts list (CycloneDX) into build/sbom.json, and docs/licences.md.
sbom: .venv/.ready-test
	@$(BIN)/python scripts/supply.py sbom

# The documentation as a site into build/site, with the picture drawn anew from the code.
docs: .venv/.ready-test
	@$(BIN)/python scripts/architecture.py
	@$(BIN)/properdocs build --strict --quiet --clean
	@echo "build/site/index.html"

bench: .venv/.ready-test
	@$(BIN)/python -m tests.bench $(PART)

# So many texts and SIGKILLs on each database; CHAOS="--database sqlite --texts 2000 --kills 50".
chaos: .venv/.ready-test
	@$(BIN)/python -m tests.chaos --texts 20000 --kills 500 --strict $(CHAOS)

# Small mistakes put into the decisions that matter most, one at a time: do the tests notice?
# Of bot/inbound.py only what tells a known text from a new one; what is the same text again is
# told in bot/opening.py. One file is ONLY="bot.escalation.proof.*".
ONLY = "bot.triage.*" "bot.escalation.*" "bot.outbox.*" "bot.opening.*" "scheduler.escalations.*" \
	"bot.inbound.x_receive*" "bot.inbound.x__keep*"
mutants: .venv/.ready-test
	@rm -rf mutants
	@mkdir -p build
	@$(BIN)/mutmut run $(MUTANTS) $(ONLY) > build/mutants.log || true
	@$(BIN)/python scripts/mutation_score

# A day of ordinary use on one database, does anything grow? SOAK="--hours 1 --database postgresql".
soak: .venv/.ready-test
	@$(BIN)/python -m tests.chaos.soak $(SOAK)

play: .venv/.ready
	@$(BIN)/alluriarniq play $(if $(FLOW),--flow $(FLOW)) $(if $(LANGUAGE),--language $(LANGUAGE))

.venv/.ready: requirements.lock pyproject.toml
	@scripts/venv $(PYTHON) requirements.lock
	@touch $@

.venv/.ready-test: requirements-test.lock .venv/.ready
	@scripts/venv $(PYTHON) requirements-test.lock
	@touch $@

clean:
	rm -rf .venv
