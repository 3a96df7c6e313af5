#!/usr/bin/env bash
# run.sh DEVICE SOURCE BUILD CHECK: builds the edge library and its golden run for DEVICE with
# BUILD/inputs, runs it under the device's emulator, and has CHECK compare what it says of each
# model with this machine. Exits with 77, skipped, where a tool is missing.
set -euo pipefail
device=$1 source=$2 build=$3 check=$4

bare() {  # BOARD MODEL
  qemu-system-arm -M "$1" -display none -monitor none -serial none -icount shift=0 \
    -chardev stdio,id=out -semihosting-config enable=on,chardev=out \
    -kernel "$build/$device/tests/devices/golden_$2.elf" </dev/null
}
golden() {  # MODEL PROCESSOR
  local hosted=$build/$device/tests/devices/golden files=("$build/inputs/$1.lhm" "$build/inputs/recording.f32")
  case $device in
    # With the dot products of ARMv8.2, and as a processor without them.
    aarch64) qemu-aarch64 -cpu "$2" "$hosted" "${files[@]}" ;;
    wasm) node --no-experimental-fetch "$hosted.js" "${files[@]}" ;;
    cortex-m4) bare mps2-an386 "$1" ;;
    cortex-m7) bare mps2-an500 "$1" ;;
    cortex-m55) bare mps3-an547 "$1" ;;
  esac
}

processors=("")
case $device in
  aarch64) processors=(max cortex-a53) tools=(aarch64-linux-gnu-g++ qemu-aarch64) ;;
  wasm) tools=(em++ node) ;;
  *) tools=(arm-none-eabi-g++ qemu-system-arm) ;;
esac
for tool in "${tools[@]}"; do
  command -v "$tool" >/dev/null || { echo "skipped: no $tool; ./run deps devices installs it"; exit 77; }
done

cd "$source"
# Configured once, and again where the source tree has moved.
{ [[ -e $build/$device/build.ninja ]] &&
  grep -q "^CMAKE_HOME_DIRECTORY:INTERNAL=$source\$" "$build/$device/CMakeCache.txt"; } ||
  cmake --fresh --preset "$device" -B "$build/$device" -DLITEHEART_GOLDEN="$build/inputs" >/dev/null
cmake --build "$build/$device" -- --quiet

failed=0
for model in "$build"/inputs/*.lhm; do
  name=$(basename "$model" .lhm) agreement=(near "$model" "$build/inputs/recording.f32")
  # In bytes, all of it in the RAM of a small microcontroller.
  [[ $name != *int8* ]] || agreement=(same "${agreement[@]:1}" $((128 * 1024)))
  for processor in "${processors[@]}"; do
    echo "-- $device${processor:+, $processor}, $name, ${agreement[0]}"
    golden "$name" "$processor" | "$check" "${agreement[@]}" || failed=1
  done
done
exit $failed
