# Each recipe is also one plain line in README.md.
.PHONY: setup web build fixtures demo test lint bench fuzz
CARGO ?= cargo
# Seconds that each fuzz target runs.
FUZZ_SECONDS ?= 60

# What a fresh machine with Debian, Rust and Node lacks: a browser and a Lync client for the tests, the page's packages.
setup: web/node_modules/.package-lock.json
	@.ci/packages chromium finch pidgin-sipe libpurple-bin dbus python3-dbus bsdutils gcc libc6-dev

web/node_modules/.package-lock.json: web/package-lock.json
	cd web && npm ci --no-audit --no-fund

# Before cargo: the host compiles the page in.
web: web/node_modules/.package-lock.json
	cd web && npm run --silent build

# The whole workspace, for the plug-ins' .so files: `cargo test` alone does not make them.
build: web
	$(CARGO) build --workspace

# Plug-ins that are broken on purpose.
fixtures: build
	plugin-api/fixtures/build

# A contact centre in miniature: prints the pages to open and who can sign in.
demo: build
	$(CARGO) run --quiet --package uc-lab -- demo --config config/lab.toml

test: setup build fixtures
	@if $(CARGO) nextest --version >/dev/null 2>&1; \
	then $(CARGO) nextest run --workspace; \
	else echo "cargo-nextest is not installed: cargo test does as well, slower"; $(CARGO) test --workspace; fi
	$(CARGO) test --workspace --doc
	cd web && npm test

lint: web
	$(CARGO) fmt --check
	$(CARGO) clippy --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings -A rustdoc::private_intra_doc_links" $(CARGO) doc --workspace --no-deps --quiet
	@if $(CARGO) deny --version >/dev/null 2>&1; \
	then $(CARGO) deny --workspace check bans licenses sources; \
	else echo "NOT CHECKED: dependencies and import rules (.deny.toml); cargo install --locked cargo-deny"; fi
	cd web && npm run --silent lint && npm run --silent check

# Figures are printed, never judged: machines differ. Release build; plug-ins first, the benches load them.
bench: web
	$(CARGO) build --release --workspace
	plugin-api/fixtures/build release
	$(CARGO) bench --workspace --benches

fuzz:
	FUZZ_SECONDS=$(FUZZ_SECONDS) .ci/fuzz
