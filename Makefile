# What a person types. Everything else is behind these names, and CI calls only them.
INSTANCE ?= main
INVENTORY ?= single
SOFTWARE = /opt/tre/$(INSTANCE)
PYTHON = .venv/bin/python
export PYTHONDONTWRITEBYTECODE = 1

.PHONY: help up down slurm check fix test bench soak locks dev

help: ## Show what can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

slurm: ## Only SLURM and its walls, for trying things: make slurm INSTANCE=dev INVENTORY=test
	@packaging/bootstrap.sh $(INSTANCE)
	@/usr/bin/python3 packaging/play.py site --instance $(INSTANCE) --inventory $(INVENTORY) --tags slurm -e '{"tre_services_kinds": ["slurm"]}'
	@echo "export SLURM_CONF=/etc/tre/$(INSTANCE)/slurm/slurm.conf"

locks: ## Write the hashed lock files anew (UPGRADE=--upgrade for newer versions)
	$(PYTHON) packaging/locks.py $(UPGRADE)
