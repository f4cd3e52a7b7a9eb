# core.wasm: the kernel and its doors as one reactor without imports.
#
# Target `core`, files <build>/core.wasm, and <build>/core_checked.wasm: the
# same with doors for tests, which walk the whole state.

set(BELAY_STACK_SIZE 65536)

function(belay_core name)
    add_executable(${name}_module ${PROJECT_SOURCE_DIR}/src/wasm/exports.c)
    target_link_libraries(${name}_module PRIVATE belay_objects)
    target_compile_options(${name}_module PRIVATE ${BELAY_COMPILE_OPTIONS})
    target_compile_definitions(${name}_module PRIVATE ${ARGN})
    set_target_properties(${name}_module PROPERTIES
        C_VISIBILITY_PRESET hidden
        EXCLUDE_FROM_ALL ON
        OUTPUT_NAME ${name}0
        SUFFIX .wasm)
    if(BELAY_WEB STREQUAL "emscripten")
        # Memory grows, and the hook that emcc would import for it is our own.
        target_sources(${name}_module PRIVATE
            ${PROJECT_SOURCE_DIR}/scripts/cmake/emscripten_growth.c)
        target_link_options(${name}_module PRIVATE
            ${BELAY_WASM_OPTIMIZE} -sSTANDALONE_WASM --no-entry
            -sALLOW_MEMORY_GROWTH -sINITIAL_MEMORY=1MB
            -sTOTAL_STACK=${BELAY_STACK_SIZE})
        add_custom_command(OUTPUT ${PROJECT_BINARY_DIR}/${name}.wasm
            COMMAND ${CMAKE_COMMAND} -E copy
                $<TARGET_FILE:${name}_module>
                ${PROJECT_BINARY_DIR}/${name}.wasm
            DEPENDS ${name}_module VERBATIM)
    else()
        # --stack-first: an overflow of the stack traps instead of
        # overwriting data. wasm-opt is a step of its own; see options.cmake.
        target_link_options(${name}_module PRIVATE ${BELAY_LINK_OPTIONS}
            -mexec-model=reactor -Wl,--strip-debug -Wl,--stack-first
            -Wl,-z,stack-size=${BELAY_STACK_SIZE})
        find_program(BELAY_WASM_OPT wasm-opt REQUIRED)
        add_custom_command(OUTPUT ${PROJECT_BINARY_DIR}/${name}.wasm
            COMMAND ${BELAY_WASM_OPT} ${BELAY_WASM_PASSES}
                --strip-debug --strip-producers --strip-target-features
                $<TARGET_FILE:${name}_module>
                -o ${PROJECT_BINARY_DIR}/${name}.wasm
            DEPENDS ${name}_module VERBATIM)
    endif()
endfunction()

belay_core(core)
belay_core(core_checked BELAY_WASM_CHECKS)
add_custom_target(core ALL DEPENDS
    ${PROJECT_BINARY_DIR}/core.wasm ${PROJECT_BINARY_DIR}/core_checked.wasm)

# tables.wasm: the names and texts of belay.h, for scripts/build.mjs only.
if(BELAY_WEB STREQUAL "wasi")
    add_executable(tables ${PROJECT_SOURCE_DIR}/src/wasm/tables.c)
    target_include_directories(tables PRIVATE ${PROJECT_SOURCE_DIR}/src)
    target_compile_options(tables PRIVATE ${BELAY_COMPILE_OPTIONS})
    target_link_options(tables PRIVATE
        ${BELAY_LINK_OPTIONS} -mexec-model=reactor)
    set_target_properties(tables PROPERTIES SUFFIX .wasm)
    add_dependencies(core tables)
endif()
