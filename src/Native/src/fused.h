/*
 * For C libraries whose fmaf and fma round more than once: that of mingw-w64 gets the last bit of every fourth sum wrong. Included before every source where CMakeLists.txt finds that library; what is
 * compiled for processors that fuse needs no library and is left alone.
 */
#ifndef SUBQUAD_CORE_FUSED_H
#define SUBQUAD_CORE_FUSED_H

#if !defined(__FMA__)

#include <math.h>
#include <stdint.h>
#include <string.h>

/* a + b and what its rounding left out (Knuth). */
static inline double fused_sum(double a, double b, double *rest)
{
    const double sum = a + b, of_b = sum - a;
    *rest = (a - (sum - of_b)) + (b - of_b);
    return sum;
}

/* a + b rounded to an odd last bit unless exact: rounding that once more, to at least two bits fewer, rounds the exact sum (Boldo and Melquiond). */
static inline double fused_sum_to_odd(double a, double b)
{
    double rest, sum = fused_sum(a, b, &rest);
    int64_t bits;
    memcpy(&bits, &sum, sizeof bits);
    if (rest != 0 && isfinite(sum) && (bits & 1) == 0) {
        bits += (rest > 0) == (sum > 0) ? 1 : -1;
        memcpy(&sum, &bits, sizeof sum);
    }
    return sum;
}

/* A product of two floats is a double. */
static inline float fused_f32(float a, float b, float c) { return (float)fused_sum_to_odd((double)a * b, c); }

/* The upper 26 bits of the significand (Veltkamp). */
static inline double fused_upper(double a)
{
    const double scaled = 134217729.0 * a;
    return scaled - (scaled - a);
}

/* Boldo and Melquiond's sum of a product's two halves (Dekker) and c: right as long as no factor is above 2^995 and what a product leaves out is no subnormal. */
static inline double fused_f64(double a, double b, double c)
{
    const double product = a * b, upper_a = fused_upper(a), upper_b = fused_upper(b), lower_a = a - upper_a, lower_b = b - upper_b;
    if (!isfinite(product + c))
        return product + c;
    const double below = ((upper_a * upper_b - product) + upper_a * lower_b + lower_a * upper_b) + lower_a * lower_b;
    double low, rest, high = fused_sum(product, fused_sum(c, below, &low), &rest);
    return high + fused_sum_to_odd(low, rest);
}

#define fmaf(a, b, c) fused_f32(a, b, c)
#define fma(a, b, c) fused_f64(a, b, c)

#endif
#endif
