# The commands of the README. Each one installs what it needs first (scripts/setup).
#
# `test-long` is for the night: fuzzing, and a thousand sessions with each hostile peer.
.PHONY: run test test-long lint bench site shots setup

run: setup
	@scripts/demo

test: setup
	@scripts/test

test-long: setup
	@scripts/test-long

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
