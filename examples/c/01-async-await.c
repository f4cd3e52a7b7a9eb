/* 01-async-await.c - async and await: start everything, then wait.
 *
 * In Elixir:  task = Task.async(fn -> expensive_calculation() end)
 *             result = Task.await(task, 5_000)
 */
#include <belay.h>
#include <stdio.h>

/* Takes as many milliseconds as it is told, and gives them back. */
static belay_value expensive_calculation(belay_context *context,
                                         const belay_value *arguments,
                                         size_t count) {
    (void)count;
    if (belay_sleep(context, (uint64_t)arguments[0].integer) != BELAY_OK) {
        return belay_none(); /* stopped: nobody wants the value any more */
    }
    return arguments[0];
}

static int one_task(belay_context *root) {
    const belay_value ms = belay_integer(100);
    belay_task task;
    belay_result result;
    if (belay_async(root, expensive_calculation, &ms, 1, NULL, &task) !=
        BELAY_OK) {
        return 1;
    }
    printf("the task is %s, the caller goes on\n",
           belay_alive(root, task.pid) ? "alive" : "dead");
    if (belay_await(root, task, 5000, &result) != BELAY_OK) {
        return 1;
    }
    printf("its value: %lld; it is %s\n", (long long)result.value.integer,
           belay_alive(root, task.pid) ? "alive" : "dead");
    return 0;
}

/* As long as the slowest takes, not the sum. */
static int three_tasks(belay_context *root) {
    const int64_t times[] = {250, 120, 180};
    belay_task tasks[3];
    belay_result results[3];
    for (int i = 0; i < 3; i++) {
        const belay_value ms = belay_integer(times[i]);
        if (belay_async(root, expensive_calculation, &ms, 1, NULL,
                        &tasks[i]) != BELAY_OK) {
            return 1;
        }
    }
    if (belay_await_many(root, tasks, 3, 5000, results) != BELAY_OK) {
        return 1;
    }
    printf("results in the order of the tasks:");
    for (int i = 0; i < 3; i++) {
        printf(" %lld", (long long)results[i].value.integer);
    }
    printf("\n=> it takes as long as the slowest, not the sum\n");
    return 0;
}

int main(void) {
    belay_runtime *runtime = NULL;
    if (belay_runtime_create(NULL, &runtime) != BELAY_OK) {
        return 1;
    }
    belay_context *root = belay_runtime_root(runtime);
    int failed = one_task(root);
    failed |= three_tasks(root);
    belay_runtime_destroy(runtime);
    return failed;
}
