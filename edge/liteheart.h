/* LiteHeart's edge library: diagnoses from the samples of a wearable's ECG lead.
 *
 *   #include <liteheart.h>
 *   #include <stdio.h>
 *   #include "model.h"  // liteheart export MODEL --to c --out model.h
 *
 *   size_t read_sensor(float *mv, size_t most);  // yours: how many samples it gave, 0 at the end
 *   static float mv[5000];                       // 10 s of lead I at 500 Hz, in mV
 *   static unsigned char memory[1 << 20];        // or as much as lh_..._memory says, from anywhere
 *   static lh_finding findings[LH_MOST_DIAGNOSES];
 *
 *   static void show(const lh_model *model) {
 *     for (size_t i = 0; i < lh_model_diagnoses(model); ++i) {
 *       const lh_diagnosis d = lh_model_diagnosis(model, i);
 *       if (findings[i].present) printf("%s: %.0f %%\n", d.name, 100.0 * findings[i].probability);
 *     }
 *   }
 *
 *   int main(void) {
 *     lh_model model;  // a view of the bytes, in flash, mapped or read: no copy is made
 *     lh_status status = lh_model_open(&model, model_lhm, model_lhm_size);
 *
 *     // A whole recording.
 *     size_t count = read_sensor(mv, 5000);
 *     if (status == LH_OK)
 *       status = lh_diagnose(&model, LH_LEAD_I, 500, mv, count, memory, sizeof memory, findings,
 *                            NULL);
 *     if (status == LH_OK) show(&model);
 *
 *     // A stream: push what the sensor gives; each second there is a result for the last 10 s.
 *     lh_stream *stream;
 *     if (status >= LH_OK)
 *       status = lh_stream_start(&stream, &model, LH_LEAD_I, 500, 0, 0, memory, sizeof memory);
 *     while (status >= LH_OK && (count = read_sensor(mv, 100)) > 0) {
 *       for (size_t at = 0, taken; at < count && status >= LH_OK; at += taken) {
 *         status = lh_stream_push(stream, mv + at, count - at, &taken, findings, NULL);
 *         if (status == LH_RESULT) show(&model);
 *       }
 *     }
 *     if (status < LH_OK) printf("%s\n", lh_status_text(status));
 *     return status < LH_OK;
 *   }
 *
 * C99 and C++. No heap, lock, I/O or exception; all memory is the caller's. A function that fails
 * changes nothing, but where its comment says so. Different streams and recordings may run in
 * different threads, on one model too. Research software, not a medical device: whoever shows a
 * finding to a person says so.
 */
#ifndef LITEHEART_H
#define LITEHEART_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifndef LH_API
#if defined(__GNUC__)
#define LH_API __attribute__((visibility("default")))
#else
#define LH_API
#endif
#endif

/* Grows when a program built with an older header would break. */
#define LH_ABI_VERSION 1
/* LH_ABI_VERSION of the library that is linked. */
LH_API uint32_t lh_abi_version(void);

typedef enum lh_status {
  LH_FLAT = 2,   /* no error, and no finding: the signal shows no heart, its s.d. is below 5 uV */
  LH_RESULT = 1, /* no error: a stream has a result */
  LH_OK = 0,
  LH_NO_MODEL = -1,         /* not an .lhm file, or of another version or byte order */
  LH_DAMAGED = -2,          /* cut off, its tables contradict each other, or it gives no numbers */
  LH_MISALIGNED = -3,       /* the model's bytes do not begin at a multiple of 16 */
  LH_WRONG_LEAD = -4,       /* leads that the model was not trained for */
  LH_BAD_RATE = -5,         /* a sampling rate not within 50 Hz to 100 kHz */
  LH_BAD_SPAN = -6,         /* a window below 2 s or above lh_model_window, no hop or above a day */
  LH_NOT_FINITE = -7,       /* a sample is NaN, infinite or beyond 1e9 mV */
  LH_TOO_SHORT = -8,        /* less than 2 s */
  LH_MEMORY_TOO_SMALL = -9, /* less than lh_diagnose_memory or lh_stream_memory says */
  LH_BAD_ARGUMENT = -10,    /* a null pointer where none may be; a model that is null or zeros */
  LH_NO_LEADS = -11         /* restored leads wanted of a model that estimates none */
} lh_status;
/* One English line, never null. */
LH_API const char* lh_status_text(lh_status status);

