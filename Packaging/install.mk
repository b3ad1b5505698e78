# make install PREFIX=/usr/local [DESTDIR=...]: the tool, the C library, man page and completions.
# make uninstall removes the same files.
#
# The tool goes to lib/rnnc with the libraries of the Swift toolchain that it was linked with, so that
# it runs where there is no toolchain; bin/rnnc points to it.

PREFIX ?= /usr/local
target_root = $(DESTDIR)$(PREFIX)
INSTALL = install
tool_folder = $(target_root)/lib/rnnc
man_page = $(target_root)/share/man/man1/rnnc.1
bash_words = $(target_root)/share/bash-completion/completions/rnnc
zsh_words = $(target_root)/share/zsh/site-functions/_rnnc
fish_words = $(target_root)/share/fish/vendor_completions.d/rnnc.fish

# Libraries of the toolchain: those that its own folder on the tool's search path holds.
toolchain_libraries = $(shell ldd $(RNNC) | sed -n 's/.*=> \(.*\/lib\/swift\/linux\/[^ ]*\) .*/\1/p')

.PHONY: install install-built install-runtime uninstall
install: build install-built

# The same with the tool as it is.
install-built: install-runtime
	$(INSTALL) -d $(tool_folder) $(target_root)/bin $(target_root)/share/doc/rnnc \
	  $(dir $(man_page) $(bash_words) $(zsh_words) $(fish_words))
	$(INSTALL) $(RNNC) $(tool_folder)/rnnc
	$(INSTALL) -m 644 $(toolchain_libraries) $(tool_folder)
	ln -sf ../lib/rnnc/rnnc $(target_root)/bin/rnnc
	Packaging/manual $(RNNC) >$(man_page)
	$(RNNC) --generate-completion-script bash >$(bash_words)
	$(RNNC) --generate-completion-script zsh >$(zsh_words)
	$(RNNC) --generate-completion-script fish >$(fish_words)
	$(INSTALL) -m 644 LICENSE README.md $(target_root)/share/doc/rnnc

# The C library alone; needs no Swift.
runtime_installed = $(patsubst $(RUNTIME)/%,%,$(runtime_files))
runtime_links = lib/librnnc.so.$(SOVERSION) lib/librnnc.so
install-runtime: runtime
	$(INSTALL) -d $(sort $(dir $(addprefix $(target_root)/,$(runtime_installed))))
	for file in $(runtime_installed); do \
	  $(INSTALL) -m 644 $(RUNTIME)/$$file $(target_root)/$$file || exit 1; \
	done
	cp -P $(addprefix $(RUNTIME)/,$(runtime_links)) $(target_root)/lib

uninstall:
	rm -rf $(tool_folder) $(target_root)/share/doc/rnnc $(target_root)/lib/cmake/rnnc
	rm -f $(target_root)/bin/rnnc $(man_page) $(bash_words) $(zsh_words) $(fish_words) \
	  $(addprefix $(target_root)/,$(runtime_installed) $(runtime_links))
