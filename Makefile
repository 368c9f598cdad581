# Everything on a fresh machine: `make demo`, `make test`. Needs Node.js 20.19 or later, npm and git.
.DEFAULT_GOAL := help
FLOTILLA := ./commands/bin.js

.PHONY: help
help: ## Show this help
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1  /' | sort

NPM_CI := npm ci --ignore-scripts --no-audit --no-fund --loglevel=error

# What runs needs less than what is tested: half of the packages, and half of the time.
node_modules/.installed: package.json package-lock.json
	@$(NPM_CI) --omit=dev
	@touch $@

node_modules/.complete: package.json package-lock.json
	@$(NPM_CI)
	@touch node_modules/.installed $@

.PHONY: setup
setup: node_modules/.complete ## Install the packages, those of the tests too

.PHONY: demo
demo: node_modules/.installed ## Deploy an application to the embedded cluster and show what runs: make demo [APP=online-boutique]
	@$(FLOTILLA) demo $(if $(APP),--application $(APP))

.PHONY: demo-down
demo-down: node_modules/.installed ## Delete the embedded cluster and all that is on it
	@$(FLOTILLA) demo-down

.PHONY: preview
preview: node_modules/.installed ## Preview any stack against the embedded cluster: make preview STACK=prod
	@$(FLOTILLA) preview --stack $(or $(STACK),local)

.PHONY: test
test: setup ## Run every check and every test
	@node tests/run.js