/* Leads, to be joined by |. */
typedef enum lh_lead {
  LH_LEAD_I = 1 << 0,
  LH_LEAD_II = 1 << 1,
  LH_LEAD_III = 1 << 2,
  LH_LEAD_AVR = 1 << 3,
  LH_LEAD_AVL = 1 << 4,
  LH_LEAD_AVF = 1 << 5,
  LH_LEAD_V1 = 1 << 6,
  LH_LEAD_V2 = 1 << 7,
  LH_LEAD_V3 = 1 << 8,
  LH_LEAD_V4 = 1 << 9,
  LH_LEAD_V5 = 1 << 10,
  LH_LEAD_V6 = 1 << 11
} lh_lead;

/* A view of a model's bytes, which must stay as long as it or a stream of it is used. It may be
 * copied, and need not outlive its streams. */
typedef struct lh_model {
  uintptr_t opaque[4];
} lh_model;

/* No model that opens has more diagnoses. */
#define LH_MOST_DIAGNOSES 256

typedef struct lh_diagnosis {
  const char *code, *abbreviation, *name; /* SNOMED CT code; short and full English name */
  float threshold;                        /* present from this probability on */
  int judged; /* 0 where the model's leads cannot tell: do not show it */
} lh_diagnosis;

typedef struct lh_finding {
  float probability; /* calibrated */
  int32_t present;   /* 1: judged, and its probability has reached its threshold */
} lh_finding;

/* Verifies `size` bytes of an .lhm file, which begin at a multiple of 16, and views them in place.
 * A model takes at most some 100 billion multiply-adds a window. No file can make the library read
 * or write beyond its memory; but weights are not summed up: where bits may flip, keep a checksum.
 */
LH_API lh_status lh_model_open(lh_model* model, const void* bytes, size_t size);
/* The leads that it reads, joined by |. */
LH_API unsigned lh_model_leads(const lh_model* model);
/* Samples a second that it works at, and in which it restores leads. */
LH_API double lh_model_rate(const lh_model* model);
/* Seconds that it sees at once: the longest window of a stream. */
LH_API double lh_model_window(const lh_model* model);
/* 1 where its restored leads are in mV; else each has its own unit, mean 0 and s.d. 1. */
LH_API int lh_model_in_mv(const lh_model* model);
/* What it was made from, as JSON; never null. */
LH_API const char* lh_model_provenance(const lh_model* model);
/* How many diagnoses it gives, at most LH_MOST_DIAGNOSES; and the i-th (zeros beyond them). */
LH_API size_t lh_model_diagnoses(const lh_model* model);
LH_API lh_diagnosis lh_model_diagnosis(const lh_model* model, size_t i);
/* 1 where it estimates the 12 leads. */
LH_API int lh_model_restores(const lh_model* model);

/* Bytes of memory that lh_diagnose needs; 0 if the rate is bad, or no memory holds so much. */
LH_API size_t lh_diagnose_memory(const lh_model* model, double rate_hz, size_t samples);
/* Samples a lead that lh_diagnose restores. */
LH_API size_t lh_restored_samples(const lh_model* model, double rate_hz, size_t samples);
/* Diagnoses a whole recording, as long as it may be: windows spread over it are judged together.
 * leads: which are given, ascending; mv: [lead][samples], in mV. findings: [lh_model_diagnoses].
 * restored: [12][lh_restored_samples], see lh_model_in_mv; or null. Given leads are as filtered,
 * the others estimates: of a model in bytes they come in steps of some 10 uV and end at its range,
 * some 1.5 mV; where windows of a long recording overlap, they are the later one's. Whether the
 * signal is good enough for a finding, lh_signal tells. LH_DAMAGED: restored may have been written.
 */
