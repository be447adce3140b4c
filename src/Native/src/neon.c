/* Four lanes: NEON, part of every arm64 processor. */
#include <arm_neon.h>
#include "core.h"

static float32x4_t load_first(const float *p, size_t n)
{
    float lanes[4] = { 0, 0, 0, 0 };
    for (size_t lane = 0; lane < n; lane++)
        lanes[lane] = p[lane];
    return vld1q_f32(lanes);
}

static void store_first(float *p, float32x4_t v, size_t n)
{
    float lanes[4];
    vst1q_f32(lanes, v);
    for (size_t lane = 0; lane < n; lane++)
        p[lane] = lanes[lane];
}

/* Halves first: the order in which .NET sums a vector. */
static float sum(float32x4_t v) { return vaddv_f32(vadd_f32(vget_low_f32(v), vget_high_f32(v))); }

/* NEON has no mask registers: each lane keeps its own bit, and their sum is the mask. */
static uint32_t greater_bits(float32x4_t a, float32x4_t b)
{
    static const uint32_t bits[4] = { 1, 2, 4, 8 };
    return vaddvq_u32(vandq_u32(vcgtq_f32(a, b), vld1q_u32(bits)));
}

/* Halves of words of bfloat16. Added to the bits, half a unit less the smallest amount and the last bit round to nearest and to even; a quiet NaN cannot become an infinity. */
INLINE float32x4_t low_halves(float32x4_t v) { return vreinterpretq_f32_u32(vshlq_n_u32(vreinterpretq_u32_f32(v), 16)); }

INLINE float32x4_t high_halves(float32x4_t v) { return vreinterpretq_f32_u32(vandq_u32(vreinterpretq_u32_f32(v), vdupq_n_u32(0xFFFF0000u))); }

static uint32x4_t rounded(float32x4_t v)
{
    const uint32x4_t bits = vreinterpretq_u32_f32(v), odd = vandq_u32(vshrq_n_u32(bits, 16), vdupq_n_u32(1));
    const uint32x4_t nearest = vaddq_u32(vaddq_u32(bits, vdupq_n_u32(0x7FFF)), odd);
    return vbslq_u32(vceqq_f32(v, v), nearest, vorrq_u32(bits, vdupq_n_u32(0x00400000)));
}

static float32x4_t round_halves(float32x4_t low, float32x4_t high)
{
    return vreinterpretq_f32_u32(vorrq_u32(vshrq_n_u32(rounded(low), 16), vandq_u32(rounded(high), vdupq_n_u32(0xFFFF0000u))));
}

#define VEC float32x4_t
#define LANES 4
#define ZERO vdupq_n_f32(0.0f)
#define BROADCAST(a) vdupq_n_f32(a)
#define LOAD(p) vld1q_f32(p)
#define STORE(p, v) vst1q_f32(p, v)
#define LOAD_FIRST(p, n) load_first(p, n)
#define STORE_FIRST(p, v, n) store_first(p, v, n)
#define MULADD(a, b, c) vfmaq_f32(c, a, b)
#define ADD(a, b) vaddq_f32(a, b)
#define SUB(a, b) vsubq_f32(a, b)
#define MUL(a, b) vmulq_f32(a, b)
#define SQRT(a) vsqrtq_f32(a)
#define SUM(v) sum(v)
#define GREATER_BITS(a, b) greater_bits(a, b)
#define COUNT_GREATER(a, b) ((int)vaddvq_u32(vshrq_n_u32(vcgtq_f32(a, b), 31)))
#define LOW_HALVES(v) low_halves(v)
#define HIGH_HALVES(v) high_halves(v)
#define ROUND_HALVES(low, high) round_halves(low, high)

#define DVEC float64x2_t
#define DLANES 2
#define DZERO vdupq_n_f64(0.0)
#define DWIDEN(p) vcvt_f64_f32(vld1_f32(p))
#define DMULADD(a, b, c) vfmaq_f64(c, a, b)
#define DADD(a, b) vaddq_f64(a, b)
#define DSUM(v) vaddvq_f64(v)

#define DPAIR_LOAD(p, low, high) (low = vld1q_f64(p), high = vld1q_f64((p) + 2))
#define DPAIR_STORE(p, low, high) (vst1q_f64(p, low), vst1q_f64((p) + 2, high))
#define DPAIR_WIDEN(v, low, high) (low = vcvt_f64_f32(vget_low_f32(v)), high = vcvt_high_f64_f32(v))

#define TABLE subquad_core_neon
#define ISA_NAME "neon"
#include "kernels.inc"
