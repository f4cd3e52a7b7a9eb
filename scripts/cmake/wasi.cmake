# Toolchain: clang and wasi-libc, target wasm32-wasi.
#
# The compiler is the environment's BELAY_CLANG, or the first one found that
# comes with the runtime of wasm32. clang-14 is what the project is built
# with every day; clang 22 and newer do not find the headers of Debian's
# wasi-libc.
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR wasm32)

function(belay_runtime_of clang out)
    execute_process(
        COMMAND ${clang} --target=wasm32-wasi --print-libgcc-file-name
        OUTPUT_VARIABLE runtime ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
    if(NOT EXISTS "${runtime}")
        set(runtime "")
    endif()
    set(${out} "${runtime}" PARENT_SCOPE)
endfunction()

if(NOT CMAKE_C_COMPILER)
    set(clangs $ENV{BELAY_CLANG})
    if(NOT clangs)
        set(clangs clang-14 clang clang-19 clang-18 clang-17 clang-16 clang-15)
    endif()
    foreach(name IN LISTS clangs)
        unset(found)
        find_program(found ${name} NO_CACHE)
        if(found)
            belay_runtime_of(${found} runtime)
            if(runtime OR NOT CMAKE_C_COMPILER)
                set(CMAKE_C_COMPILER ${found})
            endif()
            if(runtime)
                break()
            endif()
        endif()
    endforeach()
    if(NOT CMAKE_C_COMPILER)
        message(FATAL_ERROR
            "no clang for wasm32-wasi: node scripts/setup.mjs build")
    endif()
endif()
set(CMAKE_C_COMPILER_TARGET wasm32-wasi)
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)

# Without these, a header that wasi-libc lacks would come from the host's
# libc.
set(wasi_headers /usr/include/wasm32-wasi)
if(NOT EXISTS ${wasi_headers} AND EXISTS /usr/include/wasm32-wasip1)
    set(wasi_headers /usr/include/wasm32-wasip1)
endif()
add_compile_options(-nostdlibinc "SHELL:-isystem ${wasi_headers}")

# Nothing here needs compiler-rt; where it is not packaged, link without.
belay_runtime_of(${CMAKE_C_COMPILER} runtime)
if(NOT runtime)
    set(CMAKE_EXE_LINKER_FLAGS_INIT "-nodefaultlibs -lc")
endif()

set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