LH_API lh_status lh_diagnose(const lh_model* model, unsigned leads, double rate_hz, const float* mv,
                             size_t samples, void* memory, size_t memory_bytes,
                             lh_finding* findings, float* restored);

typedef struct lh_stream lh_stream;

/* Bytes of memory that a stream needs; 0 if the rate is bad. */
LH_API size_t lh_stream_memory(const lh_model* model, double rate_hz);
/* Begins a stream in `memory`, which it lives in and where it must stay. Each `hop_seconds` the
 * last `window_seconds` are judged; 0 stands for 1 s, and for 10 s or all that the model sees. A
 * window is filtered as if the recording ended with it: its last second differs from what a later
 * look at the whole recording would make of it by as much as the signal itself, the second before
 * that by hundredths of a mV, what is older by microvolts. */
LH_API lh_status lh_stream_start(lh_stream** stream, const lh_model* model, unsigned leads,
                                 double rate_hz, double window_seconds, double hop_seconds,
                                 void* memory, size_t memory_bytes);
/* Takes samples until a hop ends; *taken: how many. mv: [samples][lead], in mV. LH_RESULT: findings
 * [lh_model_diagnoses] and, unless null, restored [12][lh_stream_samples] are written, of the
 * window that ends here; push the samples that are left. LH_FLAT: so too, but nothing is written.
 * LH_NOT_FINITE: one of those up to that end is not. LH_DAMAGED: they are taken, and restored may
 * have been written.
 * A stream has no gaps: where the sensor had one, start a new stream. */
LH_API lh_status lh_stream_push(lh_stream* stream, const float* mv, size_t samples, size_t* taken,
                                lh_finding* findings, float* restored);
/* Samples a lead of a window, at the model's rate. */
LH_API size_t lh_stream_samples(const lh_stream* stream);

/* Heart beats and signal quality of one lead, without a model; may run beside a stream. Samples may
 * be missing.
 *
 *   lh_signal *signal;
 *   void *memory = ...;                        // lh_signal_memory() bytes, some 10 KB
 *   status = lh_signal_start(&signal, LH_LEAD_I, 500, memory, bytes);
 *   lh_beat beat;
 *   for (size_t at = 0, taken; at < count; at += taken) {
 *     status = lh_signal_push(signal, mv + at, count - at, &taken, &beat);
 *     if (status == LH_RESULT) printf("beat at %.3f s\n", (double)beat.sample / 500);
 *   }
 *   lh_quality quality = lh_signal_quality(signal, 1);   // of the last 10 s
 *   if (quality.grade == LH_UNREADABLE) ...
 */
typedef struct lh_signal lh_signal;

typedef struct lh_beat {
  int64_t sample; /* of the R peak's apex, counted from the first that was pushed */
  float rr_s;     /* since the beat before; 0 of the first, and where samples are missing */
  float qrs_mv;   /* highest less lowest within QRS */
} lh_beat;

typedef enum lh_grade {
  LH_GOOD = 0,
  LH_LIMITED = 1,   /* findings that rest on lh_quality.not_judged cannot be judged */
  LH_UNREADABLE = 2 /* none can */
} lh_grade;

