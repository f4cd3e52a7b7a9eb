# Threads that take turns on one thread of the system: target `fiber_objects`
# (src/fiber, stacks of their own) and `runtime_fibers` (the runtime on them).
# Natively for tests, and for WASI, which has no threads. Not with Emscripten,
# which has.

set(fiber_folder ${PROJECT_SOURCE_DIR}/src/fiber)
set(fiber_switch ucontext)
if(BELAY_WEB)
    set(fiber_switch asyncify)
    find_program(BELAY_WASM_OPT wasm-opt REQUIRED)
endif()
add_library(fiber_objects OBJECT
    ${fiber_folder}/fiber.c ${fiber_folder}/switch_${fiber_switch}.c)

file(GLOB fibers_sources CONFIGURE_DEPENDS
    ${PROJECT_SOURCE_DIR}/src/runtime/*.c)
list(FILTER fibers_sources EXCLUDE REGEX "/port_[a-z]+\\.c$")
add_library(runtime_fibers OBJECT
    ${fibers_sources} ${PROJECT_SOURCE_DIR}/src/runtime/port_fibers.c)
target_compile_definitions(runtime_fibers PUBLIC BELAY_PORT_FIBERS)

foreach(name fiber_objects runtime_fibers)
    target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR}/src)
    target_compile_options(${name} PRIVATE ${BELAY_COMPILE_OPTIONS})
    set_target_properties(${name} PROPERTIES C_VISIBILITY_PRESET hidden)
endforeach()

# Makes a linked WebAssembly program able to leave its functions and go on
# with them; does nothing natively. What may be left is found by who calls
# whom; a call by pointer may lead anywhere, except for:
#   the kernel's (belay__*), which lead to its own functions and to the
#     allocator, so that nothing of the kernel is changed;
#   the C library's, to what a stream of stdio writes with.
# No import of a WASI program leaves. It may be called from another project,
# which sees no variables of this one.
function(belay_asyncify name)
    if(NOT CMAKE_C_COMPILER_TARGET MATCHES "^wasm32")
        return()
    endif()
    set(never
        belay__* belay_create belay_submit belay_step belay_destroy
        __fwritex fwrite vfprintf fflush close_all __stdio_exit)
    list(JOIN never "," never)
    add_custom_command(TARGET ${name} POST_BUILD
        COMMAND ${BELAY_WASM_OPT}
            --asyncify --pass-arg=asyncify-ignore-imports
            --pass-arg=asyncify-removelist@${never}
            -O2 -g --strip-dwarf $<TARGET_FILE:${name}> -o $<TARGET_FILE:${name}>
        VERBATIM)
endfunction()

# Tests with the label "fibers". One program has tests/fibers/<name>_test.c, and
# those of this folder that must fail; another each tests/runtime/<name>_test.c
# once more, on fibers and a virtual clock, as <name>_fibers_test; that of
# stress is a program of its own.
function(belay_fiber_tests)
    set(fibers ${PROJECT_SOURCE_DIR}/tests/fibers)
    file(GLOB tests CONFIGURE_DEPENDS ${fibers}/*_test.c)
    belay_mains(files fibers_tests
        "${tests};${fibers}/deadlock.c;${fibers}/overflow.c")
    belay_fiber_program(fibers_tests ${files} ${fibers}/orders.c
        ${PROJECT_SOURCE_DIR}/tests/runtime/jobs.c
        ${PROJECT_SOURCE_DIR}/src/jobs/jobs.c
        ${PROJECT_SOURCE_DIR}/src/jobs/registry.c)
    target_compile_definitions(fibers_tests PRIVATE BELAY_JOBS_REPORTS_MAX=2u)
    foreach(source IN LISTS tests)
        get_filename_component(name ${source} NAME_WE)
        belay_fiber_test(${name} fibers_tests ${name})
    endforeach()
    belay_fiber_failure(deadlock "all threads wait .2 of them.")
    belay_fiber_failure(overflow "more than its 32768 bytes of stack")

    set(virtual
        ${PROJECT_SOURCE_DIR}/tests/runtime/jobs.c ${fibers}/virtual_time.c)
    belay_mains(files runtime_fibers_tests "${runtime_tests}")
    belay_fiber_program(runtime_fibers_tests ${files} ${virtual})
    foreach(source IN LISTS runtime_tests)
        get_filename_component(name ${source} NAME_WE)
        string(REGEX REPLACE "_test$" "_fibers_test" test ${name})
        belay_fiber_test(${test} runtime_fibers_tests ${name})
    endforeach()
    belay_fiber_program(stress_fibers_test
        ${PROJECT_SOURCE_DIR}/tests/runtime/stress_test.c ${virtual})
    belay_fiber_test(stress_fibers_test stress_fibers_test)
endfunction()

function(belay_fiber_program name)
    belay_c_program(${name} "${ARGN}" fiber_objects runtime_fibers)
    target_include_directories(${name} PRIVATE
        ${PROJECT_SOURCE_DIR}/tests/runtime)
    belay_asyncify(${name})
endfunction()

function(belay_fiber_test name program)
    belay_run(${name} ${program} ${ARGN})
    set_tests_properties(${name} PROPERTIES LABELS fibers)
endfunction()

# tests/fibers/<name>.c must fail, and say so in these words.
function(belay_fiber_failure name words)
    belay_fiber_test(${name} fibers_tests ${name})
    set_tests_properties(${name} PROPERTIES PASS_REGULAR_EXPRESSION "${words}")
endfunction()
