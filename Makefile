# Set-up, run and test. `make help` lists the targets.

SHELL := bash
.DEFAULT_GOAL := help

DENY_VERSION := 0.20.2
DENY := target/tools/cargo-deny-$(DENY_VERSION)/bin/cargo-deny
NEXTEST_VERSION := 0.9.148
NEXTEST := target/tools/cargo-nextest-$(NEXTEST_VERSION)/bin/cargo-nextest

NPM := npm --prefix ui
MODULES := ui/node_modules/.package-lock.json
# Debian's Chromium where there is one, at best the shell with no window, otherwise Playwright's own.
export PLAYWRIGHT_BROWSERS_PATH := $(CURDIR)/target/tools/browsers
BROWSER := $(if $(shell command -v chromium-headless-shell chromium),,$(PLAYWRIGHT_BROWSERS_PATH))
PAGE := ui/dist/index.html
PAGE_SOURCES := $(shell find ui -type f -not -path 'ui/node_modules/*' -not -path 'ui/dist/*' -not -path 'ui/test*' 2>/dev/null)

# A `/` ends a phase, a `+` begins a lane beside the one before: compilers beside browsers, what waits beside what works.
ORDER := setup / fmt test-ui + lint docs build / window-test crashes + test-rust outside types deny keychain faults
STAGES := $(filter-out / +,$(ORDER))

# One choice of packages for everything that is compiled, and of features but for the window itself: with another one cargo
# compiles what they share once more. That is also why `ts` is everywhere, and why narrows-window names what the window is
# made of.
WHOLE := --locked --workspace
WINDOW := --features narrows/ts
PLAIN := --no-default-features $(WINDOW)
UNITS := --lib --bins
TESTS := cargo test $(WHOLE) $(PLAIN)
RUST_TESTS := $(UNITS) --test it --test platform
MATRIX := $(TESTS) --test it -- --ignored --nocapture --exact matrix
WALKS := $(WHOLE) $(WINDOW) --test walk
# The walks start a copy: where cargo puts the program, it puts the one without the window for other tests.
WALKED = cargo build $(WALKS) --bin narrows && install -D target/debug/narrows target/walk/narrows

# Nobody changes a line and compiles again there.
ifeq ($(CI),true)
export CARGO_INCREMENTAL := 0
endif

.PHONY: help demo run check test $(STAGES) tools format page bench doctor-table fault-matrix crash-matrix clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: ## connect to a sandbox on this machine: in the window, or on the command line where there is no display
	@scripts/setup $(if $(DISPLAY)$(WAYLAND_DISPLAY),window,cli)
	@$(if $(DISPLAY)$(WAYLAND_DISPLAY),$(MAKE) --no-print-directory $(PAGE))
	cargo build --locked --package narrows --package narrows-sandbox $(if $(DISPLAY)$(WAYLAND_DISPLAY),,--no-default-features)
	@scripts/demo

run: ## open the application on the real Cloudflare
	@scripts/setup window
	@$(MAKE) --no-print-directory $(PAGE)
	cargo run --locked

check: $(MODULES) ## after every change: formats, lints without the window, unit tests, the page's types
	@$(MAKE) --no-print-directory fmt
	cargo clippy $(WHOLE) $(PLAIN) $(RUST_TESTS) --benches -- -D warnings
	TS_RS_EXPORT_DIR=$(CURDIR)/target/tmp/types scripts/with-home $(TESTS) --lib
	$(NPM) run check
	scripts/with-home $(NPM) test

test: ## everything that CI checks: the stages below, and a summary
	@scripts/test $(ORDER)

setup: ## stage: install what the other stages need and is missing
	scripts/setup test
	@$(MAKE) --no-print-directory tools

fmt: $(MODULES) ## stage: is everything formatted?
	cargo fmt --all --check
	$(NPM) run format:check

test-ui: $(PAGE) ## stage: the page: types, lints, unit tests, browser tests
	$(NPM) run check
	$(NPM) run lint
	scripts/with-home $(NPM) test
	cd ui && CHROMIUM="$$(command -v chromium-headless-shell || command -v chromium || { node -p 'require("@playwright/test").chromium.executablePath()'; })" \
	  ../scripts/with-home node_modules/.bin/playwright test

