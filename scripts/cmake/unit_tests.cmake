# Every tests/unit/<name>_test.c is a program and a test of that name; other
# .c files there are linked to each of them. In the WebAssembly builds they
# are WASI commands, which scripts/run-wasi.mjs runs under Node. The target
# `c_tests` builds all of them, and those on fibers.

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

add_library(unit_helpers OBJECT ${unit_helpers})
target_include_directories(unit_helpers PRIVATE ${PROJECT_SOURCE_DIR}/src)
target_compile_options(unit_helpers PRIVATE ${BELAY_COMPILE_OPTIONS})

add_custom_target(c_tests)

# A program and a test of that name, linked with these libraries; it sees
# tests/unit.
function(belay_c_test name source)
    add_executable(${name} ${source})
    target_include_directories(${name} PRIVATE ${unit_folder})
    target_compile_options(${name} PRIVATE ${BELAY_COMPILE_OPTIONS})
    target_link_libraries(${name} PRIVATE belay_objects unit_helpers ${ARGN})
    target_link_options(${name} PRIVATE ${BELAY_PROGRAM_LINK_OPTIONS})
    add_dependencies(c_tests ${name})
    if(BELAY_WEB)
        set_target_properties(${name} PROPERTIES SUFFIX .wasm)
    endif()
    add_test(NAME ${name} COMMAND ${unit_runner} $<TARGET_FILE:${name}>)
    set_tests_properties(${name} PROPERTIES TIMEOUT 240)
endfunction()

foreach(source IN LISTS unit_tests)
    get_filename_component(name ${source} NAME_WE)
    belay_c_test(${name} ${source})
endforeach()
