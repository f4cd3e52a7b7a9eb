# Toolchain: clang for this machine; the environment's BELAY_CLANG wins.
if(NOT CMAKE_C_COMPILER)
    find_program(CMAKE_C_COMPILER REQUIRED NAMES $ENV{BELAY_CLANG}
        clang-14 clang clang-19 clang-18 clang-17 clang-16 clang-15)
endif()
