# What `cmake --install` and `cpack -G DEB` give.
# Component runtime: the program, its completions, topologies and scenarios. Component development:
# headers, static libraries and a CMake package with targets meshsim::kernel and so on.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/meshsim)

install(TARGETS meshsim RUNTIME COMPONENT runtime)
install(DIRECTORY topologies scenarios DESTINATION ${CMAKE_INSTALL_DATADIR}/meshsim
        COMPONENT runtime)
install(FILES LICENSE README.md CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR}
        COMPONENT runtime)

# Completion scripts come from the program's own tables.
set(completions ${CMAKE_BINARY_DIR}/tools/completions)
add_custom_command(
  OUTPUT ${completions}/meshsim ${completions}/_meshsim
  COMMAND ${CMAKE_COMMAND} -E make_directory ${completions}
  COMMAND meshsim completion bash > ${completions}/meshsim
  COMMAND meshsim completion zsh > ${completions}/_meshsim
  DEPENDS meshsim VERBATIM)
add_custom_target(completions ALL DEPENDS ${completions}/meshsim ${completions}/_meshsim)
install(FILES ${completions}/meshsim COMPONENT runtime
        DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
install(FILES ${completions}/_meshsim COMPONENT runtime
        DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions)

# Every static library below `folder`, as meshsim::NAME.
function(install_libraries folder)
  get_property(targets DIRECTORY ${folder} PROPERTY BUILDSYSTEM_TARGETS)
  foreach(target IN LISTS targets)
    get_target_property(type ${target} TYPE)
    if(type STREQUAL "STATIC_LIBRARY")
      string(REPLACE meshsim_ "" name ${target})
      set_target_properties(${target} PROPERTIES EXPORT_NAME ${name})
      target_compile_features(${target} PUBLIC cxx_std_20)
      install(TARGETS ${target} EXPORT meshsim ARCHIVE COMPONENT development
              INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
    endif()
  endforeach()
  get_property(below DIRECTORY ${folder} PROPERTY SUBDIRECTORIES)
  foreach(sub IN LISTS below)
    install_libraries(${sub})
  endforeach()
endfunction()
install_libraries(${PROJECT_SOURCE_DIR}/sim)
install_libraries(${PROJECT_SOURCE_DIR}/models)

install(DIRECTORY include/meshsim DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development)
install(EXPORT meshsim NAMESPACE meshsim:: FILE meshsim-targets.cmake DESTINATION ${package_dir}
        COMPONENT development)
configure_package_config_file(tools/cmake/meshsim-config.cmake.in meshsim-config.cmake
                              INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(meshsim-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/meshsim-config.cmake
              ${CMAKE_BINARY_DIR}/meshsim-config-version.cmake
        DESTINATION ${package_dir} COMPONENT development)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_CONTACT "the meshsim maintainers <maintainers@meshsim.dev>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_COMPONENTS_ALL runtime)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_NAME meshsim)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SECTION science)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_STRIP_FILES ON)
include(CPack)
