# The runtime as a C library, without Swift: `make runtime` fills RUNTIME with include/, lib/ and
# what pkg-config and CMake read. It can be used from there, and `make install` copies it.
#
#   make runtime                                 every instruction set of the compiler's architecture
#   make runtime RUNTIME_TARGETS=x86-64-v3       for plans of this --target only; several with commas
#   make runtime CC=clang
#   make runtime CC=aarch64-linux-gnu-gcc RUNTIME=.build/arm64
#
# Compilers: gcc 12 and clang 14 and newer (source_text.c needs #embed, but only the tool needs it).

RUNTIME ?= .build/runtime
RUNTIME_TARGETS ?= all
# Without CK_COMPACT the kernels take twice the code, and small layers are up to 10 % faster.
RUNTIME_CFLAGS ?= -O2 -DCK_COMPACT

CK = Sources/CKernels
RT = Sources/CRuntime
VERSION := $(shell sed -n 's/.*rnnc_version.*"\(.*\)".*/\1/p' $(RT)/program.c)
SOVERSION := $(firstword $(subst ., ,$(VERSION)))
comma := ,

# Instruction sets by the targets that name them: isa.def is the only list.
isa_rows := $(shell sed -n 's/^ISA.\([a-z0-9]*\), "\([^"]*\)".*/\2=\1/p' $(CK)/isa.def)
isas_of_target = $(patsubst $(1)=%,%,$(filter $(1)=%,$(isa_rows)))
all_isas := $(foreach row,$(isa_rows),$(lastword $(subst =, ,$(row))))
ifeq ($(RUNTIME_TARGETS),all)
runtime_isas := $(all_isas)
else
runtime_isas := $(foreach t,$(subst $(comma), ,$(RUNTIME_TARGETS)),$(or $(call isas_of_target,$(t)),\
  $(error RUNTIME_TARGETS: unknown target '$(t)'; known: $(foreach row,$(isa_rows),$(firstword \
  $(subst =, ,$(row)))))))
endif
without := $(patsubst %,-DCK_WITHOUT_%,$(filter-out $(runtime_isas),$(all_isas)))

runtime_sources := $(filter-out $(CK)/source_text.c,$(wildcard $(CK)/*.c)) \
  $(patsubst %,$(CK)/variants/%.c,$(runtime_isas)) $(wildcard $(RT)/*.c)
runtime_objects := $(patsubst Sources/%.c,$(RUNTIME)/objects/%.o,$(runtime_sources))
# No unwind tables: nothing throws through C, and with -g debuggers have their own.
runtime_cc = $(CC) -std=gnu17 -Wall -Wextra -fPIC -fvisibility=hidden -ffunction-sections \
  -fdata-sections -fno-asynchronous-unwind-tables -I$(CK)/include -I$(RT)/include $(RUNTIME_CFLAGS)
runtime_tool = $(shell $(CC) -print-prog-name=$(1))

shared := librnnc.so.$(VERSION)
runtime_files := $(addprefix $(RUNTIME)/,include/rnnc.h include/ck_team.h lib/librnnc.a lib/$(shared) \
  lib/pkgconfig/rnnc.pc lib/cmake/rnnc/rnncConfig.cmake lib/cmake/rnnc/rnncConfigVersion.cmake)

.PHONY: runtime
runtime: $(runtime_files)

# Changes whenever the compiler, its flags or the targets do.
$(RUNTIME)/objects/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(runtime_cc) $(without)' | cmp -s - $@ || echo '$(runtime_cc) $(without)' >$@
FORCE:

$(RUNTIME)/objects/%.o: Sources/%.c $(RUNTIME)/objects/flags
	@mkdir -p $(@D)
	$(runtime_cc) $(if $(filter %/dispatch.o,$@),$(without)) -MMD -c $< -o $@
-include $(runtime_objects:.o=.d)

# One object of which only what rnnc.h declares can be seen.
$(RUNTIME)/objects/rnnc.o: $(runtime_objects)
	$(CC) -r -nostdlib -o $@ $^
	$(call runtime_tool,objcopy) --localize-hidden $@

$(RUNTIME)/lib/librnnc.a: $(RUNTIME)/objects/rnnc.o
	@mkdir -p $(@D)
	rm -f $@
	$(call runtime_tool,ar) rcsD $@ $^

$(RUNTIME)/lib/$(shared): $(runtime_objects) Packaging/librnnc.map
	@mkdir -p $(@D)
	$(CC) -shared -Wl,-soname,librnnc.so.$(SOVERSION) -Wl,--version-script=Packaging/librnnc.map \
	  -Wl,--no-undefined -Wl,--as-needed -Wl,--gc-sections -Wl,-Bsymbolic -o $@ $(filter %.o,$^)
	ln -sf $(shared) $(@D)/librnnc.so.$(SOVERSION)
	ln -sf librnnc.so.$(SOVERSION) $(@D)/librnnc.so

$(RUNTIME)/include/rnnc.h: $(RT)/include/rnnc.h
$(RUNTIME)/include/ck_team.h: $(CK)/include/ck_team.h
$(RUNTIME)/include/%.h:
	@mkdir -p $(@D)
	cp $< $@

filled = sed -e 's/@VERSION@/$(VERSION)/g' -e 's/@SOVERSION@/$(SOVERSION)/g' $< >$@
$(RUNTIME)/lib/pkgconfig/rnnc.pc: Packaging/rnnc.pc.in $(RT)/program.c
	@mkdir -p $(@D)
	$(filled)
$(RUNTIME)/lib/cmake/rnnc/%.cmake: Packaging/%.cmake.in $(RT)/program.c
	@mkdir -p $(@D)
	$(filled)
