# Installs the library into a fresh folder and builds consumer.c from it, as its users would: with
# find_package and with pkg-config, with nothing of this source tree in reach.
# Where INPUTS, those of tests/devices, are given, runs it. The example in liteheart.h must compile.
# Without BUILD, a build folder with the library, it is built alone first.
#   cmake [-DBUILD=...] -DSOURCE=... -DWORK=... [-DINPUTS=...] -P consumer.cmake
function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "${ARGN}\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

file(REMOVE_RECURSE ${WORK}/prefix ${WORK}/project ${WORK}/example)
if(NOT BUILD)
  set(BUILD ${WORK}/edge)
  run(${CMAKE_COMMAND} --preset edge -S ${SOURCE} -B ${BUILD})
  run(${CMAKE_COMMAND} --build ${BUILD})
endif()
run(${CMAKE_COMMAND} --install ${BUILD} --component edge --prefix ${WORK}/prefix)
file(GLOB library ${WORK}/prefix/lib*/liblite*.so ${WORK}/prefix/lib/*/liblite*.so)

file(COPY ${SOURCE}/tests/edge/consumer.c DESTINATION ${WORK}/project)
file(WRITE ${WORK}/project/CMakeLists.txt "cmake_minimum_required(VERSION 3.13)
project(consumer C)
set(CMAKE_C_STANDARD 99)
find_package(liteheart 0.1 REQUIRED)
add_executable(consumer consumer.c)
target_link_libraries(consumer liteheart::liteheart)
")
run(${CMAKE_COMMAND} -S ${WORK}/project -B ${WORK}/project/build -DCMAKE_PREFIX_PATH=${WORK}/prefix)
run(${CMAKE_COMMAND} --build ${WORK}/project/build)

find_program(PKG_CONFIG pkg-config)
if(PKG_CONFIG)
  get_filename_component(folder ${library} DIRECTORY)
  set(ENV{PKG_CONFIG_PATH} ${folder}/pkgconfig)
  run(${PKG_CONFIG} --cflags --libs liteheart)
  separate_arguments(flags UNIX_COMMAND "${output}")
  run(cc -std=c99 -D_ISOC11_SOURCE -Wall -Wextra -pedantic -Werror ${SOURCE}/tests/edge/consumer.c -o
      ${WORK}/by-pkg-config ${flags} -Wl,-rpath,${folder})
  run(c++ -std=c++17 -Wall -Wextra -Werror -fsyntax-only -x c++ -include liteheart.h /dev/null ${flags})
endif()

# The model that the golden runs use, on their recording, whose rate stands before its samples.
if(INPUTS)
  execute_process(COMMAND tail -c +5 ${INPUTS}/recording.f32
                  COMMAND ${WORK}/project/build/consumer ${INPUTS}/small.lhm 300
                  RESULTS_VARIABLE results OUTPUT_VARIABLE output ERROR_VARIABLE output)
  message("${output}")
  if(NOT results STREQUAL "0;0" OR NOT output MATCHES "whole:.*10.1 s:.*16.1 s:.*signal: grade 0, 31 beats")
    message(FATAL_ERROR "the consumer does not diagnose: ${results}")
  endif()
endif()

# The header's example, of a model of a few bytes and a sensor that gives nothing.
file(STRINGS ${SOURCE}/edge/liteheart.h lines)
set(example "")
foreach(line IN LISTS lines)
  if(line MATCHES "^ \\*   (.*)$")
    string(APPEND example "${CMAKE_MATCH_1}\n")
  elseif(line MATCHES "^ \\* C99")
    break()
  elseif(line STREQUAL " *")
    string(APPEND example "\n")
  endif()
endforeach()
file(WRITE ${WORK}/example/example.c "${example}
size_t read_sensor(float *to, size_t most) { return to == mv && most == 0; }
")
file(WRITE ${WORK}/example/model.h "enum { model_lhm_size = 16 };
static const unsigned char model_lhm[16] __attribute__((aligned(64))) = {1};
")
get_filename_component(folder ${library} DIRECTORY)
run(cc -std=c99 -Wall -Wextra -pedantic -Werror -I${WORK}/prefix/include ${WORK}/example/example.c
    -o ${WORK}/example/example -L${folder} -lliteheart -Wl,-rpath,${folder})
execute_process(COMMAND ${WORK}/example/example RESULT_VARIABLE result OUTPUT_VARIABLE output)
if(NOT result EQUAL 1 OR NOT output MATCHES "not a LiteHeart edge model")
  message(FATAL_ERROR "the header's example: ${result}: ${output}")
endif()

# Nothing but the interface is to be seen, and nothing but the C library is needed.
run(nm -D --defined-only ${library})
string(REGEX MATCHALL "[TDBVWR] [^\n]+" symbols "${output}")
foreach(symbol ${symbols})
  if(NOT symbol MATCHES "^T lh_")
    message(FATAL_ERROR "the library shows ${symbol}")
  endif()
endforeach()
run(readelf -d ${library})
string(REGEX MATCHALL "NEEDED[^\n]+" needed "${output}")
foreach(library_needed ${needed})
  if(NOT library_needed MATCHES "lib(c|m|gcc_s)\\.so|ld-linux")
    message(FATAL_ERROR "the library needs ${library_needed}")
  endif()
endforeach()

# Stripped, it keeps the size that it promises.
run(strip ${library} -o ${WORK}/stripped.so)
file(SIZE ${WORK}/stripped.so size)
message("stripped: ${size} bytes")
if(size GREATER 204800)
  message(FATAL_ERROR "the stripped library has ${size} bytes, more than 200 KB")
endif()
