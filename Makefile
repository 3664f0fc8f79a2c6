# SPDX-License-Identifier: Apache-2.0
# The front door. `make help` lists what there is.
SWIFT ?= swift
# A release build whose programs run where no Swift is installed.
RELEASE = -c release --static-swift-stdlib --disable-local-rpath
# The beat path is linked wholly static: a third less memory, and no library that can be missing.
STATIC = $(RELEASE) -Xswiftc -static-executable --scratch-path .build-static
# Where `install` finds heartbeat, hactl and svcmgr; set, nothing is built.
INSTALL_BINARIES ?=
# Of `simulate`: how many seeds, and the first one.
SEEDS ?= 1000
FROM ?= 1
# Of the demo's links, in seconds; the tutorial's monitor file has 10.
TIMEOUT ?= 5
# Of each target, and which: `make fuzz SECONDS=600 TARGETS="frame monitor"`; all, if none is named.
SECONDS ?= 60
TARGETS ?=
# What fuzzing has come by: inputs worth keeping, and those that broke something.
FUZZED = .fuzz
FUZZ = EZ_FUZZ=1 $(SWIFT) build -c release --scratch-path .build-fuzz --product fuzz
# Undefined behaviour of C ends the program, with its place; Swift traps on its own.
UNDEFINED = -Xcc -fsanitize=undefined -Xcc -fno-sanitize-recover=undefined
ADDRESS = --sanitize=address $(UNDEFINED) --scratch-path .build-asan
THREAD = --sanitize=thread --scratch-path .build-tsan
# What comes by something that threads share: locks, pages, pids, the log. The others only have values.
THREADED = PlatformTests|CommandTests|DecisionJournalTests
# For install and uninstall: PREFIX is the classic tree; LAYOUT=fhs is /usr/lib/openha and /etc/openha.
DESTDIR ?=
PREFIX ?= /usr/local/cluster
LAYOUT ?= classic
# The programs of the cluster, the service manager, or both.
PARTS ?= cluster svcmgr
PLACES = DESTDIR='$(DESTDIR)' PREFIX='$(PREFIX)' LAYOUT='$(LAYOUT)' PARTS='$(PARTS)'

.PHONY: help build demo test test-vm simulate mutation lint bench fuzz sanitize release completions install uninstall
help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | while IFS='|' read -r t w; do printf '  make %-10s %s\n' "$$t" "$$w"; done
build: ## debug build of everything
	@sh init/prerequisites build
	$(SWIFT) build
demo: ## the tutorial's failover, played on this machine; needs root, installs what it needs
	@sh init/prerequisites test
	$(SWIFT) build
	@"$$($(SWIFT) build --show-bin-path)/lab" demo --timeout $(TIMEOUT)
test: ## all tests; needs root for the cluster tests, installs what it needs
	@sh init/prerequisites test
	$(SWIFT) build --build-tests
	$(SWIFT) build -c release --product simulate
	$(SWIFT) test --skip-build --disable-xctest --skip 'ClusterTests|TutorialReplayTests'
	EZ_OWN_PROCESS=1 $(SWIFT) test --skip-build --disable-xctest --filter ServiceDriversTests
	"$$($(SWIFT) build -c release --show-bin-path)/simulate" --quick
	$(SWIFT) test --skip-build --disable-xctest --filter 'ClusterTests|TutorialReplayTests'
test-vm: release ## the tutorial on two virtual machines with real LVM; needs root, installs what it needs
	@sh init/prerequisites test
	$(SWIFT) build $(RELEASE) --product webserver
	strip -o dist/webserver "$$($(SWIFT) build $(RELEASE) --show-bin-path)/webserver"
	$(SWIFT) build --build-tests
	EZ_VIRTUAL=1 $(SWIFT) test --skip-build --disable-xctest --filter VirtualMachineTests
mutation: ## known bugs, brought back one at a time: which rule of the simulator finds each
	@sh init/prerequisites build
	@Tests/Mutants/run
