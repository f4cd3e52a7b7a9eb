# Switches of the build, and the compiler options that all targets share.
#
# Sets BELAY_WEB ("wasi", "emscripten" or empty), BELAY_COMPILE_OPTIONS,
# BELAY_LINK_OPTIONS, BELAY_PROGRAM_LINK_OPTIONS for what has a main, and
# BELAY_TEST_SECONDS, after which a test counts as one that never ends.

option(BELAY_TESTS "build tests/unit" ON)
option(BELAY_WERROR "treat warnings as errors" ON)
option(BELAY_SANITIZE "AddressSanitizer and UndefinedBehaviorSanitizer" OFF)
option(BELAY_SANITIZE_THREAD "ThreadSanitizer" OFF)
# All orders of the hard cases, with sanitizers, took 270 s on 2 processors
# that nine programs wanted.
set(BELAY_TEST_SECONDS 1200)
set(BELAY_WASM_OPTIMIZE "-O2" CACHE STRING
    "how clang and emcc optimize the module: -Oz, -Os, -O2 or -O3")
# What has one caller is else put into it at any size, until the kernel's step
# is one function: an engine then compiles all of it after some sixty calls,
# however little of it they used.
set(BELAY_WASM_PASSES
    "-Oz;-Oz;--reorder-functions;--one-caller-inline-max-function-size=200"
    CACHE STRING "how wasm-opt then optimizes it, pass by pass")

if(EMSCRIPTEN)
    set(BELAY_WEB "emscripten")
elseif(CMAKE_C_COMPILER_TARGET MATCHES "^wasm32")
    set(BELAY_WEB "wasi")
else()
    set(BELAY_WEB "")
endif()

set(BELAY_COMPILE_OPTIONS
    -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow
    -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition -Wvla
    -Wcast-qual -Wcast-align -Wpointer-arith -Wwrite-strings -Wundef
    -Wformat=2 -Wimplicit-fallthrough -Wdouble-promotion -Wnested-externs
    -Wredundant-decls -Wswitch-default -fno-common)
if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
    list(APPEND BELAY_COMPILE_OPTIONS
        -Wlogical-op -Wduplicated-cond -Wjump-misses-init)
else()
    list(APPEND BELAY_COMPILE_OPTIONS
        -Wcomma -Wassign-enum -Wmissing-variable-declarations
        -Wconditional-uninitialized -Wunreachable-code)
endif()
if(BELAY_WERROR)
    list(APPEND BELAY_COMPILE_OPTIONS -Werror)
endif()
set(BELAY_LINK_OPTIONS "")

if(BELAY_SANITIZE)
    set(sanitizers -fsanitize=address,undefined -fno-sanitize-recover=all)
    list(APPEND BELAY_COMPILE_OPTIONS ${sanitizers} -fno-omit-frame-pointer)
    list(APPEND BELAY_LINK_OPTIONS ${sanitizers})
endif()

if(BELAY_SANITIZE_THREAD)
    list(APPEND BELAY_COMPILE_OPTIONS
        -fsanitize=thread -fno-omit-frame-pointer)
    list(APPEND BELAY_LINK_OPTIONS -fsanitize=thread)
endif()

# The level stands here and not in CMAKE_C_FLAGS, which also go to the
# linker: there clang would run whatever wasm-opt it finds, and the bytes
# would differ from one machine to the next.
if(BELAY_WEB)
    list(APPEND BELAY_COMPILE_OPTIONS ${BELAY_WASM_OPTIMIZE})
endif()
if(BELAY_WEB STREQUAL "wasi")
    # Instructions that every engine has had since 2021. With them, and
    # without unrolled loops, the module is smaller and no slower. Link-time
    # optimization saves a third of the time per task; the threshold keeps
    # its inlining from doubling the module.
    list(APPEND BELAY_COMPILE_OPTIONS
        -mbulk-memory -msign-ext -fno-unroll-loops
        -flto -mllvm -inline-threshold=40)
    list(APPEND BELAY_LINK_OPTIONS -flto -Wl,-mllvm,-inline-threshold=40)
endif()

# Programs are WASI commands. --stack-first: an overflow traps.
set(BELAY_PROGRAM_LINK_OPTIONS ${BELAY_LINK_OPTIONS})
if(BELAY_WEB STREQUAL "wasi")
    list(APPEND BELAY_PROGRAM_LINK_OPTIONS
        -Wl,--stack-first -Wl,-z,stack-size=1048576)
elseif(BELAY_WEB)
    list(APPEND BELAY_PROGRAM_LINK_OPTIONS
        -sSTANDALONE_WASM -sALLOW_MEMORY_GROWTH)
endif()
