// belay.h as a C++ program sees it.
#include <belay.h>

static belay_value twice(belay_context *, const belay_value *arguments,
                         size_t) {
    return belay_integer(2 * arguments[0].integer);
}

int main() {
    belay_runtime *runtime = nullptr;
    if (belay_runtime_create(nullptr, &runtime) != BELAY_OK) {
        return 1;
    }
    belay_value argument = belay_integer(21);
    belay_task task;
    belay_async(belay_runtime_root(runtime), twice, &argument, 1, nullptr,
                &task);
    belay_runtime_destroy(runtime);
    return 0;
}