lint: ## style of the Swift sources, syntax of the scripts
	$(SWIFT) format lint --strict --recursive Sources Tests Package.swift
	@for f in init/ezha init/install init/prerequisites init/*.sh .ci/run Tests/Mutants/run Tests/vm/set-up Tests/vm/make-volumes Tests/vm/run-line; do sh -n $$f || exit 1; done
fuzz: ## hostile input for each parser and decoder: SECONDS (60) for each of TARGETS (all)
	$(FUZZ)
	@b="$$($(FUZZ) --show-bin-path)/fuzz"; for t in $(or $(TARGETS),$$("$$b" --list)); do \
	case $$t in frame) more=Tests/WireFormatTests/Vectors;; nodes|monitor|services|tunables|logfacility) more=conf;; *) more=;; esac; \
	mkdir -p $(FUZZED)/corpus/$$t; echo "$$t: $(SECONDS) s, log in $(FUZZED)/$$t.log"; \
	SWIFT_BACKTRACE=enable=no "$$b" $$t -max_total_time=$(SECONDS) -timeout=10 -use_value_profile=1 \
	-print_final_stats=1 -artifact_prefix=$(FUZZED)/$$t- $(FUZZED)/corpus/$$t \
	Tests/FuzzRegressions/Inputs/$$t $$more >$(FUZZED)/$$t.log 2>&1 || \
	{ grep -a 'broken promise\|ERROR\|Test unit written' $(FUZZED)/$$t.log; exit 1; }; \
	grep -a 'DONE ' $(FUZZED)/$$t.log; done
sanitize: ## the unit tests with address, undefined-behaviour and thread sanitizer
	@sh init/prerequisites test
	$(SWIFT) build --build-tests $(ADDRESS)
	LSAN_OPTIONS=suppressions=$(CURDIR)/Tests/Sanitizers/leaks.txt \
	$(SWIFT) test --skip-build $(ADDRESS) --disable-xctest --skip 'ClusterTests|TutorialReplayTests|AllocationTests|SimulationTests'
	EZ_OWN_PROCESS=1 LSAN_OPTIONS=suppressions=$(CURDIR)/Tests/Sanitizers/leaks.txt \
	$(SWIFT) test --skip-build $(ADDRESS) --disable-xctest --filter ServiceDriversTests
	$(SWIFT) build --build-tests $(THREAD)
	$(SWIFT) test --skip-build $(THREAD) --disable-xctest --filter '$(THREADED)' --skip AllocationTests
simulate: ## SEEDS hours of simulated clusters with all faults, and SEEDS seeds of every scenario
	@sh init/prerequisites build
	$(SWIFT) build -c release --product simulate
	@s="$$($(SWIFT) build -c release --show-bin-path)/simulate"; \
	"$$s" --scenario all --from $(FROM) --seeds $(SEEDS) && "$$s" --from $(FROM) --seeds $(SEEDS)
bench: release ## figures of this machine: memory, processor time, allocations, a storm of bad beats
	@sh init/prerequisites test
	$(SWIFT) build $(RELEASE)
	@b="$$($(SWIFT) build $(RELEASE) --show-bin-path)" && "$$b/bench" codec && \
	EZHA_BUILT=dist "$$b/bench" node && "$$b/bench" node --allocations && "$$b/bench" storm && \
	EZHA_BUILT=dist "$$b/bench" status
release: ## the programs as they are installed, in dist/
	@sh init/prerequisites build
	$(SWIFT) build $(STATIC) --product heartbeat
	$(SWIFT) build $(RELEASE) --product hactl
	$(SWIFT) build $(RELEASE) --product svcmgr
	@mkdir -p dist
	strip -o dist/heartbeat "$$($(SWIFT) build $(STATIC) --show-bin-path)/heartbeat"
	strip -o dist/hactl "$$($(SWIFT) build $(RELEASE) --show-bin-path)/hactl"
	strip -o dist/svcmgr "$$($(SWIFT) build $(RELEASE) --show-bin-path)/svcmgr"
completions: ## makes the shell completions anew from the options that svcmgr and nodemgr know
	$(SWIFT) build --product svcmgr
	@b="$$($(SWIFT) build --show-bin-path)"; ln -sf svcmgr "$$b/nodemgr"; for a in svcmgr nodemgr; do \
	"$$b/$$a" --generate-completion-script bash >init/completions/$$a.bash && \
	"$$b/$$a" --generate-completion-script zsh >init/completions/_$$a || exit 1; done
ifeq ($(INSTALL_BINARIES),)
install: release
	@$(PLACES) BINARIES=dist sh init/install install
else
install: ## honours DESTDIR, PREFIX (/usr/local/cluster) and LAYOUT=fhs; keeps existing configuration
	@$(PLACES) BINARIES='$(INSTALL_BINARIES)' sh init/install install
endif
uninstall: ## takes away what install put there; configuration, states and logs stay
	@$(PLACES) sh init/install uninstall
