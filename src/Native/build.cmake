# Run by the MSBuild target in Native.targets: cmake -DSTAGE=<folder> -P build.cmake
# Configures, builds and installs the core below STAGE. Several builds may ask at the same time: the lock lets one work and the others find it done.
# A machine without a C compiler is no error; whatever goes wrong, no library is left behind that does not belong to the sources.
file(MAKE_DIRECTORY ${STAGE})
file(LOCK ${STAGE}/lock TIMEOUT 300)

# A checkout that was moved or a compiler that changed must not meet the old answers.
file(REMOVE ${STAGE}/build/CMakeCache.txt)

foreach(step IN ITEMS
    "-S;${CMAKE_CURRENT_LIST_DIR};-B;${STAGE}/build;-DCMAKE_INSTALL_LIBDIR=lib;-DSUBQUAD_CORE_TESTS=OFF"
    "--build;${STAGE}/build;--config;Release;--target;subquad_core"
    "--install;${STAGE}/build;--config;Release;--prefix;${STAGE}")
  execute_process(COMMAND ${CMAKE_COMMAND} ${step} RESULT_VARIABLE result)
  if(NOT result EQUAL 0)
    file(REMOVE_RECURSE ${STAGE}/bin ${STAGE}/lib ${STAGE}/stamp)
    message(FATAL_ERROR "the C core was not built")
  endif()
endforeach()
file(TOUCH ${STAGE}/stamp)
