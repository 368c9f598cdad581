# Everything on a fresh machine: `make demo`, `make test`. Needs Node.js 20.19 or later, npm and git.
.DEFAULT_GOAL := help
FLOTILLA := ./cli/bin.js

.PHONY: help
help: ## Show this help
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1  /' | sort

node_modules/.installed: package.json package-lock.json
	@npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

.PHONY: setup
setup: node_modules/.installed ## Install the packages

.PHONY: demo
demo: setup ## Deploy an application to the sandbox and show what runs: make demo [APP=online-boutique] [NODES=real:3]
	@$(FLOTILLA) demo $(if $(APP),--application $(APP)) $(if $(NODES),--nodes $(NODES))

.PHONY: demo-down
demo-down: setup ## Delete the sandbox and everything on it
	@$(FLOTILLA) sandbox delete

.PHONY: preview
preview: setup ## Preview a stack against the sandbox: make preview STACK=prod
	@$(FLOTILLA) sandbox preview --stack $(or $(STACK),local)

.PHONY: test
test: setup ## Run every check and every test
	@node tests/run.js
