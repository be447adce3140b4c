/* Dot, axpy and norm: every length from 0 to 256 against float64, axpy bit for bit. */
#include <math.h>
#include "problem.h"

enum { LONGEST = 256 };

static void check_length(const subquad_core_api *api, size_t n)
{
    uint32_t state = (uint32_t)n;
    float *x = buffer_take(n * sizeof(float)), *y = buffer_take(n * sizeof(float)), *expected = buffer_take(n * sizeof(float));
    double dot = 0, size = 0, norm = 0;
    for (size_t i = 0; i < n; i++) {
        x[i] = random_float(&state);
        y[i] = random_float(&state);
        expected[i] = fmaf(0.75f, x[i], y[i]);
        dot += (double)x[i] * y[i];
        size += fabs((double)x[i] * y[i]);
        norm += (double)x[i] * x[i];
    }
    CHECK(fabs(api->dot_f32(x, y, n) - dot) <= (double)n * ldexp(size, -24), "dot of %zu", n);
    CHECK(fabs(api->squared_norm_f32(x, n) - norm) <= 1e-13 * norm, "squared norm of %zu", n);
    api->axpy_f32(0.75f, x, y, n);
    for (size_t i = 0; i < n; i++)
        CHECK(same_bits(y[i], expected[i]), "axpy of %zu, element %zu", n, i);
    api->axpy_f32(1.0f, y, y, n);
    for (size_t i = 0; i < n; i++)
        CHECK(same_bits(y[i], 2 * expected[i]), "axpy of %zu onto itself, element %zu", n, i);
    buffer_return(x);
    buffer_return(y);
    buffer_return(expected);
}

void test_vectors(const subquad_core_api *api)
{
    for (size_t n = 0; n <= LONGEST; n++)
        check_length(api, n);
}
