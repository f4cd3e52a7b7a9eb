/* 05-safe-fetch.c - a deadline for one call, and nothing left behind it.
 *
 * In Elixir:  task = Task.async(fn -> fetch_remote(id) end)
 *             try do {:ok, Task.await(task, 2_000)}
 *             catch :exit, {:timeout, _} ->
 *               Task.shutdown(task, :brutal_kill)
 *               {:error, :timeout}
 *             end
 */
#include <belay.h>
#include <stdio.h>
#include <string.h>

static belay_value fetch_remote(belay_context *context,
                                const belay_value *arguments, size_t count) {
    (void)count;
    int stuck = strcmp(arguments[0].string, "stuck") == 0;
    belay_code code = belay_sleep(context, stuck ? BELAY_INFINITY : 20);
    return code == BELAY_OK ? belay_string("a user") : belay_none();
}

/* OK and a value, which the caller frees, or EXITED or TIMEOUT. Whatever it
 * is, the task has ended. */
static belay_code safe_fetch(belay_context *context, const char *id,
                             uint64_t timeout, belay_value *out) {
    const belay_value argument = belay_string(id);
    belay_task task;
    belay_result result;
    belay_code code =
        belay_async(context, fetch_remote, &argument, 1, NULL, &task);
    if (code != BELAY_OK) {
        return code;
    }
    code = belay_await(context, task, timeout, &result);
    if (code == BELAY_TIMEOUT) {
        printf("  timed out, the task is %s\n",
               belay_alive(context, task.pid) ? "alive" : "dead");
        (void)belay_shutdown(context, task, BELAY_BRUTAL_KILL, &result);
        printf("  shut down, the task is %s\n",
               belay_alive(context, task.pid) ? "alive" : "dead");
    }
    *out = result.value;
    return code;
}

int main(void) {
    belay_runtime *runtime = NULL;
    if (belay_runtime_create(NULL, &runtime) != BELAY_OK) {
        return 1;
    }
    belay_context *root = belay_runtime_root(runtime);
    const char *const ids[] = {"7", "stuck"};
    belay_code codes[2];
    for (int i = 0; i < 2; i++) {
        belay_value value = belay_none();
        printf("safe_fetch(\"%s\")\n", ids[i]);
        codes[i] = safe_fetch(root, ids[i], 500, &value);
        printf("  %s: %s\n", belay_code_name((uint32_t)codes[i]),
               value.type == BELAY_TYPE_STRING ? value.string : "no value");
        belay_value_free(root, &value);
    }
    printf(
        "=> a timeout ends the waiting, not the work: shut the task down\n");
    belay_runtime_destroy(runtime);
    return codes[0] == BELAY_OK && codes[1] == BELAY_TIMEOUT ? 0 : 1;
}