# What the window changes is in the library and the programs, and what drives it: no other test or benchmark asks for it.
lint: $(PAGE) ## stage: clippy without and with the window, and the shell scripts
	cargo clippy $(WHOLE) $(PLAIN) $(RUST_TESTS) --benches -- -D warnings
	cargo clippy $(WALKS) $(UNITS) -- -D warnings
	shellcheck scripts/* .ci/run

# There are no examples; where they are asked for, cargo counts what tests depend on too, as above.
docs: $(PAGE) ## stage: the library's documentation, without a warning
	RUSTDOCFLAGS='-D warnings' cargo doc $(WHOLE) $(WINDOW) $(UNITS) --examples --no-deps

build: $(PAGE) ## stage: compile the window, and the tests without it
	$(WALKED)
	$(TESTS) $(RUST_TESTS) --no-run

# A test waits for its sandbox, a program or a clock most of the time.
test-rust: AT_ONCE = $(shell echo $$((4 * $$(getconf _NPROCESSORS_ONLN))))
test-rust: export TS_RS_EXPORT_DIR := $(CURDIR)/target/tmp/types
test-rust: ## stage: Rust's tests but for the window and the real keychain
	scripts/with-home $(if $(wildcard $(NEXTEST)),$(NEXTEST) nextest run --test-threads $(AT_ONCE),cargo test) $(WHOLE) $(PLAIN) $(RUST_TESTS)
	scripts/with-home $(TESTS) --doc

outside: ## stage: do wrangler and Cloudflare's own SDKs agree with the sandbox?
	cargo build $(WHOLE) $(PLAIN) --bin narrows-sandbox --test it
	scripts/outside target/debug/narrows-sandbox

types: ## stage: are the page's generated types current?
	scripts/types $(TESTS) --lib

deny: $(DENY) ## stage: licences, banned crates, sources, known advisories
	scripts/deny $(DENY)

keychain: ## stage: the tests that need a real keychain, on one of their own
	NARROWS_TEST_KEYRING=1 scripts/with-home scripts/with-keychain $(TESTS) --test it -- keychain:: vault::

faults: ## stage: each outside call of connect, rotate and disconnect, spoilt in each way; what must hold afterwards
	scripts/with-home $(MATRIX)::fault::every_call_meets_every_fault_and_nothing_is_lost

crashes: ## stage: each of them killed at each line of its journal, and resumed both ways, on a real keychain
	scripts/with-home scripts/with-keychain $(MATRIX)::crash::every_point_of_every_flow_is_resumed_both_ways

window-test: $(PAGE) ## stage: walks through the real window, on a display of its own
	$(if $(BUILT),,$(WALKED))
	scripts/with-home scripts/with-keychain xvfb-run --auto-servernum --server-args='-screen 0 1920x1080x24' \
	  cargo test $(WALKS)

bench: ## the round trips and the time that connect and doctor take, and a hundred thousand rows of activity
	cargo bench --locked --no-default-features --bench rounds --bench doctor --bench command --bench activity

doctor-table: ## every seeded fault with what doctor makes of it, and the score
	scripts/with-home $(TESTS) --test it -- --nocapture --test-threads 1 doctor_table::

fault-matrix: ## the whole of `make faults`: also with account tokens, and however much goes wrong at once
	NARROWS_MATRIX=whole $(MAKE) --no-print-directory faults

crash-matrix: ## `make crashes` with SEEDS=n more: account tokens, kills by the clock, crashes while resuming
	SEEDS=$(or $(SEEDS),100) $(MAKE) --no-print-directory crashes

format: $(MODULES) ## format everything
	cargo fmt --all
	$(NPM) run format

page: $(PAGE) ## build the page that the window shows

clean: ## remove what was built, the tools in target/ included
	cargo clean
	rm -rf ui/dist ui/node_modules tests/outside/node_modules

tools: $(MODULES) $(DENY) $(NEXTEST) $(BROWSER) $(PAGE)

$(MODULES): ui/package-lock.json ui/package.json
	$(NPM) ci --no-audit --no-fund
	@touch $@

$(PAGE): $(MODULES) $(PAGE_SOURCES)
	$(NPM) run build
	@touch $@

$(DENY):
	scripts/cargo-tool cargo-deny $(DENY_VERSION) target/tools/cargo-deny-$(DENY_VERSION) || \
	  CARGO_TARGET_DIR=target/tools/build cargo install --locked --debug --root target/tools/cargo-deny-$(DENY_VERSION) cargo-deny@$(DENY_VERSION)
	rm -rf target/tools/build

# Compiled, it would take longer than it saves.
$(NEXTEST):
	-@scripts/cargo-tool cargo-nextest $(NEXTEST_VERSION) target/tools/cargo-nextest-$(NEXTEST_VERSION)

$(PLAYWRIGHT_BROWSERS_PATH): $(MODULES)
	ui/node_modules/.bin/playwright install --with-deps chromium
