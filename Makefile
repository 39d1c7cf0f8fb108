# What CI calls and what a developer calls are the same targets. Only test/e2e and the tools need more than Go.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

NAME    := eventbridge-connector
BIN     ?= bin/$(NAME)
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
IMAGE   ?= $(NAME):$(VERSION)

# The tags that the binary is built with; the tests have the same.
TAGS := $(shell sed -n 's/^tags=//p' .ci/build)

# Tools and downloads live outside the tree, by version, so that a second run is quick.
CACHE             := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/eventbridge-connector
GOLANGCI_VERSION  := v2.15.0
ACTIONLINT_VERSION := v1.7.12
GOVULNCHECK_VERSION := v1.9.0
ACTIONLINT         := $(CACHE)/bin/actionlint-$(ACTIONLINT_VERSION)
GOLANGCI          := $(CACHE)/bin/golangci-lint-$(GOLANGCI_VERSION)

FUZZTIME  ?= 30s
BENCH     ?= .
BENCHFLAGS ?=
BENCHTIME ?= 1s
COUNT     ?= 6
BASE      ?= main
TESTFLAGS ?=
RUN       ?=
FEEL_CASES ?= $(wildcard internal/feel/testdata/engine/*.jsonl internal/expression/testdata/engine/*.jsonl)
PKG       ?= ./...

# A folder of recorded cases: contract-cases/run and feel/check inside it are run when they are there.
EVENTBRIDGE_CASES ?=

.PHONY: help
help: ## Show this list
	@echo "make <target>   (version $(VERSION))"
	@awk 'BEGIN {FS = ":.*## "} /^[a-z0-9-]+:.*## / {printf "  %-16s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

.PHONY: build
build: ## Build the binary into bin/
	VERSION='$(VERSION)' .ci/build $(BIN)

.PHONY: test
test: ## Run the tests (needs nothing but Go; seconds once everything is compiled)
	go test -tags '$(TAGS)' $(TESTFLAGS) $(PKG)

.PHONY: race
race: ## Run the tests under the race detector
	go test -race -tags '$(TAGS)' -timeout 20m $(TESTFLAGS) $(PKG)

.PHONY: lint
lint: $(GOLANGCI) ## Run golangci-lint, with the import rules of the packages
	$(GOLANGCI) run --allow-parallel-runners --build-tags e2e,chart,chartserver,image,release,observability,conformance $(PKG)

.PHONY: vulnerabilities
vulnerabilities: ## Look for known vulnerabilities in what the binary uses (govulncheck; asks vuln.go.dev)
	go run golang.org/x/vuln/cmd/govulncheck@$(GOVULNCHECK_VERSION) ./...

.PHONY: workflows-lint
workflows-lint: $(ACTIONLINT) ## Lint the workflows (actionlint) and the scripts (shellcheck)
	.ci/lint-workflows $(ACTIONLINT)

$(ACTIONLINT):
	mkdir -p $(@D) && GOBIN=$(@D) GOFLAGS='' .ci/retry go install github.com/rhysd/actionlint/cmd/actionlint@$(ACTIONLINT_VERSION) && mv $(@D)/actionlint $@

.PHONY: fmt
fmt: $(GOLANGCI) ## Format the code and apply the fixes that the linters offer
	$(GOLANGCI) run --allow-parallel-runners --build-tags e2e,chart,chartserver,image,release,observability,conformance --fix $(PKG) || true
	$(GOLANGCI) fmt $(PKG)

$(GOLANGCI):
	.ci/install-golangci-lint $(GOLANGCI_VERSION) $@

.PHONY: fuzz
fuzz: ## Run the fuzz targets for FUZZTIME (30s, or a count of inputs: 1700000x); RUN=REGEXP of package/target
	.ci/fuzz '$(FUZZTIME)' '$(RUN)'

.PHONY: bench
bench: ## Measure the worker beside an empty engine and the bare SDK, in 15 minutes (BENCHFLAGS=-quick: in one; see go run ./test/bench -help)
	CGO_ENABLED=0 go run -trimpath -tags '$(TAGS)' ./test/bench -version '$(VERSION)' $(BENCHFLAGS)

.PHONY: bench-record
bench-record: ## The same on a quiet machine, with 4 s for each load, in 20 minutes, and keep it: test/bench/results.json, and the tables of README and docs made from it
	CGO_ENABLED=0 go run -trimpath -tags '$(TAGS)' ./test/bench -version '$(VERSION)' -out test/bench/results.json -docs -seconds 4 $(BENCHFLAGS)

.PHONY: bench-docs
bench-docs: ## Write the tables of README and docs anew from test/bench/results.json
	go run ./test/bench -docs

.PHONY: memory
memory: build ## Measure the memory of the worker and its jq child together, which may be 128 MiB (RUN=REGEXP; Linux)
	go run ./test/memory -binary '$(abspath $(BIN))' -run '$(RUN)'

.PHONY: memory-load
memory-load: build ## Measure the memory of the worker at full speed: 100,000 small jobs, and jobs of 1 MB (ARGS='-rounds 3'; Linux)
	go run ./test/bench/memory -binary '$(abspath $(BIN))' $(ARGS)

.PHONY: scaling
scaling: ## Simulate 100 replicas at AWS's quota and draw the plots of docs/scaling.md
	go test ./internal/eventbridge -run TestAFleet -count 1 -v -args -plot '$(CURDIR)/docs/images'

.PHONY: bench-micro
bench-micro: ## Run the benchmarks of the packages (BENCH, BENCHTIME)
	go test -run '^$$' -bench '$(BENCH)' -benchtime $(BENCHTIME) -benchmem $(PKG)

.PHONY: bench-feel
bench-feel: ## Measure the FEEL engine on six expressions, beside what other engines were measured to need
	go run ./test/bench/feel

.PHONY: bench-feel-peer
bench-feel-peer: ## Measure our FEEL engine, feel-scala and feelin in one run (needs a JDK 21+, Maven and Node)
	go run ./test/bench/feel -peer

.PHONY: feel-compare
feel-compare: ## Hold our FEEL engine against the official one on FEEL_CASES (needs a JDK 21+ and Maven)
	go run ./test/engine $(FEEL_CASES)

.PHONY: feel-record
feel-record: ## Write the official FEEL engine's answers into FEEL_CASES (needs a JDK 21+ and Maven)
	go run ./test/engine -record $(FEEL_CASES)

.PHONY: record-mappings
record-mappings: ## Write anew what the real engine makes of the mappings in test/mappings (needs a JDK 21+ and Maven; minutes)
	go build -o bin/cluster ./test/e2e/cluster
	go run ./test/mappings -cluster bin/cluster test/mappings/testdata/*.jsonl

.PHONY: record-facts
record-facts: ## Write anew how the real engine answers a client, which the embedded gateway is held to (needs a JDK 21+ and Maven)
	test/facts/record

.PHONY: bench-diff
bench-diff: ## Compare the benchmarks with those of BASE (main), COUNT (6) runs of each
	.ci/bench-diff '$(BASE)' '$(BENCH)' $(COUNT)

.PHONY: generate
generate: ## Write the derived files anew
	go generate ./...
	go -C deploy/licences run . ../.. THIRD_PARTY_LICENSES

.PHONY: verify
verify: generate ## Fail if a derived file is not up to date
	git diff --exit-code
	go mod verify

.PHONY: contract
contract: build ## Hold the binary against the contract's jobs, and against what is recorded under EVENTBRIDGE_CASES
	go run ./test/contract
	go run ./test/contract -poll
	@if [[ -n '$(EVENTBRIDGE_CASES)' ]]; then .ci/cases '$(EVENTBRIDGE_CASES)' '$(abspath $(BIN))'; fi

.PHONY: canary
canary: ## Search all that the worker and its commands write for marked secrets (EVENTBRIDGE_CASES: recorded jobs as well)
	go run ./test/canary $(if $(EVENTBRIDGE_CASES),-recorded '$(EVENTBRIDGE_CASES)/contract-cases')

.PHONY: e2e
e2e: build ## Run against the real Zeebe engine, or the cluster of E2E_GRPC_ADDRESS, and moto (needs a JDK 21+, Maven, Python)
	EVENTBRIDGE_BINARY='$(abspath $(BIN))' go test -tags e2e -count=1 -timeout 28m -v ./test/e2e

.PHONY: conformance
conformance: ## Have clients that others wrote drive the embedded gateway over gRPC and REST (needs a JDK, Maven, Node, Python)
	go test -tags conformance -count=1 -timeout 14m -v ./test/conformance

.PHONY: chaos
chaos: ## Break what is around real workers, in all scenarios, and count (RUN=REGEXP; 20 minutes; writes docs/reliability.md)
	go run ./test/chaos -run '$(RUN)' $(if $(RUN),,-out docs/reliability.md)

.PHONY: chaos-short
chaos-short: ## The most telling scenarios of chaos, in three minutes at most (RUN=REGEXP)
	go run ./test/chaos -short -run '$(RUN)'

.PHONY: modeler-test
modeler-test: ## Fill in the element templates in Camunda's modeler, in Chromium (needs Node)
	test/modeler/run '$(abspath bin/modeler)'

.PHONY: playground-test
playground-test: build ## Try the playground page in Chromium (needs Node)
	test/playground/run '$(abspath $(BIN))' '$(abspath bin/playground)'

.PHONY: playground-editor
playground-editor: ## Bundle the editor of the playground page anew (needs Node; then make generate for the licences)
	internal/playground/editor/build bin/editor
	cp bin/editor/editor.js internal/playground/page/editor.js
	cp bin/editor/licences.json internal/playground/editor/licences.json

.PHONY: sarif-test
sarif-test: build ## Validate what lint writes as SARIF against the schema
	test/sarif/run '$(abspath $(BIN))'

.PHONY: hook-test
hook-test: ## Have pre-commit install the hook and run it on a sound and a broken model (needs Python)
	test/hook/run

.PHONY: policy-test
policy-test: build ## Have a linter of IAM policies judge what policy writes (needs Python)
	test/policy/run '$(abspath $(BIN))'

.PHONY: chart-test
chart-test: ## Test the Helm chart: lint, golden files, schemas, behaviour (installs Helm; TESTFLAGS=-update)
	test/chart/fetch >/dev/null
	go test -tags chart -count=1 -timeout 20m ./test/chart/... $(TESTFLAGS)

.PHONY: chart-server-test
chart-server-test: ## Install, upgrade, roll back and uninstall the chart on a real API server (builds it: 10 minutes)
	test/chart/fetch server >/dev/null
	go test -tags chartserver -count=1 -timeout 15m -v ./test/chart/...

.PHONY: image
image: ## Build the container image (docker, podman or buildah)
	.ci/image '$(IMAGE)' '$(VERSION)'

.PHONY: compose-test
compose-test: build ## Load the Compose files with the specification's own loader and check them
	test/compose/run '$(abspath $(BIN))'

.PHONY: observability-test
observability-test: build ## Have a real Prometheus scrape a worker: dashboard, alert rules (installs it by apt)
	.ci/observability-test '$(abspath $(BIN))'

.PHONY: image-test
image-test: ## Build the image with buildah and prove it with podman (installs them by apt)
	.ci/image-test

.PHONY: release
release: ## Make the files of a release in dist/ (VERSION=v1.2.3; DIRTY=1 allows changes; TARGETS=linux/amd64,…)
	.ci/release '$(if $(filter file,$(origin VERSION)),,$(VERSION))' $(if $(TARGETS),-targets '$(TARGETS)') $(if $(DIRTY),-dirty)

.PHONY: release-notes
release-notes: ## Print what CHANGELOG.md says of VERSION
	@.ci/release '$(VERSION)' -notes

.PHONY: release-test
release-test: ## Make a release, make it again for one platform in another folder, compare and look into it (FROM_NOTHING=1: without a cache)
	go test -tags release -count=1 -timeout 58m -v ./deploy/release $(if $(FROM_NOTHING),-args -from-nothing)

.PHONY: run
run: build ## Run the worker as the environment configures it
	$(BIN) run

.PHONY: demo
demo: ## Show the connector at work: no broker, no AWS, no configuration
	go run ./cmd/$(NAME) demo

.PHONY: check
check: ## What CI runs on a push
	.ci/run

.PHONY: clean
clean: ## Remove what was built
	rm -rf bin dist
