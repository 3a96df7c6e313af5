#!/usr/bin/env bash
# run.sh DEVICE SOURCE BUILD CHECK: builds the edge library and its golden run for DEVICE with
# BUILD/inputs, runs it under the device's emulator, and has CHECK compare what it says of each
# model with this machine; then its kernel paths there on random shapes. Exits with 77, skipped,
# where a tool is missing.
set -euo pipefail
device=$1 source=$2 build=$3 check=$4

programs=$build/$device/tests/devices
bare() {  # PROGRAM
  qemu-system-arm -M "$board" -display none -monitor none -serial none -icount shift=0 \
    -chardev stdio,id=out -semihosting-config enable=on,chardev=out \
    -kernel "$programs/$1.elf" </dev/null
}
hosted() {  # PROCESSOR ARGS
  case $device in
    # With the dot products of ARMv8.2, and as a processor without them.
    aarch64) qemu-aarch64 -cpu "$1" "$programs/golden" "${@:2}" ;;
    wasm) node --no-experimental-fetch "$programs/golden.js" "${@:2}" ;;
  esac
}
golden() {  # PROCESSOR MODEL
  if [[ $board ]]; then bare "golden_$2"; else hosted "$1" "$build/inputs/$2.lhm" "$build/inputs/recording.f32"; fi
}
kernels() {  # PROCESSOR
  if [[ $board ]]; then bare kernels; else hosted "$1" 200; fi
}

processors=("") board=""
case $device in
  aarch64) processors=(max cortex-a53) tools=(aarch64-linux-gnu-g++ qemu-aarch64) ;;
  wasm) tools=(em++ node) ;;
  cortex-m4) board=mps2-an386 ;;
  cortex-m7) board=mps2-an500 ;;
  cortex-m55) board=mps3-an547 ;;
esac
[[ ! $board ]] || tools=(arm-none-eabi-g++ qemu-system-arm)
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
    golden "$processor" "$name" | "$check" "${agreement[@]}" || failed=1
  done
done
for processor in "${processors[@]}"; do
  echo "-- $device${processor:+, $processor}, kernels"
  said=$(kernels "$processor") || failed=1
  echo "$said"
  [[ $processor != max || $said == *neon_dot* ]] || { echo "dot products were not run"; failed=1; }
done
exit $failed
