# The simulator, tests/sim with the model in tests/model: target `sim`. It is
# built and run by scripts/sim.mjs; `sim_objects` is all of it but its main.
#
# build/canaries holds files of the kernel with a mistake planted in each, by
# scripts/sim.mjs: target `canaries`, one simulator with each of them.

file(GLOB sim_sources CONFIGURE_DEPENDS
    ${PROJECT_SOURCE_DIR}/tests/model/*.c ${PROJECT_SOURCE_DIR}/tests/sim/*.c)
if(BELAY_WEB)
    # It needs processes; what WebAssembly finds is shrunk natively.
    list(FILTER sim_sources EXCLUDE REGEX "/shrink\\.c$")
endif()

set(sim_main ${PROJECT_SOURCE_DIR}/tests/sim/main.c)
list(REMOVE_ITEM sim_sources ${sim_main})

add_library(sim_objects OBJECT EXCLUDE_FROM_ALL ${sim_sources})
target_include_directories(sim_objects PUBLIC ${PROJECT_SOURCE_DIR}/src)
target_compile_options(sim_objects PRIVATE ${BELAY_COMPILE_OPTIONS})

add_executable(sim EXCLUDE_FROM_ALL ${sim_main})
target_compile_options(sim PRIVATE ${BELAY_COMPILE_OPTIONS})
target_link_libraries(sim PRIVATE belay_objects sim_objects)
target_link_options(sim PRIVATE ${BELAY_PROGRAM_LINK_OPTIONS})
if(BELAY_WEB)
    set_target_properties(sim PROPERTIES SUFFIX .wasm)
    return()
endif()

file(GLOB canaries CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/build/canaries/*.c)
add_custom_target(canaries)
# File by file, in whichever build: one of them is to be replaced.
add_library(canary_kernel STATIC EXCLUDE_FROM_ALL ${kernel_sources})
target_include_directories(canary_kernel PRIVATE ${PROJECT_SOURCE_DIR}/src)
target_compile_options(canary_kernel PRIVATE ${BELAY_COMPILE_OPTIONS})
foreach(source IN LISTS canaries)
    # The archive gives what the changed file does not.
    get_filename_component(name ${source} NAME_WE)
    add_executable(${name} EXCLUDE_FROM_ALL ${source} ${sim_main})
    target_link_libraries(${name} PRIVATE sim_objects canary_kernel)
    target_link_options(${name} PRIVATE ${BELAY_LINK_OPTIONS})
    add_dependencies(canaries ${name})
endforeach()
