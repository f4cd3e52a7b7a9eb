# The runtime on threads, natively: target `runtime_objects`, and in the
# library `belay` beside the kernel. Tests: tests/runtime/<name>_test.c, each
# a test of that name with the label "runtime", in one program, `runtime_tests`,
# but for `stress_test`; that target builds both.

set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)

file(GLOB runtime_sources CONFIGURE_DEPENDS
    ${PROJECT_SOURCE_DIR}/src/runtime/*.c)
list(FILTER runtime_sources EXCLUDE REGEX "/port_[a-z]+\\.c$")

add_library(runtime_objects OBJECT
    ${runtime_sources} ${PROJECT_SOURCE_DIR}/src/runtime/port_posix.c)
target_include_directories(runtime_objects PUBLIC ${PROJECT_SOURCE_DIR}/src)
target_compile_options(runtime_objects PRIVATE ${BELAY_COMPILE_OPTIONS})
set_target_properties(runtime_objects PROPERTIES C_VISIBILITY_PRESET hidden)
target_link_libraries(runtime_objects PUBLIC Threads::Threads)

function(belay_runtime_tests)
    add_library(runtime_helpers OBJECT
        ${PROJECT_SOURCE_DIR}/tests/runtime/jobs.c)
    target_include_directories(runtime_helpers PRIVATE
        ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR}/tests/unit)
    target_compile_options(runtime_helpers PRIVATE ${BELAY_COMPILE_OPTIONS})
    belay_mains(files runtime_tests "${runtime_tests}")
    belay_runtime_program(runtime_tests "${files}")
    foreach(source IN LISTS runtime_tests)
        get_filename_component(name ${source} NAME_WE)
        belay_runtime_test(${name} runtime_tests ${name})
    endforeach()
    belay_runtime_program(stress_test
        ${PROJECT_SOURCE_DIR}/tests/runtime/stress_test.c)
    belay_runtime_test(stress_test stress_test)
    add_dependencies(runtime_tests stress_test)
endfunction()

function(belay_runtime_program name sources)
    add_executable(${name} ${sources})
    target_include_directories(${name} PRIVATE
        ${PROJECT_SOURCE_DIR}/tests/unit ${PROJECT_SOURCE_DIR}/tests/runtime)
    target_compile_options(${name} PRIVATE ${BELAY_COMPILE_OPTIONS})
    target_link_libraries(${name} PRIVATE
        belay_objects runtime_objects unit_helpers runtime_helpers)
    target_link_options(${name} PRIVATE ${BELAY_LINK_OPTIONS})
endfunction()

function(belay_runtime_test name program)
    add_test(NAME ${name} COMMAND ${program} ${ARGN})
    set_tests_properties(${name} PROPERTIES
        TIMEOUT ${BELAY_TEST_SECONDS} LABELS runtime)
endfunction()
