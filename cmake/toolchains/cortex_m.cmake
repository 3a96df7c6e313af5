# What the microcontrollers share: no operating system, one section a function, hardware floats.
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR arm)
set(CMAKE_CXX_COMPILER arm-none-eabi-g++)
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)  # there is no program without a board
set(CMAKE_CXX_FLAGS_INIT "${LITEHEART_CPU} -mthumb -mfloat-abi=hard -ffunction-sections -fdata-sections -fno-unwind-tables -fno-asynchronous-unwind-tables")
set(CMAKE_EXE_LINKER_FLAGS_INIT -Wl,--gc-sections)
