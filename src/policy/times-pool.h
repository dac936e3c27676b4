/*
 * times-pool.h - the times of rules, made from their IpTimeConditions: what
 * is equal is one, and what is always is none.
 */
#ifndef SALLYPORT_POLICY_TIMES_POOL_H
#define SALLYPORT_POLICY_TIMES_POOL_H

struct body;
struct context;
struct times;
struct times_condition;
struct times_pool;

/* All memory is the policy's. */
struct times_pool *times_pool_new(struct context *context);

/* Of a rule's body; NULL: it is always in force. */
const struct times *times_pool_of(struct times_pool *pool,
    const struct body *rule);

/* One IpTimeCondition, in struct times_condition's terms. */
void times_pool_read(const struct body *body,
    struct times_condition *condition_r);

#endif
