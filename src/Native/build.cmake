# Run by the MSBuild targets beside this file: cmake -DSTAGE=<folder> [-DTOOLCHAIN=<file for another machine>] -P build.cmake
# Configures, builds and installs the core below STAGE. Several builds may ask at the same time: the lock lets one work and the others find it done.
# A machine without a C compiler is no error; whatever goes wrong, no library is left behind that does not belong to the sources.
file(MAKE_DIRECTORY ${STAGE})
file(LOCK ${STAGE}/lock TIMEOUT 300)

# A checkout that was moved or a compiler that changed must not meet the old answers.
file(REMOVE ${STAGE}/build/CMakeCache.txt)

set(toolchain)
if(DEFINED TOOLCHAIN)
  set(toolchain ";-DCMAKE_TOOLCHAIN_FILE=${TOOLCHAIN}")
endif()

foreach(step IN ITEMS
    "-S;${CMAKE_CURRENT_LIST_DIR};-B;${STAGE}/build;-DCMAKE_INSTALL_LIBDIR=lib;-DSUBQUAD_CORE_TESTS=OFF${toolchain}"
    "--build;${STAGE}/build;--config;Release;--target;subquad_core"
    "--install;${STAGE}/build;--config;Release;--strip;--prefix;${STAGE}")
  execute_process(COMMAND ${CMAKE_COMMAND} ${step} RESULT_VARIABLE result)
  if(NOT result EQUAL 0)
    file(REMOVE_RECURSE ${STAGE}/bin ${STAGE}/lib ${STAGE}/stamp)
    message(FATAL_ERROR "the C core was not built")
  endif()
endforeach()
file(TOUCH ${STAGE}/stamp)
