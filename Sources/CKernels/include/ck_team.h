/* How several threads take part in one call: all that a host who brings them has to know. */
#ifndef CK_TEAM_H
#define CK_TEAM_H

/* Where the participants of one call wait for each other. */
typedef struct ck_team {
  void (*wait)(void *context, int thread);
  void *context;
} ck_team;

/* One participant's part of a call; all share `context`. */
typedef void (*ck_participant)(void *context, int thread, int threads, const ck_team *team);
#endif
