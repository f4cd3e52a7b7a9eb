# belay_add_jobs: builds jobs in C into a module for loadJobs of
# belay-tasks/threads.
#
#     include(<belay>/scripts/cmake/BelayJobs.cmake)
#     belay_add_jobs(<target> [OUTPUT <folder>] <source>...)
#
# where <belay> is a clone or node_modules/belay-tasks, and the build was
# configured for Emscripten (emcmake cmake ...). The sources define jobs by
# BELAY_JOB (src/belay_jobs.h). Made in <folder>, which is the current binary
# folder when nothing is said:
#
#     <target>.mjs, <target>.d.mts  what JavaScript imports
#     <target>/                     what that loads: keep the two together
#
# The sources are compiled twice, with threads and without; so is Belay's own
# part, once for all modules of a project. What both builds of the sources and
# of the module need besides goes to the interface library <target>_options:
#
#     target_compile_definitions(<target>_options INTERFACE NDEBUG)
#     target_link_options(<target>_options INTERFACE -sMAXIMUM_MEMORY=1GB)
#
# Libraries that are linked to it must have been compiled for both kinds.
include_guard(DIRECTORY)

get_filename_component(BELAY_JOBS_ROOT
    "${CMAKE_CURRENT_LIST_DIR}/../.." ABSOLUTE)

