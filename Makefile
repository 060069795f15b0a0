# The commands of the README. Each one installs what it needs first (scripts/setup).
.PHONY: run test lint bench site shots setup

run: setup
	@scripts/demo

test: setup
	@scripts/test

lint: setup
	@scripts/lint

bench: setup
	@scripts/bench

site: setup
	@scripts/build site

shots: setup
	@scripts/shots

setup:
	@scripts/setup
