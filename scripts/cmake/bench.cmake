# The kernel measured natively: targets `native` and `instructions`, which
# bench/cases/native.mjs and scripts/instructions.mjs build and run.

add_library(bench_objects OBJECT EXCLUDE_FROM_ALL
    ${PROJECT_SOURCE_DIR}/bench/native/host.c
    ${PROJECT_SOURCE_DIR}/bench/native/operations.c)
target_include_directories(bench_objects PRIVATE ${PROJECT_SOURCE_DIR}/src)
target_compile_options(bench_objects PRIVATE ${BELAY_COMPILE_OPTIONS})

foreach(name native instructions)
    add_executable(${name} EXCLUDE_FROM_ALL
        ${PROJECT_SOURCE_DIR}/bench/native/${name}.c
        $<TARGET_OBJECTS:bench_objects>)
    target_compile_options(${name} PRIVATE ${BELAY_COMPILE_OPTIONS})
    target_link_libraries(${name} PRIVATE belay_objects)
    target_link_options(${name} PRIVATE ${BELAY_LINK_OPTIONS})
endforeach()

# Tasks in C on threads, which bench/cases/elixir.mjs runs beside Elixir.
add_executable(tasks EXCLUDE_FROM_ALL ${CMAKE_SOURCE_DIR}/bench/native/tasks.c)
target_compile_options(tasks PRIVATE ${BELAY_COMPILE_OPTIONS})
target_link_libraries(tasks PRIVATE belay)
target_link_options(tasks PRIVATE ${BELAY_LINK_OPTIONS})
