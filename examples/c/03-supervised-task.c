/* 03-supervised-task.c - work that outlives the request which asked for it.
 *
 * In Elixir:  {Task.Supervisor, name: MyApp.TaskSupervisor}
 *             Task.Supervisor.start_child(MyApp.TaskSupervisor, fn ->
 *               send_email(user)
 *             end)
 */
#include <belay.h>
#include <stdio.h>

#define SUPERVISOR "MyApp.TaskSupervisor"

static belay_value send_email(belay_context *context,
                              const belay_value *arguments, size_t count) {
    (void)count;
    if (belay_sleep(context, 100) != BELAY_OK) {
        return belay_none();
    }
    printf("e-mail sent to %s\n", arguments[0].string);
    return belay_none();
}

/* Starts the e-mail and works on. The supervisor owns the e-mail. */
static belay_value serve_request(belay_context *context,
                                 const belay_value *arguments, size_t count) {
    const belay_start_options options = {
        .label = "welcome e-mail",
        .supervisor = belay_whereis(context, SUPERVISOR),
    };
    belay_pid email = 0;
    if (belay_start_child(context, send_email, arguments, count, &options,
                          &email) != BELAY_OK) {
        return belay_fail(context, 1, "no e-mail");
    }
    (void)belay_register(context, "email", email);
    (void)belay_sleep(context, 5000);
    return belay_none();
}

static const char *state(belay_context *root, belay_pid pid) {
    return belay_alive(root, pid) ? "alive" : "dead";
}

static int request_is_killed(belay_context *root) {
    const belay_value user = belay_string("ada@example.com");
    belay_task request;
    if (belay_async(root, serve_request, &user, 1, NULL, &request) !=
        BELAY_OK) {
        return 1;
    }
    belay_pid email = 0;
    while (email == 0) {
        (void)belay_sleep(root, 1);
        email = belay_whereis(root, "email");
    }
    uint64_t monitor = 0;
    belay_message down;
    belay_result result;
    (void)belay_monitor(root, email, &monitor);
    (void)belay_shutdown(root, request, BELAY_BRUTAL_KILL, &result);
    printf("the request is %s, the e-mail's task is %s\n",
           state(root, request.pid), state(root, email));
    if (belay_receive(root, 5000, &down) != BELAY_OK) {
        return 1;
    }
    printf("the e-mail's task ended: %s\n", belay_reason_text(down.reason));
    return down.reason == BELAY_REASON_NORMAL ? 0 : 1;
}

int main(void) {
    belay_runtime *runtime = NULL;
    if (belay_runtime_create(NULL, &runtime) != BELAY_OK) {
        return 1;
    }
    belay_context *root = belay_runtime_root(runtime);
    const belay_supervisor_options tasks = {.name = SUPERVISOR};
    const belay_child_spec children[] = {
        {.id = "tasks",
         .supervisor = &tasks,
         .restart = BELAY_RESTART_PERMANENT}};
    belay_pid tree = 0;
    int failed =
        belay_supervisor_start(root, children, 1, NULL, &tree) != BELAY_OK;
    if (!failed) {
        failed = request_is_killed(root);
        (void)belay_supervisor_stop(root, tree, BELAY_REASON_NORMAL, 5000);
        printf("tree stopped, %s is %s\n", SUPERVISOR,
               belay_whereis(root, SUPERVISOR) == 0 ? "gone" : "there");
        printf("=> the starter may die, the work goes on\n");
    }
    belay_runtime_destroy(runtime);
    return failed;
}
