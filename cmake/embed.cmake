# liteheart_embed(TARGET FILE VARIABLE): compiles the text of FILE into TARGET as
#   namespace liteheart::embedded { extern const std::string_view VARIABLE; }
# which the source that reads it declares. Editing FILE configures and builds anew.
set(LITEHEART_EMBED_TEMPLATE ${CMAKE_CURRENT_LIST_DIR}/embed.cpp.in)
function(liteheart_embed target file variable)
  cmake_path(ABSOLUTE_PATH file BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  file(READ ${file} text)
  set(source ${CMAKE_CURRENT_BINARY_DIR}/embedded/${variable}.cpp)
  configure_file(${LITEHEART_EMBED_TEMPLATE} ${source} @ONLY)
  target_sources(${target} PRIVATE ${source})
endfunction()
