# make build      bin/usersync, static, with its version
# make test       installs what the tests need and runs them, as CI does
# make azure      tests buckets on azurite-blob, which you install yourself, and 1 GB through it
# make proof      the proofs at full size (an hour or more)
# make bench      users per second, CPU and allocations, for the whole and each part
# make fuzz       every fuzz target for FUZZTIME
# make profile    measures what nights of each kind spend their time on: the compiler uses it
# make lint       gofmt, vet, staticcheck, unreachable functions, words of our prose
# make mutate     plants each known defect and expects its test to fail
# make image      the image as an OCI archive, dist/image.tar, without Docker
# make sbom       what bin/usersync is made of, dist/usersync.cdx.json
# make release-snapshot
#                 archives, deb and rpm packages and checksums in dist/, published nowhere
# make structure  sizes of packages, files, functions and types
# make module PATH=example.com/you/usersync
#                 gives the module another path, in go.mod and in all imports

GO       ?= go
FUZZTIME ?= 60s
# otlp: sends traces and metrics to OpenTelemetry; cloud: reads and writes buckets
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

# What the image and the packages are built with: all that the plain build leaves out.
FULL      = cloud,otlp,redis,timetzdata
VERSION  ?= $(shell git describe --tags --always --dirty 2>/dev/null)

.PHONY: build test azure proof bench profile fuzz lint structure mutate module deps image sbom release-snapshot

build:
	CGO_ENABLED=0 $(GO) build -tags '$(TAGS)' -trimpath -ldflags '$(STAMP)' -o bin/usersync ./cmd/usersync

# Lint vets the tests.
test: deps
	$(GO) test $(PLAIN) $(DETECT) -vet=off -count=1 -timeout 19m -parallel 4 ./... ./.ci/module ./.ci/prose ./.ci/structure
	$(GO) test $(PLAIN) $(DETECT) -vet=off -count=1 -timeout 5m -tags otlp ./cmd/usersync/internal/otlp
	$(GO) test $(PLAIN) $(DETECT) -vet=off -count=1 -timeout 5m -tags otlp -run OpenTelemetry ./cmd/usersync
	$(GO) test -C .ci/chart -vet=off -count=1 -timeout 5m ./...
	$(GO) test -C .ci/cloud -vet=off -tags cloud -count=1 -timeout 5m ./...
	$(GO) test -C .ci/release -vet=off -count=1 -timeout 10m ./...

# Packages that the tests and the program have in common would otherwise be compiled twice.
PLAIN     = -pgo=off
# That SQLite, which was translated from C, converts its pointers correctly is not ours to test.
DETECT    = -race -gcflags=modernc.org/...=-d=checkptr=0
# Lint reads what the tests compile, or it would compile all once more. Only they need a C compiler.
COMPILED  = $(if $(filter 1,$(shell $(GO) env CGO_ENABLED)),$(DETECT))

# What only Azure's own server can show; azurite-blob must be in PATH.
azure:
	$(GO) test -C .ci/cloud -tags cloud,azure -count=1 -timeout 15m -v ./...

proof: deps
	$(GO) test -count=1 -timeout 180m -parallel 8 -v -run '^TestProof' ./cmd/usersync/proof -full
	$(MAKE) fuzz

bench:
	$(GO) run ./.ci/bench
	$(GO) test -run '^$$' -bench . -benchmem ./...

profile:
	@dir="$$(mktemp -d)" && trap 'rm -rf "$$dir"' EXIT && $(GO) test -c $(PLAIN) -trimpath -o "$$dir/usersync.test" ./cmd/usersync && cd cmd/usersync && \
		"$$dir/usersync.test" -test.run '^$$' -test.bench Nights -test.benchtime 5x -test.cpuprofile default.pgo

fuzz:
	GO='$(GO)' FUZZTIME='$(FUZZTIME)' sh .ci/fuzz

lint:
	@test -z "$$(gofmt -l .ci cmd reader sync writer)" || { echo 'gofmt would change:'; gofmt -l .ci cmd reader sync writer; exit 1; }
	$(GO) vet $(PLAIN) $(COMPILED) ./... ./.ci/bench/... ./.ci/module ./.ci/mutate ./.ci/prose ./.ci/structure
	$(GO) vet $(PLAIN) $(COMPILED) -tags otlp ./cmd/usersync/...
	$(GO) vet -C .ci/chart ./...
	$(GO) vet -C .ci/cloud -tags cloud ./... $(shell $(GO) list -m)/reader/place/...
	$(GO) vet -C .ci/release ./...
	GOFLAGS="$$($(GO) env GOFLAGS) $(COMPILED)" "$$($(TOOL) -n staticcheck)" ./...
	@dead="$$($(TOOL) deadcode ./cmd/usersync)"; test -z "$$dead" || { echo 'no command reaches:'; echo "$$dead"; exit 1; }
	$(GO) run ./.ci/prose

mutate: deps
	@$(GO) run ./.ci/mutate

module:
	@$(GO) run ./.ci/module '$(MODULE)'

structure:
	@$(GO) run ./.ci/structure

image:
	$(GO) run -C .ci/release . image -version '$(VERSION)' -commit '$(shell git rev-parse HEAD 2>/dev/null)' -created "$$(git log -1 --format=%ct 2>/dev/null || echo 0)" -tags '$(FULL)' -out '$(CURDIR)/dist/image'

sbom: build
	@mkdir -p dist
	$(GO) run -C .ci/release . sbom '$(VERSION)' '$(CURDIR)/bin/usersync' >dist/usersync.cdx.json

release-snapshot:
	$(GO) tool -modfile=.ci/goreleaser/go.mod goreleaser release --snapshot --clean --skip=publish

# Some tests look for packages without the network. Tools and goreleaser are not for tests.
TESTED    = . $(dir $(filter-out .ci/tools/% .ci/goreleaser/%,$(wildcard .ci/*/go.mod)))
deps:
	@sh .ci/deps
	@for dir in $(TESTED); do $(GO) list -C $$dir -tags '$(FULL)' -deps -test ./... >/dev/null || exit 1; done
