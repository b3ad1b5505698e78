/* A record of a plan file being read: what the checks of all tables share. */
#ifndef RNNC_PLAN_CURSOR_H
#define RNNC_PLAN_CURSOR_H
#include "plan_format.h"

/* Refusals name the record's table, index, field and the byte it stands at. */
typedef struct cursor {
  rnnc_plan_view *view;
  const char *table;
  uint64_t index;
  uint64_t at; /* byte of the record in the file */
} cursor;

/* What an element type is, by code. */
typedef struct rnnc_element {
  uint32_t bytes;
  int is_integer;
} rnnc_element;
RNNC_HIDDEN extern const rnnc_element rnnc_elements[ELEMENT_COUNT];

RNNC_HIDDEN cursor rnnc_cursor_at(rnnc_plan_view *view, rnnc_table table, uint64_t index);
/* `within`: the field's byte in the record. */
RNNC_HIDDEN int rnnc_refuse_field(const cursor *c, const char *field, unsigned within,
                                  const char *format, ...) __attribute__((format(printf, 4, 5)));
RNNC_HIDDEN int rnnc_read_string(const cursor *c, const char *field, unsigned within,
                                 int may_be_empty, const char **string);
/* Tables that other records share out are used up. */
RNNC_HIDDEN int rnnc_check_all_used(const rnnc_plan_view *view, rnnc_table table, uint64_t used);
/* The parts of rnnc_check_tables that need the buffers. */
RNNC_HIDDEN int rnnc_check_steps(rnnc_plan_view *view);
/* The record of a step that begins a stage of the wavefront. */
RNNC_HIDDEN int rnnc_begin_stage(const cursor *c, int in_loop);
/* After all buffers and steps: the portions in flight have room in the scratch memory. */
RNNC_HIDDEN int rnnc_check_wavefront(rnnc_plan_view *view);
RNNC_HIDDEN int rnnc_check_states(rnnc_plan_view *view, rnnc_initial *states);

static inline uint32_t u32(const cursor *c, unsigned within) {
  return rnnc_u32(c->view->bytes + c->at + within);
}

static inline uint64_t u64(const cursor *c, unsigned within) {
  return rnnc_u64(c->view->bytes + c->at + within);
}

#endif
