# cmake --install: the library, its headers, and how to find them:
# find_package(belay) gives belay::belay, pkg-config the package `belay`.
# The target `installed` builds what it installs: Ninja takes the name belay for
# that of the program.

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

install(TARGETS belay EXPORT belay-targets
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
    PUBLIC_HEADER DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT belay-targets NAMESPACE belay::
    DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/belay)

add_custom_target(installed)
add_dependencies(installed belay)

write_basic_package_version_file(
    ${PROJECT_BINARY_DIR}/belay-config-version.cmake
    COMPATIBILITY SameMinorVersion)
file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/belay-config.cmake @ONLY CONTENT
"include(CMakeFindDependencyMacro)
set(THREADS_PREFER_PTHREAD_FLAG ON)
find_dependency(Threads)
include(\${CMAKE_CURRENT_LIST_DIR}/belay-targets.cmake)
")
install(FILES
    ${PROJECT_BINARY_DIR}/belay-config.cmake
    ${PROJECT_BINARY_DIR}/belay-config-version.cmake
    DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/belay)

# The prefix is told from where the file lies, so that the whole may move: in
# lib, lib64, or a folder of lib's, as Debian has it.
file(RELATIVE_PATH belay_prefix
    /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)
string(REGEX REPLACE "/$" "" belay_prefix "${belay_prefix}")
file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/belay.pc @ONLY CONTENT
"prefix=\${pcfiledir}/@belay_prefix@
includedir=\${prefix}/@CMAKE_INSTALL_INCLUDEDIR@
libdir=\${prefix}/@CMAKE_INSTALL_LIBDIR@

Name: belay
Description: Elixir's Task and Task.Supervisor in C, on threads
Version: @PROJECT_VERSION@
Cflags: -I\${includedir}
Libs: -L\${libdir} -lbelay -pthread
")
install(FILES ${PROJECT_BINARY_DIR}/belay.pc
    DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
