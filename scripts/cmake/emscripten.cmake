# Toolchain: emcc from the search path, by way of Emscripten's own file.
find_program(BELAY_EMCC emcc REQUIRED)
get_filename_component(emscripten_folder ${BELAY_EMCC} REALPATH)
get_filename_component(emscripten_folder ${emscripten_folder} DIRECTORY)
set(emscripten_file
    ${emscripten_folder}/cmake/Modules/Platform/Emscripten.cmake)
if(NOT EXISTS ${emscripten_file})
    set(emscripten_file
        /usr/share/emscripten/cmake/Modules/Platform/Emscripten.cmake)
endif()
include(${emscripten_file})
