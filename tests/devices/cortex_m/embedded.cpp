// The model and the recording, in flash.
#define EMBED(section, name, file)                                                          \
  asm(".section " section ",\"a\"\n.balign 64\n.global " name "_begin, " name "_end\n" name \
      "_begin:\n.incbin \"" file "\"\n" name "_end:\n.previous")

EMBED(".model", "model", LITEHEART_GOLDEN_MODEL);
EMBED(".recording", "recording", LITEHEART_GOLDEN_RECORDING);
