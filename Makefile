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

EXAMPLE := examples/order-service
$(EXAMPLE)/node_modules/.installed: $(EXAMPLE)/package.json $(EXAMPLE)/package-lock.json
	@npm ci --prefix $(EXAMPLE) --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

.PHONY: demo
demo: setup ## Deploy an application to the sandbox and show what runs: make demo [APP=online-boutique] [NODES=real|real:3|kind] [CONTEXT=<context>]
	@$(FLOTILLA) demo $(if $(APP),--application $(APP)) $(if $(NODES),--nodes $(NODES)) $(if $(CONTEXT),--context '$(CONTEXT)')

.PHONY: demo-down
demo-down: setup ## Delete the sandbox, or what make demo CONTEXT=<context> deployed: make demo-down [CONTEXT=<context>]
	@$(FLOTILLA) sandbox delete $(if $(CONTEXT),--context '$(CONTEXT)')

.PHONY: preview
preview: setup ## Preview a stack against the sandbox: make preview STACK=prod
	@$(FLOTILLA) sandbox preview --stack $(or $(STACK),local)

.PHONY: test
test: setup $(EXAMPLE)/node_modules/.installed ## Run every check and every test
	@node tests/run.js
