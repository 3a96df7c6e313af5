# Cortex-M4 with single-precision floats.
set(LITEHEART_CPU "-mcpu=cortex-m4 -mfpu=fpv4-sp-d16")
include(${CMAKE_CURRENT_LIST_DIR}/cortex_m.cmake)
