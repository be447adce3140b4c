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

/* One of two lanes, or none. */
static float64x2_t load_first_doubles(const double *p, size_t n) { return n == 0 ? vdupq_n_f64(0.0) : vsetq_lane_f64(*p, vdupq_n_f64(0.0), 0); }

static void store_first_doubles(double *p, float64x2_t v, size_t n)
{
    if (n > 0)
        *p = vgetq_lane_f64(v, 0);
}

/* Halves first: the order in which .NET sums a vector. */
static float sum(float32x4_t v) { return vaddv_f32(vadd_f32(vget_low_f32(v), vget_high_f32(v))); }

/* NEON has no mask registers: each lane keeps its own bit, and their sum is the mask. */
static uint32_t bits_of(uint32x4_t lanes)
{
    static const uint32_t bits[4] = { 1, 2, 4, 8 };
    return vaddvq_u32(vandq_u32(lanes, vld1q_u32(bits)));
}

/* Unlike vmaxq: b where a is not greater, so that NaN in a gives b. */
static float32x4_t greater(float32x4_t a, float32x4_t b) { return vbslq_f32(vcgtq_f32(a, b), a, b); }

/* The same order for the largest, which shows where zeros of both signs meet. */
static float max_across(float32x4_t v)
{
    v = greater(v, vextq_f32(v, v, 2));
    return vgetq_lane_f32(greater(v, vrev64q_f32(v)), 0);
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
#define DIV(a, b) vdivq_f32(a, b)
#define SQRT(a) vsqrtq_f32(a)
#define MAX(a, b) greater(a, b)
#define SUM(v) sum(v)
#define MAX_ACROSS(v) max_across(v)
#define GREATER_BITS(a, b) bits_of(vcgtq_f32(a, b))
#define COUNT_GREATER(a, b) ((int)vaddvq_u32(vshrq_n_u32(vcgtq_f32(a, b), 31)))
#define DIFFERENT_BITS(a, b) bits_of(vmvnq_u32(vceqq_f32(a, b)))
#define COUNT_DIFFERENT(a, b) (4 - (int)vaddvq_u32(vshrq_n_u32(vceqq_f32(a, b), 31)))
#define SELECT_DIFFERENT(a, b, different, same) vbslq_f32(vceqq_f32(a, b), same, different)
#define LOW_HALVES(v) low_halves(v)
#define HIGH_HALVES(v) high_halves(v)
#define ROUND_HALVES(low, high) round_halves(low, high)

#define DVEC float64x2_t
#define DLANES 2
#define DZERO vdupq_n_f64(0.0)
#define DBROADCAST(a) vdupq_n_f64(a)
#define DLOAD(p) vld1q_f64(p)
#define DSTORE(p, v) vst1q_f64(p, v)
#define DLOAD_FIRST(p, n) load_first_doubles(p, n)
#define DSTORE_FIRST(p, v, n) store_first_doubles(p, v, n)
#define DWIDEN(p) vcvt_f64_f32(vld1_f32(p))
#define DMULADD(a, b, c) vfmaq_f64(c, a, b)
#define DNEGMULADD(a, b, c) vfmsq_f64(c, a, b)
#define DADD(a, b) vaddq_f64(a, b)
#define DSUB(a, b) vsubq_f64(a, b)
#define DMUL(a, b) vmulq_f64(a, b)
#define DDIV(a, b) vdivq_f64(a, b)
#define DSQRT(a) vsqrtq_f64(a)
#define DSUM(v) vaddvq_f64(v)
#define DTILE_ROWS 8

#define DEXPONENT(a) \
    vsubq_f64( \
        vreinterpretq_f64_u64(vorrq_u64(vshrq_n_u64(vreinterpretq_u64_f64(a), FRACTION_BITS), vreinterpretq_u64_f64(vdupq_n_f64(TWO_TO_52)))), \
        vdupq_n_f64(TWO_TO_52 + EXPONENT_BIAS))
#define DSIGNIFICAND(a) \
    vreinterpretq_f64_u64(vorrq_u64(vandq_u64(vreinterpretq_u64_f64(a), vdupq_n_u64(FRACTION_MASK)), vreinterpretq_u64_f64(vdupq_n_f64(1.0))))

#define DPAIR_LOAD(p, low, high) (low = vld1q_f64(p), high = vld1q_f64((p) + 2))
#define DPAIR_STORE(p, low, high) (vst1q_f64(p, low), vst1q_f64((p) + 2, high))
#define DPAIR_WIDEN(v, low, high) (low = vcvt_f64_f32(vget_low_f32(v)), high = vcvt_high_f64_f32(v))

/* A stage is partner + sign * value: a product with a sign is exact, so the multiply-add rounds as an addition does. */
#define HADAMARD(v) hadamard(v)
INLINE float32x4_t hadamard(float32x4_t v)
{
    static const float pairs[4] = { 1, -1, 1, -1 }, halves[4] = { 1, 1, -1, -1 };
    v = vfmaq_f32(vrev64q_f32(v), v, vld1q_f32(pairs));
    return vfmaq_f32(vextq_f32(v, v, 2), v, vld1q_f32(halves));
}

/* The ones of each lane are counted; the lowest bit of the count, moved to the place of a sign, is the parity. */
#define NEGATE_ODD(v, bits, masks) negate_odd(v, bits, masks)
INLINE float32x4_t negate_odd(float32x4_t v, int32_t bits, const int32_t *masks)
{
    const uint8x16_t ones = vcntq_u8(vreinterpretq_u8_s32(vandq_s32(vdupq_n_s32(bits), vld1q_s32(masks))));
    const uint32x4_t sign = vshlq_n_u32(vpaddlq_u16(vpaddlq_u8(ones)), 31);
    return vreinterpretq_f32_u32(veorq_u32(vreinterpretq_u32_f32(v), sign));
}

#define TABLE subquad_core_neon
#define ISA_NAME "neon"
#include "kernels.inc"
