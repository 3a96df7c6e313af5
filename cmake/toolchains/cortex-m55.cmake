# Cortex-M55 with Helium (MVE), integers and floats.
set(LITEHEART_CPU -mcpu=cortex-m55)
include(${CMAKE_CURRENT_LIST_DIR}/cortex_m.cmake)