# The kernel, the runtime and the jobs' driver, but for what differs.
file(GLOB BELAY_JOBS_SOURCES CONFIGURE_DEPENDS
    ${BELAY_JOBS_ROOT}/src/base/*.c
    ${BELAY_JOBS_ROOT}/src/kernel/*.c
    ${BELAY_JOBS_ROOT}/src/runtime/*.c
    ${BELAY_JOBS_ROOT}/src/jobs/*.c)
list(FILTER BELAY_JOBS_SOURCES EXCLUDE REGEX "/(port|notify)_[a-z]+\\.c$")

# Debian's emcc finds its own parts of Node only by this.
set(belay_jobs_environment "")
if(EXISTS /usr/share/nodejs/acorn AND EXISTS /usr/share/emscripten)
    set(belay_jobs_environment
        "\"${CMAKE_COMMAND}\" -E env NODE_PATH=/usr/share/nodejs")
endif()

set(BELAY_JOBS_OPTIONS
    $<IF:$<CONFIG:Debug>,-O1,-O2> $<$<CONFIG:Debug>:-g>)

# Belay's own part, with threads or without: compiled once for all modules of
# a project.
function(belay_jobs_core name)
    if(TARGET ${name})
        return()
    endif()
    add_library(${name} OBJECT ${BELAY_JOBS_SOURCES} ${ARGN})
    target_include_directories(${name} PUBLIC ${BELAY_JOBS_ROOT}/src)
    target_compile_options(${name} PRIVATE ${BELAY_JOBS_OPTIONS})
    # One unit of translation: emcc takes a second to begin.
    set_target_properties(${name} PROPERTIES
        C_STANDARD 11 UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 0)
endfunction()

function(belay_jobs_module name core suffix sources)
    add_executable(${name} ${sources})
    target_compile_options(${name} PRIVATE ${BELAY_JOBS_OPTIONS})
    # What has one caller is else put into it at any size, until the kernel's
    # step is one function: then an engine compiles all of it as soon as a part
    # is used often, three times as much as is.
    target_link_options(${name} PRIVATE ${BELAY_JOBS_OPTIONS}
        --no-entry -sALLOW_MEMORY_GROWTH=1 -sINITIAL_MEMORY=16MB
        -sBINARYEN_EXTRA_PASSES=--one-caller-inline-max-function-size=100)
    target_link_libraries(${name} PRIVATE ${core})
    set_target_properties(${name} PROPERTIES
        C_STANDARD 11 SUFFIX "${suffix}" OUTPUT_NAME "${name}"
        RUNTIME_OUTPUT_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}/${name}.dir"
        RULE_LAUNCH_LINK "${belay_jobs_environment}")
endfunction()

function(belay_add_jobs target)
    cmake_parse_arguments(PARSE_ARGV 1 jobs "" "OUTPUT" "")
    if(NOT EMSCRIPTEN)
        message(FATAL_ERROR "belay_add_jobs needs Emscripten: configure "
            "with `emcmake cmake`, or with Emscripten's toolchain file")
    endif()
    if(NOT jobs_UNPARSED_ARGUMENTS)
        message(FATAL_ERROR "belay_add_jobs(${target}): no sources")
    endif()
    if(NOT jobs_OUTPUT)
        set(jobs_OUTPUT ${CMAKE_CURRENT_BINARY_DIR})
    endif()
    get_filename_component(output "${jobs_OUTPUT}" ABSOLUTE
        BASE_DIR ${CMAKE_CURRENT_BINARY_DIR})
    find_program(BELAY_NODE NAMES node nodejs REQUIRED)
    set(source_folder ${BELAY_JOBS_ROOT}/src)
    add_library(${target}_options INTERFACE)

    # -sSTACK_OVERFLOW_CHECK=2: a full stack is a trap, where it would
    # otherwise run into other threads' memory.
    belay_jobs_core(belay_jobs_threads
        ${source_folder}/runtime/port_posix.c
        ${source_folder}/jobs/notify_threads.c)
    target_compile_options(belay_jobs_threads PRIVATE -pthread)
    target_compile_definitions(belay_jobs_threads PRIVATE BELAY_PORT_GUARDED)
    belay_jobs_module(${target}_threads belay_jobs_threads .mjs
        "${jobs_UNPARSED_ARGUMENTS}")
    target_compile_options(${target}_threads PRIVATE -pthread)
    target_link_options(${target}_threads PRIVATE
        -pthread -sMODULARIZE=1 -sEXPORT_ES6=1
        -sENVIRONMENT=web,worker,node -sFILESYSTEM=0
        -sEXPORTED_RUNTIME_METHODS=PThread,wasmMemory
        -sSTACK_OVERFLOW_CHECK=2
        -sNODEJS_CATCH_EXIT=0 -sNODEJS_CATCH_REJECTION=0
        -Wno-pthreads-mem-growth
        --js-library ${BELAY_JOBS_ROOT}/scripts/cmake/jobs-library.js
        --extern-pre-js ${BELAY_JOBS_ROOT}/scripts/cmake/jobs-in-node.js)
    set_target_properties(${target}_threads PROPERTIES LINK_DEPENDS
        "${BELAY_JOBS_ROOT}/scripts/cmake/jobs-library.js;${BELAY_JOBS_ROOT}/scripts/cmake/jobs-in-node.js")
    target_link_libraries(${target}_threads PRIVATE ${target}_options)

    # With the stack first in memory, a full one is an access out of bounds.
    # What it imports is checked by describe-jobs.mjs.
    belay_jobs_core(belay_jobs_single
        ${source_folder}/runtime/port_single.c
        ${source_folder}/jobs/notify_single.c)
    target_compile_definitions(belay_jobs_single PRIVATE BELAY_PORT_SINGLE)
    belay_jobs_module(${target}_single belay_jobs_single .wasm
        "${jobs_UNPARSED_ARGUMENTS}")
    target_link_options(${target}_single PRIVATE
        -sSTANDALONE_WASM=1 -Wl,--stack-first -sTOTAL_STACK=1MB
        -sERROR_ON_UNDEFINED_SYMBOLS=0 -sWARN_ON_UNDEFINED_SYMBOLS=0)
    target_link_libraries(${target}_single PRIVATE ${target}_options)

    add_custom_command(OUTPUT ${output}/${target}.mjs
        COMMAND ${BELAY_NODE}
            ${BELAY_JOBS_ROOT}/scripts/cmake/describe-jobs.mjs
            ${target} ${output}
            $<TARGET_FILE:${target}_single> $<TARGET_FILE:${target}_threads>
        DEPENDS ${target}_single ${target}_threads
            ${BELAY_JOBS_ROOT}/scripts/cmake/describe-jobs.mjs
            ${BELAY_JOBS_ROOT}/bindings/js/jobs/job-values.js
            ${BELAY_JOBS_ROOT}/bindings/js/jobs/job-worker.js
        COMMENT "Describing jobs ${target}.mjs" VERBATIM)
    add_custom_target(${target} ALL DEPENDS ${output}/${target}.mjs)
endfunction()
