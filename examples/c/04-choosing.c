/* 04-choosing.c - the right tool: who owns a task decides what happens to it
 * when its starter dies.
 *
 * In Elixir:  Task.async(fn -> work() end)
 *             Task.Supervisor.async(MyApp.Jobs, fn -> work() end)
 *             Task.Supervisor.async_nolink(MyApp.Jobs, fn -> work() end)
 *             Task.Supervisor.start_child(MyApp.Jobs, fn -> work() end)
 */
#include <belay.h>
#include <stdio.h>

#define WAYS 4

static const char *const names[WAYS] = {
    "async",
    "async, with a supervisor",
    "async_nolink, with a supervisor",
    "start_child",
};

static belay_value work(belay_context *context, const belay_value *arguments,
                        size_t count) {
    (void)arguments;
    (void)count;
    (void)belay_sleep(context, 500);
    return belay_none();
}

/* Starts the same work in four ways, writes the pids where it is told, and
 * waits to be killed. */
static belay_value starter(belay_context *context,
                           const belay_value *arguments, size_t count) {
    (void)count;
    belay_pid *pids = arguments[0].pointer;
    const belay_start_options supervised = {
        .supervisor = belay_whereis(context, "MyApp.Jobs")};
    belay_task tasks[3];
    if (belay_async(context, work, NULL, 0, NULL, &tasks[0]) != BELAY_OK ||
        belay_async(context, work, NULL, 0, &supervised, &tasks[1]) !=
            BELAY_OK ||
        belay_async_nolink(context, work, NULL, 0, &supervised, &tasks[2]) !=
            BELAY_OK ||
        belay_start_child(context, work, NULL, 0, &supervised, &pids[3]) !=
            BELAY_OK) {
        return belay_fail(context, 1, "could not start");
    }
    for (int i = 0; i < 3; i++) {
        pids[i] = tasks[i].pid;
    }
    (void)belay_register(context, "started", belay_self(context));
    (void)belay_sleep(context, 5000);
    return belay_none();
}

static int starter_dies(belay_context *root, belay_pid supervisor) {
    belay_pid pids[WAYS] = {0};
    const belay_value place = belay_pointer(pids);
    belay_task task;
    belay_result result;
    if (belay_async(root, starter, &place, 1, NULL, &task) != BELAY_OK) {
        return 1;
    }
    while (belay_whereis(root, "started") == 0) {
        (void)belay_sleep(root, 1);
    }
    (void)belay_shutdown(root, task, BELAY_BRUTAL_KILL, &result);
    int alive = 0;
    for (int i = 0; i < WAYS; i++) {
        int lives = belay_alive(root, pids[i]);
        alive += lives;
        printf("%-34s%s\n", names[i],
               lives ? "goes on" : "died with its starter");
    }
    size_t left = 0;
    if (belay_supervisor_children(root, supervisor, NULL, 0, &left) !=
        BELAY_OK) {
        return 1;
    }
    printf("MyApp.Jobs still owns %u tasks\n", (unsigned)left);
    printf("=> a task when the caller shares its fate; a supervisor when the "
           "work may outlive the caller\n");
    return alive == 2 && left == 2 ? 0 : 1;
}

int main(void) {
    belay_runtime *runtime = NULL;
    if (belay_runtime_create(NULL, &runtime) != BELAY_OK) {
        return 1;
    }
    belay_context *root = belay_runtime_root(runtime);
    const belay_supervisor_options options = {.name = "MyApp.Jobs"};
    belay_pid supervisor = 0;
    int failed = belay_task_supervisor_start(root, &options, &supervisor) !=
                     BELAY_OK ||
                 starter_dies(root, supervisor) != 0;
    belay_runtime_destroy(runtime);
    return failed;
}
