# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

.PHONY: help demo demo-down test test-1 test-2 test-3 lint build

help:
	@echo 'make demo       bare hosts to proven shared files, in the embedded lab (root, Debian)'
	@echo 'make demo-down  teardown.yml, then the lab itself; the cache and installed packages stay'
	@echo 'make test       every ring; test-1 needs only Python, test-2 a kube-apiserver, test-3 the lab'
	@echo 'make lint       formatting, types, Ansible lint'
	@echo 'make build      the collection archive'

demo:
	@tools/demo up

demo-down:
	@tools/demo down

test:
	@tools/rings 1 2 3

test-1 test-2 test-3:
	@tools/rings $(@:test-%=%)

lint:
	@tools/env ruff check . && tools/env ruff format --check .
	@tools/env mypy
	@tools/env yamllint --strict .
	@tools/env ansible-lint --offline

build:
	@tools/env ansible-galaxy collection build --force --output-path "$${ROOKERY_CACHE:-$$HOME/.cache/rookery}/build"
