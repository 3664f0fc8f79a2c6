# The front door. `make help` lists what there is.
SWIFT ?= swift
.PHONY: help build test lint demo
help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST)
build: ## debug build of everything
	$(SWIFT) build
test: ## all tests; needs root for the cluster tests, installs what it needs
	@sh init/prerequisites test
	$(SWIFT) test --disable-xctest
lint: ## style of the Swift sources
	$(SWIFT) format lint --strict --recursive Sources Tests Package.swift
