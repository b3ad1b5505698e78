#include <stdarg.h>
#include <stdio.h>
#include "plan_cursor.h"

const rnnc_element rnnc_elements[ELEMENT_COUNT] = {{4, 0}, {8, 0}, {2, 0}, {2, 0}, {1, 1},
                                                   {1, 1}, {2, 1}, {2, 1}, {4, 1}, {4, 1},
                                                   {8, 1}, {8, 1}, {1, 0}};

cursor rnnc_cursor_at(rnnc_plan_view *view, rnnc_table table, uint64_t index) {
  uint64_t at = view->offset[table] + index * rnnc_record_bytes(table);
  return (cursor){view, rnnc_table_name(table), index, at};
}

int rnnc_refuse_field(const cursor *c, const char *field, unsigned within, const char *format,
                      ...) {
  char why[256];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(why, sizeof why, format, arguments);
  va_end(arguments);
  if (!c->table)
    return rnnc_refuse(c->view->report, RNNC_E_MALFORMED, "%s (byte %u): %s", field, within, why);
  return rnnc_refuse(c->view->report, RNNC_E_MALFORMED, "%s[%llu].%s (byte %llu): %s", c->table,
                     (unsigned long long)c->index, field, (unsigned long long)(c->at + within),
                     why);
}

int rnnc_read_string(const cursor *c, const char *field, unsigned within, int may_be_empty,
                     const char **string) {
  const unsigned char *text = c->view->bytes + c->view->offset[TABLE_TEXT];
  uint32_t start = u32(c, within);
  if (start >= c->view->count[TABLE_TEXT] || (start > 0 && text[start - 1] != 0))
    return rnnc_refuse_field(c, field, within, "%u is not the start of a string", start);
  if (!may_be_empty && text[start] == 0)
    return rnnc_refuse_field(c, field, within, "must not be empty");
  if (string) *string = (const char *)text + start;
  return RNNC_OK;
}

int rnnc_check_all_used(const rnnc_plan_view *view, rnnc_table table, uint64_t used) {
  if (used == view->count[table]) return RNNC_OK;
  return rnnc_refuse(view->report, RNNC_E_MALFORMED, "%s.count (byte %d): %llu records, %llu used",
                     rnnc_table_name(table), FILE_TABLES + 16 * (int)table + 8,
                     (unsigned long long)view->count[table], (unsigned long long)used);
}
