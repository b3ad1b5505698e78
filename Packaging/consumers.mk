# What stands around the tool, used as others use it. The quick parts are in the test suite too.

.PHONY: consumers soak
consumers: build
	@.ci/need gcc=gcc libc6-dev=/usr/include/stdio.h pkg-config=pkg-config cmake=cmake groff=groff strace=strace \
	  g++=g++ python3=python3 valgrind=valgrind
	Tests/Consumers/runtime $(RNNC) x86-64-v3 gcc
	Tests/Consumers/install $(RNNC)
	Tests/Consumers/package $(RNNC)
	Tests/Consumers/quiet $(RNNC) gcc
	Tests/Consumers/examples $(RNNC)
	Tests/Consumers/soak $(RNNC)
	Tests/Consumers/sanitized $(RNNC)

# Ten million steps of every model: some fifteen minutes.
soak: build
	Tests/Consumers/soak $(RNNC) 10000000 Models/*/model.yaml
