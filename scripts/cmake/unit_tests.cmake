# Every tests/unit/<name>_test.c is a test of that name, in one program,
# `unit_tests`; other .c files there are linked to it. In the WebAssembly builds
# programs are WASI commands, which scripts/run-wasi.mjs runs under Node. The
# target `c_tests` builds them, and those on fibers.

set(unit_folder ${PROJECT_SOURCE_DIR}/tests/unit)
file(GLOB unit_tests CONFIGURE_DEPENDS ${unit_folder}/*_test.c)
file(GLOB unit_helpers CONFIGURE_DEPENDS ${unit_folder}/*.c)
list(FILTER unit_helpers EXCLUDE REGEX "_test\\.c$")

if(BELAY_WEB STREQUAL "emscripten")
    list(APPEND unit_helpers
        ${PROJECT_SOURCE_DIR}/scripts/cmake/emscripten_growth.c)
endif()
if(BELAY_WEB)
    find_program(BELAY_NODE node REQUIRED)
    set(unit_runner
        ${BELAY_NODE} --no-warnings ${PROJECT_SOURCE_DIR}/scripts/run-wasi.mjs)
endif()

# Those of the runtime, on threads (runtime.cmake) and on fibers (fibers.cmake);
# that of stress, which takes numbers, is a program of its own.
file(GLOB runtime_tests CONFIGURE_DEPENDS
    ${PROJECT_SOURCE_DIR}/tests/runtime/*_test.c)
list(FILTER runtime_tests EXCLUDE REGEX "/stress_test\\.c$")

add_library(unit_helpers OBJECT ${unit_helpers})
target_include_directories(unit_helpers PRIVATE ${PROJECT_SOURCE_DIR}/src)
target_compile_options(unit_helpers PRIVATE ${BELAY_COMPILE_OPTIONS})

add_custom_target(c_tests)

# A program of tests, linked with these libraries; it sees tests/unit.
function(belay_c_program name sources)
    add_executable(${name} ${sources})
    target_include_directories(${name} PRIVATE ${unit_folder})
    target_compile_options(${name} PRIVATE ${BELAY_COMPILE_OPTIONS})
    target_link_libraries(${name} PRIVATE belay_objects unit_helpers ${ARGN})
    target_link_options(${name} PRIVATE ${BELAY_PROGRAM_LINK_OPTIONS})
    add_dependencies(c_tests ${name})
    if(BELAY_WEB)
        set_target_properties(${name} PROPERTIES SUFFIX .wasm)
    endif()
endfunction()

# A test that runs that program, with these arguments.
function(belay_run name program)
    add_test(NAME ${name}
        COMMAND ${unit_runner} $<TARGET_FILE:${program}> ${ARGN})
    set_tests_properties(${name} PROPERTIES TIMEOUT ${BELAY_TEST_SECONDS})
endfunction()

# One program of several files with a main each, which runs that of the name
# that it is given: to link takes longer than to compile, in WebAssembly most
# of all. Gives the files that it is made of.
function(belay_mains result program sources)
    set(folder ${PROJECT_BINARY_DIR}/${program}_mains)
    set(files ${folder}/main.c)
    set(declared "")
    set(rows "")
    foreach(source IN LISTS sources)
        get_filename_component(name ${source} NAME_WE)
        file(CONFIGURE OUTPUT ${folder}/${name}.c @ONLY CONTENT
"/* Made by scripts/cmake/unit_tests.cmake. */
int @name@(void);
#define main @name@
#include \"@source@\"
")
        list(APPEND files ${folder}/${name}.c)
        string(APPEND declared "int ${name}(void);\n")
        string(APPEND rows "    {\"${name}\", ${name}},\n")
    endforeach()
    file(CONFIGURE OUTPUT ${folder}/main.c @ONLY CONTENT
"/* Made by scripts/cmake/unit_tests.cmake. */
#include <stdio.h>
#include <string.h>

@declared@
static const struct {
    const char *name;
    int (*run)(void);
} tests[] = {
@rows@};

int main(int argc, char **argv) {
    const size_t count = sizeof tests / sizeof tests[0];
    for (size_t i = 0; i < count; i++) {
        if (argc == 2 && strcmp(argv[1], tests[i].name) == 0) {
            return tests[i].run();
        }
    }
    fprintf(stderr, \"@program@ takes one of these names:\\n\");
    for (size_t i = 0; i < count; i++) {
        fprintf(stderr, \"  %s\\n\", tests[i].name);
    }
    return 2;
}
")
    set(${result} ${files} PARENT_SCOPE)
endfunction()

belay_mains(unit_files unit_tests "${unit_tests}")
belay_c_program(unit_tests "${unit_files}")
foreach(source IN LISTS unit_tests)
    get_filename_component(name ${source} NAME_WE)
    belay_run(${name} unit_tests ${name})
endforeach()
