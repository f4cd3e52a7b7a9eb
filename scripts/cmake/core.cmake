# core.wasm: the kernel and its doors as one reactor without imports.
#
# Target `core`, file <build>/core.wasm.

set(wasm_sources ${CMAKE_SOURCE_DIR}/src/wasm/exports.c)

set(BELAY_STACK_SIZE 65536)

add_executable(core_module ${wasm_sources})
target_link_libraries(core_module PRIVATE belay_objects)
target_compile_options(core_module PRIVATE ${BELAY_COMPILE_OPTIONS})
set_target_properties(core_module PROPERTIES
    C_VISIBILITY_PRESET hidden
    EXCLUDE_FROM_ALL ON
    OUTPUT_NAME core0
    SUFFIX .wasm)

if(BELAY_WEB STREQUAL "emscripten")
    # Memory grows, and the hook that emcc would import for it is our own.
    target_sources(core_module PRIVATE
        ${CMAKE_SOURCE_DIR}/scripts/cmake/emscripten_growth.c)
    target_link_options(core_module PRIVATE
        ${BELAY_WASM_OPTIMIZE} -sSTANDALONE_WASM --no-entry
        -sALLOW_MEMORY_GROWTH -sINITIAL_MEMORY=1MB
        -sTOTAL_STACK=${BELAY_STACK_SIZE})
    add_custom_command(OUTPUT ${CMAKE_BINARY_DIR}/core.wasm
        COMMAND ${CMAKE_COMMAND} -E copy
            $<TARGET_FILE:core_module> ${CMAKE_BINARY_DIR}/core.wasm
        DEPENDS core_module VERBATIM)
else()
    # --stack-first: an overflow of the stack traps instead of overwriting
    # data. wasm-opt is a step of its own; see options.cmake.
    target_link_options(core_module PRIVATE ${BELAY_LINK_OPTIONS}
        -mexec-model=reactor -Wl,--strip-debug -Wl,--stack-first
        -Wl,-z,stack-size=${BELAY_STACK_SIZE})
    find_program(BELAY_WASM_OPT wasm-opt REQUIRED)
    add_custom_command(OUTPUT ${CMAKE_BINARY_DIR}/core.wasm
        COMMAND ${BELAY_WASM_OPT} ${BELAY_WASM_OPT_OPTIMIZE}
            --strip-debug --strip-producers --strip-target-features
            $<TARGET_FILE:core_module> -o ${CMAKE_BINARY_DIR}/core.wasm
        DEPENDS core_module VERBATIM)
endif()

add_custom_target(core ALL DEPENDS ${CMAKE_BINARY_DIR}/core.wasm)

# tables.wasm: the names and texts of belay.h, for scripts/build.mjs only.
if(BELAY_WEB STREQUAL "wasi")
    add_executable(tables ${CMAKE_SOURCE_DIR}/src/wasm/tables.c)
    target_include_directories(tables PRIVATE ${CMAKE_SOURCE_DIR}/src)
    target_compile_options(tables PRIVATE ${BELAY_COMPILE_OPTIONS})
    target_link_options(tables PRIVATE
        ${BELAY_LINK_OPTIONS} -mexec-model=reactor)
    set_target_properties(tables PROPERTIES SUFFIX .wasm)
    add_dependencies(core tables)
endif()
