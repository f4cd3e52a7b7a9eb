/* orders.h - tries a scenario in all orders in which its threads can go on.
 *
 * Threads are fibers, and who goes on at each lock, wait and wake is chosen
 * here. Left alone, the port has an order of its own. A run may deviate from
 * it at a bounded number of points; all such runs are tried, one after the
 * other. Most mistakes in how threads work together need one or two
 * deviations.
 */
#ifndef BELAY_TESTS_ORDERS_H
#define BELAY_TESTS_ORDERS_H

/* Makes the clock virtual, and reads from the environment how many deviations
 * there may be (BELAY_DEVIATIONS). Before all else. */
void orders_open(void);

/* One run of a scenario: it must begin and end with nothing there. */
typedef void (*orders_run)(const void *context);

/* Runs it in all orders; one in which all threads wait for ever ends the
 * program, and says which it was. */
void orders_try(const char *name, orders_run run, const void *context);

/* Between these two the order is chosen. */
void orders_begin(void);
void orders_end(void);

#endif
