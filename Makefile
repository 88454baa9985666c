# make build   bin/usersync, static, with its version
# make test    installs what the tests need and runs them, the way CI does
# make proof   the proofs in their full size (an hour or more)
# make bench   users a second, CPU and allocations, whole and by part
# make fuzz    every fuzz target for FUZZTIME
# make lint    gofmt, vet, staticcheck, unreachable functions
# make mutate  plants each known defect and expects its test to fail
# make structure  sizes of packages, files, functions and types

GO       ?= go
FUZZTIME ?= 60s
TOOL      = $(GO) tool -modfile=.ci/tools/go.mod
# What the program says of itself. A clone has tags; an archive has none of it.
STAMP     = -X usersync/cmd/usersync/internal/exit.version=$(shell git describe --tags --always --dirty 2>/dev/null) -X usersync/cmd/usersync/internal/exit.commit=$(shell git rev-parse HEAD 2>/dev/null)

.PHONY: build test proof bench fuzz lint structure mutate deps

build:
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags '$(STAMP)' -o bin/usersync ./cmd/usersync

test: deps
	$(GO) test -race -count=1 -parallel 4 ./...

proof: deps
	$(GO) test -count=1 -timeout 180m -parallel 8 -v -run '^TestProof' ./cmd/usersync/proof -full
	$(MAKE) fuzz

bench:
	$(GO) test -run '^$$' -bench . -benchmem ./...

fuzz:
	GO='$(GO)' FUZZTIME='$(FUZZTIME)' sh .ci/fuzz

lint:
	@test -z "$$(gofmt -l cmd reader sync writer)" || { echo 'gofmt would change:'; gofmt -l cmd reader sync writer; exit 1; }
	$(GO) vet ./...
	$(TOOL) staticcheck ./...
	@dead="$$($(TOOL) deadcode ./cmd/usersync)"; test -z "$$dead" || { echo 'no command reaches:'; echo "$$dead"; exit 1; }

mutate: deps
	@$(GO) run ./.ci/mutate

structure:
	@$(GO) run ./.ci/structure

deps:
	@sh .ci/deps
