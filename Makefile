# The tasks of this repository. `make` alone lists them.
#
# `make demo` and `make test` work on a bare Debian 12 with rustup's toolchain, git and make: they
# install the Debian packages that are missing (deploy/install-dependencies says which and why).

SHELL := /bin/sh
CARGO ?= cargo
# Where cargo puts what it builds, whoever says so.
TARGET_DIR := $(or $(CARGO_TARGET_DIR),target)
# What builds the site of docs/.
MDBOOK := 0.5.4

.DEFAULT_GOAL := help
.PHONY: help demo test snippets docs statements simplesamlphp schemathesis soak sanitize fuzz bench bench-peers lint openapi release image-check clean-demo \
	toolchain dependencies test-dependencies

help: ## List the tasks
	@echo 'Vestibule: SAML sign-in for the customers of a SaaS product'
	@echo
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 22
	@echo
	@echo 'DEMO_EXIT=1 make demo stops after the walk, with its exit status.'

demo: dependencies ## Build, walk through the main job in the terminal, then stay up for the browser
	@started=$$(date +%s); \
	echo 'demo: building the release binary (minutes the first time, seconds after)'; \
	$(CARGO) build --release --locked --features demo --package vestibule-api || exit 1; \
	echo "demo: the build took $$(( $$(date +%s) - started )) s; it is not part of the walk"; \
	exec $(TARGET_DIR)/release/vestibule demo

test: test-dependencies ## Run every test: both databases, SimpleSAMLphp and pysaml2 end to end, the house rules
	tests/with-services $(CARGO) test --locked --no-fail-fast --workspace --features vestibule-api/demo

snippets: toolchain ## Run every application of docs/integrate, those too that take their minutes (Next.js needs Node 18.18, Rails Ruby)
	@deploy/install-dependencies build test snippets
	tests/with-services $(CARGO) test --locked --workspace --features vestibule-api/demo --test e2e snippets:: -- --include-ignored

# Not part of `make test`: mdBook alone is built for minutes, the first time. It builds a few pages, so it need not
# be fast itself.
docs: toolchain ## Build the site of docs/ with mdBook, and see that each link of it leads somewhere
	@test -x $(TARGET_DIR)/tools/bin/mdbook || $(CARGO) install mdbook --version $(MDBOOK) --locked --debug \
	  --no-default-features --features search --root $(TARGET_DIR)/tools
	docs/build $(TARGET_DIR)/tools/bin/mdbook $(TARGET_DIR)/docs

statements: test-dependencies ## Write down every statement that this release sends (migrations/README.md)
	VESTIBULE_RECORD_STATEMENTS=$(CURDIR)/migrations/statements/$$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml) \
	  tests/with-services $(CARGO) test --locked --package vestibule-store --test store

simplesamlphp: test-dependencies ## Start a real identity provider to try with (SP=<metadata URL of a connection>)
	@tests/simplesamlphp $(SP)

schemathesis: test-dependencies ## Send thousands of requests made from the API document, and hold each answer against it
	tests/with-services $(CARGO) test --locked --workspace --features vestibule-api/demo --test e2e -- --ignored schemathesis

soak: test-dependencies ## Sign people in for SOAK_MINUTES (30) while something breaks every minute (docs/reliability.md)
	$(CARGO) test --locked --profile bench -p vestibule-api --features demo --test e2e -- --ignored --nocapture half_an_hour

sanitize: toolchain ## Run the XML crates' tests under Valgrind (docs/memory-safety.md)
	@deploy/install-dependencies build sanitize
	tests/sanitize

fuzz: dependencies ## Run every fuzzer for FUZZ_SECONDS (600) under AddressSanitizer (docs/fuzzing.md)
	tests/fuzz/run

bench: test-dependencies ## Measure verify + validate beside the floor of the libraries, complete sign-ins, and the first byte of every page
	$(CARGO) bench --locked --package vestibule-saml --bench verify
	tests/with-services $(CARGO) bench --locked --package vestibule-api --features demo --bench sign_in
	$(CARGO) bench --locked --package vestibule-api --features demo --bench pages

# What is measured is put on the first core; all else, with the databases, stays on the last. Before that
# everything is built and fetched: on all of them.
bench-peers: test-dependencies ## Do the same work by other service providers (from npm, PyPI, crates.io), side by side with ours
	$(CARGO) bench --locked --package vestibule-api --features demo --bench peers -- install
	taskset --cpu-list $$(($$(nproc) - 1)) tests/with-services \
	  $(CARGO) bench --locked --package vestibule-api --features demo --bench peers

lint: dependencies ## Check format, clippy without warnings, and the dependencies if cargo-deny is there
	$(CARGO) fmt --all --check
	$(CARGO) clippy --locked --workspace --all-targets --all-features -- --deny warnings
	@if command -v cargo-deny >/dev/null; \
	then $(CARGO) deny --all-features --locked check bans licenses sources; \
	else echo 'lint: cargo-deny is not installed, so deny.toml was not checked (cargo install cargo-deny)'; fi
	@if command -v promtool >/dev/null; \
	then cd deploy/prometheus && promtool check config prometheus.yml && promtool test rules vestibule.rules.test.yml; \
	else echo 'lint: promtool is not installed, so the alerts were not tried (Debian: prometheus)'; fi

openapi: dependencies ## Write api-spec/openapi.yaml anew from the code
	$(CARGO) run --quiet --locked --package vestibule-api -- openapi > api-spec/openapi.yaml.new
	mv api-spec/openapi.yaml.new api-spec/openapi.yaml

release: dependencies ## Build the binary for users, without the demo's test IdP
	$(CARGO) build --profile dist --locked --package vestibule-api
	@echo 'release: $(TARGET_DIR)/dist/vestibule'

image-check: toolchain ## As root: run the Dockerfile's steps and its image without a Docker engine
	deploy/check-image

clean-demo: ## Forget what the demo stored
	rm -rf data/demo

dependencies: toolchain
	@deploy/install-dependencies build

test-dependencies: toolchain
	@deploy/install-dependencies build test

toolchain:
	@command -v $(CARGO) >/dev/null || { \
	echo "make: no '$(CARGO)' on the PATH. Install Rust with rustup, then open a new shell." >&2; exit 1; }
