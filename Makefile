# make build      bin/usersync, static, with its version
# make test       installs what the tests need and runs them, as CI does
# make proof      the proofs at full size (an hour or more)
# make bench      users per second, CPU and allocations, for the whole and each part
# make fuzz       every fuzz target for FUZZTIME
# make lint       gofmt, vet, staticcheck, unreachable functions, words of our prose
# make mutate     plants each known defect and expects its test to fail
# make structure  sizes of packages, files, functions and types
# make module PATH=example.com/you/usersync
#                 gives the module another path, in go.mod and in all imports

GO       ?= go
FUZZTIME ?= 60s
# otlp: sends traces and metrics to OpenTelemetry
TAGS     ?=
TOOL      = $(GO) tool -modfile=.ci/tools/go.mod
# The version that the program reports. A clone has tags; a source archive has none.
STAMPED   = $(shell $(GO) list -m)/cmd/usersync/internal/exit
STAMP     = -X $(STAMPED).version=$(shell git describe --tags --always --dirty 2>/dev/null) -X $(STAMPED).commit=$(shell git rev-parse HEAD 2>/dev/null)

# No recipe finds its commands without PATH: the one of make module is put aside, and
# that of the environment back in its place. Where there is no /proc, make itself
# still hands it to $(shell).
ifneq ($(filter module,$(MAKECMDGOALS)),)
ifeq ($(origin PATH),command line)
MODULE := $(PATH)
override PATH := $(shell p="$$(PATH=/usr/bin:/bin; tr '\0' '\n' </proc/$$PPID/environ 2>/dev/null | sed -n 's/^PATH=//p')"; echo "$${p:-$$PATH}")
endif
endif

.PHONY: build test proof bench fuzz lint structure mutate module deps

build:
	CGO_ENABLED=0 $(GO) build -tags '$(TAGS)' -trimpath -ldflags '$(STAMP)' -o bin/usersync ./cmd/usersync

test: deps
	$(GO) test -race -count=1 -timeout 19m -parallel 4 ./... ./.ci/module ./.ci/prose ./.ci/structure
	$(GO) test -count=1 -timeout 5m -tags otlp ./cmd/usersync/internal/otlp
	$(GO) test -count=1 -timeout 5m -tags otlp -run OpenTelemetry ./cmd/usersync
	$(GO) test -C .ci/chart -count=1 -timeout 5m ./...

proof: deps
	$(GO) test -count=1 -timeout 180m -parallel 8 -v -run '^TestProof' ./cmd/usersync/proof -full
	$(MAKE) fuzz

bench:
	$(GO) test -run '^$$' -bench . -benchmem ./...

fuzz:
	GO='$(GO)' FUZZTIME='$(FUZZTIME)' sh .ci/fuzz

lint:
	@test -z "$$(gofmt -l .ci cmd reader sync writer)" || { echo 'gofmt would change:'; gofmt -l .ci cmd reader sync writer; exit 1; }
	$(GO) vet ./... ./.ci/module ./.ci/mutate ./.ci/prose ./.ci/structure
	$(GO) vet -tags otlp ./cmd/usersync/...
	$(GO) vet -C .ci/chart ./...
	$(TOOL) staticcheck ./...
	@dead="$$($(TOOL) deadcode ./cmd/usersync)"; test -z "$$dead" || { echo 'no command reaches:'; echo "$$dead"; exit 1; }
	$(GO) run ./.ci/prose

mutate: deps
	@$(GO) run ./.ci/mutate

module:
	@$(GO) run ./.ci/module '$(MODULE)'

structure:
	@$(GO) run ./.ci/structure

deps:
	@sh .ci/deps
