# Each recipe is also one plain line in README.md.
.PHONY: setup kerberos web build fixtures demo test model gestures lint bench fuzz
CARGO ?= cargo
# Seconds that each fuzz target runs.
FUZZ_SECONDS ?= 60
# Off for a bare `cargo build`, which then needs neither libkrb5 nor protoc. The same in every recipe, so that nothing compiles twice.
FEATURES ?= --features uc-sip/kerberos,uc-lab/kerberos,uc-lync/kerberos,uc-lync-push/kerberos,uc-connector/etcd
# The hub's model plays 100,000 seeds: optimising the host costs less time than it saves there. A bare `cargo test`
# compiles sooner without.
OPTIMISED ?= --config profile.dev.package.uc-connector.opt-level=1

# What a fresh machine with Debian, Rust and Node lacks: a browser, a Lync client, a Kerberos realm and Python for the
# tests, the page's packages.
setup: kerberos web/node_modules/.package-lock.json
	@.ci/packages chromium chromium-headless-shell finch pidgin-sipe libpurple-bin dbus python3-dbus bsdutils gcc libc6-dev krb5-kdc krb5-admin-server \
		etcd-server etcd-client python3

# What building with Kerberos and etcd needs.
kerberos:
	@.ci/packages libkrb5-dev libclang-dev protobuf-compiler libprotobuf-dev

web/node_modules/.package-lock.json: web/package-lock.json
	cd web && npm ci --no-audit --no-fund

# Before cargo: the host compiles the page in.
web: web/node_modules/.package-lock.json
	cd web && npm run --silent build

# The whole workspace, for the plug-ins' .so files: `cargo test` alone does not make them.
build: web kerberos
	$(CARGO) build --workspace $(FEATURES) $(OPTIMISED)

# Plug-ins that are broken on purpose.
fixtures: build
	plugin-api/fixtures/build

# A contact centre in miniature: prints the pages to open, who can sign in, and what to do first. MODE: standalone, normal,
# propagation or connector.
MODE ?= standalone
demo: build
	$(CARGO) run --quiet $(FEATURES) $(OPTIMISED) --bin lab -- demo --config config/lab/$(MODE).toml

# How often a test that fell is tried again. What passes only then is listed at the end as flaky: a fault to be found.
RETRIES ?= 0
# The plug-ins' .so files and the tests in one go: tests want more features of some crates, so that `build` before them
# would compile half of everything twice.
test: setup web
	$(CARGO) build --workspace $(FEATURES) $(OPTIMISED) --lib --bins --tests
	plugin-api/fixtures/build
	@if $(CARGO) nextest --version >/dev/null 2>&1; \
	then $(CARGO) nextest run --workspace $(FEATURES) $(OPTIMISED) --retries $(RETRIES); \
	else echo "cargo-nextest is not installed: cargo test does as well, slower"; $(CARGO) test --workspace $(FEATURES) $(OPTIMISED); fi
	$(CARGO) test --workspace $(FEATURES) $(OPTIMISED) --doc
	cd web && npm test -- --retry=$(RETRIES)

# The hub against T-Servers that may do anything, from SEEDS random seeds: for hours, where `make test` has two minutes.
SEEDS ?= 10000000
model: web
	UC_MODEL_SEEDS=$(SEEDS) $(CARGO) test --release -p uc-connector --lib hub::model -- --nocapture

lint: web kerberos
	$(CARGO) fmt --check
	$(CARGO) clippy --workspace $(FEATURES) --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings -A rustdoc::private_intra_doc_links" $(CARGO) doc --workspace $(FEATURES) --no-deps --quiet
	@if $(CARGO) deny --version >/dev/null 2>&1; \
	then $(CARGO) deny --workspace --all-features check bans licenses sources; \
	else echo "NOT CHECKED: dependencies and import rules (.deny.toml); cargo install --locked cargo-deny"; fi
	cd web && npm run --silent lint && npm run --silent check

# The page under a hand that does anything, from SEED: more of it than `make test` has time for.
GESTURES ?= 10000
SEED ?= 1
gestures: web
	cd web && UC_GESTURES=$(GESTURES) UC_SEED=$(SEED) npx vitest run --project browser test/random-gestures.test.ts

# Figures are printed, never judged: machines differ. Release build; plug-ins first, the benches load them.
bench: web kerberos
	$(CARGO) build --release --workspace $(FEATURES)
	plugin-api/fixtures/build release
	cd web && npm run --silent bench
	$(CARGO) bench --workspace $(FEATURES) --benches

fuzz: web
	@.ci/packages g++
	FUZZ_SECONDS=$(FUZZ_SECONDS) .ci/fuzz
