# The program `belay`, src/cli: target `cli`, on the system's threads, and
# `cli_turns` (belay_turns), whose jobs take turns on one thread; both in bin/,
# for `belay` beside it would stand for the library to ninja. For WASI there
# is only the latter, and it is belay.wasm.
#
# Each examples/c/<name>.c is compiled in, its main renamed. What it is about
# is the first sentence of its first comment, up to a full stop.

file(GLOB cli_examples CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/examples/c/*.c)
set(cli_mains "")
set(cli_rows "")
foreach(source IN LISTS cli_examples)
    get_filename_component(name ${source} NAME_WE)
    string(MAKE_C_IDENTIFIER "example_${name}" function)
    file(READ ${source} head LIMIT 400)
    string(REGEX REPLACE "\n \\* ?" " " head "${head}")
    if(NOT head MATCHES "^/\\* ?${name}\\.c - ([^.*\"]+)")
        message(FATAL_ERROR "${source} does not begin with what it is about: "
            "/* ${name}.c - ...")
    endif()
    string(STRIP "${CMAKE_MATCH_1}" about)
    string(APPEND cli_mains "int ${function}(void);\n")
    string(APPEND cli_rows
        "    {\"${name}\", \"${about}\", ${function}},\n")
    set_property(SOURCE ${source} APPEND PROPERTY COMPILE_OPTIONS
        -Dmain=${function} -Wno-missing-prototypes)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${source})
endforeach()
set(cli_table ${PROJECT_BINARY_DIR}/cli_examples.c)
file(CONFIGURE OUTPUT ${cli_table} @ONLY CONTENT
"/* Made by scripts/cmake/cli.cmake. */
#include \"cli/command.h\"

@cli_mains@
const cli_example cli_examples[] = {
@cli_rows@    {NULL, NULL, NULL},
};
")

function(belay_cli name output runtime)
    add_executable(${name}
        ${PROJECT_SOURCE_DIR}/src/cli/main.c
        ${PROJECT_SOURCE_DIR}/src/cli/words.c
        ${PROJECT_SOURCE_DIR}/src/cli/examples.c
        ${PROJECT_SOURCE_DIR}/src/cli/simulate.c
        ${cli_table} ${cli_examples})
    target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/src)
    target_compile_options(${name} PRIVATE ${BELAY_COMPILE_OPTIONS})
    target_compile_definitions(${name} PRIVATE
        BELAY_CLI_VERSION="${PROJECT_VERSION}" ${ARGN})
    target_link_libraries(${name} PRIVATE
        belay_objects sim_objects ${runtime})
    target_link_options(${name} PRIVATE ${BELAY_PROGRAM_LINK_OPTIONS})
    set_target_properties(${name} PROPERTIES
        OUTPUT_NAME ${output}
        RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
endfunction()

if(BELAY_WEB)
    belay_cli(cli belay "runtime_fibers;fiber_objects" BELAY_PORT_FIBERS)
    set_target_properties(cli PROPERTIES
        SUFFIX .wasm RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR})
    belay_asyncify(cli)
else()
    belay_cli(cli belay runtime_objects)
    belay_cli(cli_turns belay_turns
        "runtime_fibers;fiber_objects" BELAY_PORT_FIBERS)
endif()
