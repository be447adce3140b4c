# Builds for 64-bit Windows with mingw-w64, and runs the tests under wine where that is installed: cmake --toolchain src/Native/cmake/x86_64-w64-mingw32.cmake
set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_SYSTEM_PROCESSOR AMD64)
set(CMAKE_C_COMPILER x86_64-w64-mingw32-gcc)
find_program(SUBQUAD_WINE NAMES wine64 wine)
if(SUBQUAD_WINE)
  set(CMAKE_CROSSCOMPILING_EMULATOR ${SUBQUAD_WINE})
endif()
