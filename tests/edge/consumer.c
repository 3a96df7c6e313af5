/* A C99 program of someone who has only the installed library: diagnoses raw float32 samples in mV
 * of lead I, once whole and once as a stream, and says how good the signal is.
 *   consumer MODEL.lhm RATE_HZ < samples */
#include <liteheart.h>
#include <stdio.h>
#include <stdlib.h>

static void show(const lh_model *model, const lh_finding *findings) {
  for (size_t i = 0; i < lh_model_diagnoses(model); ++i) {
    const lh_diagnosis d = lh_model_diagnosis(model, i);
    if (findings[i].present) printf(" %s %.3f", d.abbreviation, findings[i].probability);
  }
  printf("\n");
}

static int listen(double rate, const float *mv, size_t samples) {
  void *memory = malloc(lh_signal_memory());
  lh_signal *signal;
  lh_status status = lh_signal_start(&signal, LH_LEAD_I, rate, memory, lh_signal_memory());
  lh_beat beat;
  for (size_t at = 0, taken; status >= LH_OK && at < samples; at += taken)
    status = lh_signal_push(signal, mv + at, samples - at, &taken, &beat);
  if (status >= LH_OK) {
    while (lh_signal_finish(signal, &beat) == LH_RESULT) continue;
    const lh_quality quality = lh_signal_quality(signal, 0);
    printf("signal: grade %d, %ld beats, %.1f bpm", (int)quality.grade, (long)quality.beats,
           lh_signal_rr(signal).rate_bpm);
    for (uint32_t fault = 1; fault <= LH_FAULT_INVERTED; fault <<= 1)
      if (quality.faults & fault) printf(", %s", lh_fault_text(fault));
    printf("\n");
  }
  free(memory);
  return status < LH_OK;
}

static int fail(lh_status status) {
  fprintf(stderr, "%s\n", lh_status_text(status));
  return 1;
}

int main(int argc, char **argv) {
  static float mv[1 << 20];
  lh_finding findings[LH_MOST_DIAGNOSES];
  FILE *file = argc == 3 ? fopen(argv[1], "rb") : NULL;
  if (file == NULL || lh_abi_version() != LH_ABI_VERSION) return 2;
  fseek(file, 0, SEEK_END);
  const size_t size = (size_t)ftell(file);
  rewind(file);
  void *bytes = aligned_alloc(64, (size + 63) / 64 * 64);
  if (fread(bytes, 1, size, file) != size) return 2;
  fclose(file);
  const double rate = atof(argv[2]);
  const size_t samples = fread(mv, sizeof *mv, sizeof mv / sizeof *mv, stdin);

  lh_model model;
  lh_status status = lh_model_open(&model, bytes, size);
  if (status != LH_OK) return fail(status);
  const size_t whole = lh_diagnose_memory(&model, rate, samples),
               streamed = lh_stream_memory(&model, rate);
  void *memory = malloc(whole > streamed ? whole : streamed);
  status = lh_diagnose(&model, lh_model_leads(&model), rate, mv, samples, memory, whole, findings,
                       NULL);
  if (status != LH_OK) return fail(status);
  printf("whole:");
  show(&model, findings);

  lh_stream *stream;
  status = lh_stream_start(&stream, &model, lh_model_leads(&model), rate, 0, 0, memory, streamed);
  for (size_t at = 0, taken; status >= LH_OK && at < samples; at += taken) {
    status = lh_stream_push(stream, mv + at, samples - at, &taken, findings, NULL);
    if (status == LH_RESULT) {
      printf("%.1f s:", (double)(at + taken) / rate);
      show(&model, findings);
    }
  }
  free(memory);
  free(bytes);
  return status < LH_OK ? fail(status) : listen(rate, mv, samples);
}
