# Builds for Linux on arm64 with gcc's cross compiler, and runs the tests under qemu where that is installed: cmake --toolchain src/Native/cmake/aarch64-linux-gnu.cmake
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)
find_program(SUBQUAD_QEMU NAMES qemu-aarch64-static qemu-aarch64)
if(SUBQUAD_QEMU)
  # Where the distribution keeps the loader and the C library of the other architecture.
  set(CMAKE_CROSSCOMPILING_EMULATOR ${SUBQUAD_QEMU} -L /usr/aarch64-linux-gnu)
endif()
