/* Dot, axpy, norm, products and steps of Adam: every length from 0 to 256; sums within their bound, elements bit for bit. */
#include <math.h>
#include <string.h>
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

static void check_doubles(const subquad_core_api *api, size_t n)
{
    uint32_t state = (uint32_t)n;
    const size_t bytes = n * sizeof(double);
    double *x = buffer_take(bytes), *y = buffer_take(bytes), *z = buffer_take(bytes), *sum = buffer_take(bytes);
    double dot = 0, size = 0;
    for (size_t i = 0; i < n; i++) {
        x[i] = 2 * random_double(&state) - 1 + random_double(&state) / 4294967296;
        y[i] = 2 * random_double(&state) - 1 + random_double(&state) / 4294967296;
        sum[i] = z[i] = random_double(&state);
        dot += x[i] * y[i];
        size += fabs(x[i] * y[i]);
    }
    CHECK(fabs(api->dot_f64(x, y, n) - dot) <= 2 * (double)n * ldexp(size, -53), "float64 dot of %zu", n);
    api->axpy_f64(0.7, x, sum, n);
    for (size_t i = 0; i < n; i++)
        CHECK(same_bits_double(sum[i], fma(0.7, x[i], z[i])), "float64 axpy of %zu, element %zu", n, i);
    memcpy(sum, z, bytes);
    api->add_product_f64(0.7, x, y, sum, n);
    for (size_t i = 0; i < n; i++)
        CHECK(same_bits_double(sum[i], fma(0.7 * x[i], y[i], z[i])), "product of %zu, element %zu", n, i);
    memcpy(sum, x, bytes);
    memcpy(z, y, bytes);
    api->axpy_f64(1.0, x, x, n);
    api->add_product_f64(1.0, y, y, y, n);
    for (size_t i = 0; i < n; i++)
        CHECK(same_bits_double(x[i], 2 * sum[i]) && same_bits_double(y[i], fma(z[i], z[i], z[i])), "onto itself of %zu, element %zu", n, i);
    buffer_return(x);
    buffer_return(y);
    buffer_return(z);
    buffer_return(sum);
}

/* Two steps: the second one has moments to start from. Every third gradient is zero, and its weight and moments stay. */
static void check_adam(const subquad_core_api *api, size_t n)
{
    const float rate = 0.01f, share1 = 0.1f, share2 = 0.001f, epsilon = 1e-8f;
    const size_t bytes = n * sizeof(float);
    uint32_t state = (uint32_t)n;
    float *g = buffer_take(bytes), *w = buffer_take(bytes), *m = buffer_take(bytes), *v = buffer_take(bytes);
    float *wanted_w = buffer_take(bytes), *wanted_m = buffer_take(bytes), *wanted_v = buffer_take(bytes);
    for (size_t i = 0; i < n; i++)
        wanted_w[i] = w[i] = random_float(&state);
    for (int step = 0; step < 2; step++) {
        for (size_t i = 0; i < n; i++) {
            g[i] = (i + (size_t)step) % 3 == 0 ? -0.0f : random_float(&state);
            if (g[i] == 0)
                continue;
            wanted_m[i] += share1 * (g[i] - wanted_m[i]);
            wanted_v[i] += share2 * (g[i] * g[i] - wanted_v[i]);
            wanted_w[i] -= rate * wanted_m[i] / (sqrtf(wanted_v[i]) + epsilon);
        }
        api->step_adam(rate, share1, share2, epsilon, g, w, m, v, n);
        for (size_t i = 0; i < n; i++) {
            CHECK(same_bits(m[i], wanted_m[i]) && same_bits(v[i], wanted_v[i]), "moments of %zu, element %zu, step %d", n, i, step);
            CHECK(same_bits(w[i], wanted_w[i]), "a step of Adam of %zu, element %zu, step %d", n, i, step);
        }
    }
    buffer_return(g);
    buffer_return(w);
    buffer_return(m);
    buffer_return(v);
    buffer_return(wanted_w);
    buffer_return(wanted_m);
    buffer_return(wanted_v);
}

void test_vectors(const subquad_core_api *api)
{
    for (size_t n = 0; n <= LONGEST; n += (size_t)stride) {
        check_length(api, n);
        check_doubles(api, n);
        check_adam(api, n);
    }
}
