# WebAssembly with 128-bit SIMD: browsers and node.
set(CMAKE_CXX_FLAGS_INIT -msimd128)
# The module file of Debian's Emscripten; another one's stands under $EMSDK.
if(DEFINED ENV{EMSDK})
  include($ENV{EMSDK}/upstream/emscripten/cmake/Modules/Platform/Emscripten.cmake)
else()
  include(/usr/share/emscripten/cmake/Modules/Platform/Emscripten.cmake)
  # Its JavaScript tools do not look where Debian keeps their modules.
  set(CMAKE_CXX_LINKER_LAUNCHER env NODE_PATH=/usr/share/nodejs)
endif()
