# What a person types. Everything else is behind these names, and CI calls only them.
SHELL = /bin/bash
INSTANCE ?= main
INVENTORY ?= single
PYTHON = .venv/bin/python
SYSTEM_PYTHON = /usr/bin/python3
ROOMS = look governance disclosure warehouse_lib kernels hub_config airlock tre
export PYTHONDONTWRITEBYTECODE = 1

.PHONY: help up down slurm dev check fix test bench soak locks

help: ## Show what can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

up: ## Set up and start everything on this machine, and walk the whole path once (INSTANCE=main)
	@packaging/up.sh $(INSTANCE) $(INVENTORY)

down: ## Stop it; data and software stay
	@$(SYSTEM_PYTHON) packaging/down.py $(INSTANCE)

slurm: ## Only SLURM and its walls, for trying things: make slurm INSTANCE=dev INVENTORY=test
	@packaging/bootstrap.sh $(INSTANCE)
	@$(SYSTEM_PYTHON) packaging/play.py site --instance $(INSTANCE) --inventory $(INVENTORY) --tags slurm -e '{"tre_services_kinds": ["slurm"]}'
	@echo "export SLURM_CONF=/etc/tre/$(INSTANCE)/slurm/slurm.conf"

dev: ## The developers' environment in .venv
	@packaging/bootstrap.sh --dev

check: dev ## Lint, types, contracts; changes nothing
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy
	MYPYPATH=packaging $(PYTHON) -m mypy packaging ansible/filter_plugins
	.venv/bin/lint-imports
	cd ansible && ANSIBLE_HOME=$(CURDIR)/build/ansible PATH=$(CURDIR)/.venv/bin:$$PATH ansible-lint --offline --profile production site.yml

fix: dev ## Let the tools mend what they can
	$(PYTHON) -m ruff check --fix .
	$(PYTHON) -m ruff format .

test: dev ## All tests, on a real two-node SLURM that this brings up and takes down again
	@packaging/test.sh

bench: dev ## Measurements beside peers
	$(PYTHON) -m benchmarks

soak: ## Long ones: a clean Debian root, in which clone, make up and the tour must work
	@packaging/soak.sh

locks: dev ## Write the hashed lock files anew (UPGRADE=--upgrade for newer versions)
	$(PYTHON) packaging/locks.py $(UPGRADE)

.PHONY: purge
purge: ## Delete a test instance with its data: make purge INSTANCE=dev
	@$(SYSTEM_PYTHON) packaging/purge.py $(INSTANCE)