/* Bits of lh_quality.faults. */
typedef enum lh_fault {
  LH_FAULT_FLAT = 1 << 0,       /* no signal, or one that is stuck, almost all the time */
  LH_FAULT_LEAD_OFF = 1 << 1,   /* no signal at times, or mains of an open input */
  LH_FAULT_SATURATED = 1 << 2,  /* stuck at the highest or lowest value */
  LH_FAULT_CLIPPED = 1 << 3,    /* beats are cut off at one and the same value */
  LH_FAULT_MAINS = 1 << 4,      /* 50 or 60 Hz */
  LH_FAULT_WANDER = 1 << 5,     /* of the baseline */
  LH_FAULT_MUSCLE = 1 << 6,     /* noise of 25 Hz and more between beats */
  LH_FAULT_MOTION = 1 << 7,     /* swings far larger than beats */
  LH_FAULT_MISSING = 1 << 8,    /* samples */
  LH_FAULT_AMPLITUDE = 1 << 9,  /* beats below 0.1 or above 6 mV: another unit than mV? */
  LH_FAULT_TOO_SHORT = 1 << 10, /* less than 5 s; less than 2 s are unreadable */
  LH_FAULT_NO_BEATS = 1 << 11,  /* none, or nothing like beats in what was found */
  LH_FAULT_INVERTED = 1 << 12   /* P, QRS and T point down: arm electrodes swapped? */
} lh_fault;
/* A word or two for one of them, never null. */
LH_API const char* lh_fault_text(uint32_t fault);

/* Bits of lh_quality.not_judged: what findings rest on. */
typedef enum lh_finding_group {
  LH_GROUP_RHYTHM = 1 << 0,    /* when beats come: rate, pauses, premature beats */
  LH_GROUP_ATRIAL = 1 << 1,    /* P waves, flutter, fibrillation, the PR interval */
  LH_GROUP_QRS_SHAPE = 1 << 2, /* bundle branches, Q waves, pacing */
  LH_GROUP_ST_T = 1 << 3,      /* ST level, T waves, QT */
  LH_GROUP_VOLTAGE = 1 << 4,   /* hypertrophy, low voltage */
  LH_GROUP_AXIS = 1 << 5       /* of the heart */
} lh_finding_group;

/* What could not be measured is 0. */
typedef struct lh_quality {
  int32_t grade; /* lh_grade */
  uint32_t faults, not_judged;
  int32_t mains_known; /* 0: the rate is too low to tell mains */
  double seconds, usable_seconds;
  float missing;     /* share of the samples */
  float mains_mv;    /* r.m.s. of 50 or 60 Hz */
  float wander_mv;   /* highest less lowest of the baseline within a second, mean */
  float muscle_mv;   /* r.m.s. between beats from 25 Hz on */
  float qrs_mv;      /* highest less lowest within QRS, mean */
  float range_mv;    /* highest less lowest sample */
  float beats_alike; /* share of the beats that resemble others */
  float rate_bpm;
  int64_t beats;
} lh_quality;

/* Statistics of RR intervals; 0 where there are too few. */
typedef struct lh_rr {
  int64_t intervals;
  float rate_bpm, mean_s, sd_s, rmssd_s, shortest_s, longest_s; /* of all intervals */
  float median_s;                                               /* of the last 128 */
} lh_rr;

/* Bytes of memory that a signal needs. */
LH_API size_t lh_signal_memory(void);
/* lead: which one it is, or 0. Rates from 50 Hz on. */
LH_API lh_status lh_signal_start(lh_signal** signal, unsigned lead, double rate_hz, void* memory,
                                 size_t memory_bytes);
/* Takes samples until a beat is found; *taken: how many. mv: [samples], in mV, NaN or infinite
 * where missing. LH_RESULT: *beat is written; push the samples that are left, even if none are: one
 * sample may complete several beats. A beat is found 0.2 to 4 s after its apex, usually 0.3 s,
 * those of the first 3 s after these; in the order of time. */
LH_API lh_status lh_signal_push(lh_signal* signal, const float* mv, size_t samples, size_t* taken,
                                lh_beat* beat);
/* Ends the recording. LH_RESULT: *beat is one more of the last beats; call again until LH_OK.
 * Samples pushed later are ignored. */
LH_API lh_status lh_signal_finish(lh_signal* signal, lh_beat* beat);
/* Of all, or (recent: 1) of the last 10 whole seconds. */
LH_API lh_quality lh_signal_quality(const lh_signal* signal, int recent);
LH_API lh_rr lh_signal_rr(const lh_signal* signal);

#ifdef __cplusplus
}
#endif
#endif
