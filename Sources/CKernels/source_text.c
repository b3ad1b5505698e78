/* The text of every file that a variant is built from, for those who print kernels. */
#include <string.h>
#include "ckernels.h"

static const char kernels_prelude[] = {
#embed "kernels/prelude-inl.h"
    , 0};
static const char isa_scalar[] = {
#embed "isa/scalar-inl.h"
    , 0};
static const char isa_generic16[] = {
#embed "isa/generic16-inl.h"
    , 0};
static const char isa_avx512bf16[] = {
#embed "isa/avx512bf16-inl.h"
    , 0};
static const char isa_avx512[] = {
#embed "isa/avx512-inl.h"
    , 0};
static const char isa_avx2[] = {
#embed "isa/avx2-inl.h"
    , 0};
static const char isa_neon[] = {
#embed "isa/neon-inl.h"
    , 0};
static const char isa_end[] = {
#embed "isa/end-inl.h"
    , 0};
static const char kernels_activation[] = {
#embed "kernels/activation-inl.h"
    , 0};
static const char kernels_products[] = {
#embed "kernels/products-inl.h"
    , 0};
static const char kernels_project[] = {
#embed "kernels/project-inl.h"
    , 0};
static const char kernels_gates[] = {
#embed "kernels/gates-inl.h"
    , 0};
static const char kernels_recurrent[] = {
#embed "kernels/recurrent-inl.h"
    , 0};
static const char kernels_pointwise[] = {
#embed "kernels/pointwise-inl.h"
    , 0};
static const char kernels_move[] = {
#embed "kernels/move-inl.h"
    , 0};
static const char kernels_history[] = {
#embed "kernels/history-inl.h"
    , 0};
static const char kernels_rows[] = {
#embed "kernels/rows-inl.h"
    , 0};

static const struct {
  const char *path, *text;
  size_t length;
} sources[] = {
#define SOURCE(path, name)                                                                         \
  { path, name, sizeof name - 1 }
    SOURCE("kernels/prelude-inl.h", kernels_prelude),
    SOURCE("isa/scalar-inl.h", isa_scalar),
    SOURCE("isa/generic16-inl.h", isa_generic16),
    SOURCE("isa/avx2-inl.h", isa_avx2),
    SOURCE("isa/avx512bf16-inl.h", isa_avx512bf16),
    SOURCE("isa/avx512-inl.h", isa_avx512),
    SOURCE("isa/neon-inl.h", isa_neon),
    SOURCE("isa/end-inl.h", isa_end),
    SOURCE("kernels/activation-inl.h", kernels_activation),
    SOURCE("kernels/products-inl.h", kernels_products),
    SOURCE("kernels/project-inl.h", kernels_project),
    SOURCE("kernels/gates-inl.h", kernels_gates),
    SOURCE("kernels/recurrent-inl.h", kernels_recurrent),
    SOURCE("kernels/pointwise-inl.h", kernels_pointwise),
    SOURCE("kernels/move-inl.h", kernels_move),
    SOURCE("kernels/history-inl.h", kernels_history),
    SOURCE("kernels/rows-inl.h", kernels_rows),
};

enum { SOURCE_COUNT = sizeof sources / sizeof *sources };

const char *ck_source_path(int index) {
  return index >= 0 && index < SOURCE_COUNT ? sources[index].path : NULL;
}

const char *ck_source_text(const char *path, size_t *length) {
  for (int i = 0; i < SOURCE_COUNT; i++)
    if (strcmp(sources[i].path, path) == 0) {
      if (length) *length = sources[i].length;
      return sources[i].text;
    }
  if (length) *length = 0;
  return NULL;
}
