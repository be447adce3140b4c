/* Dense float64: products bit for bit the promised chains; factors and solutions by what they multiply to, and the same bits in parts. */
#include <math.h>
#include <string.h>
#include "problem.h"

enum { GROUP = 16, STEP = SUBQUAD_CORE_CHOLESKY_BLOCK, COLUMNS = 40 };

static const int32_t orders[] = { 1, 4, 15, 16, 17, 63, 64, 65, 127, 130, 200, 272 };
static const size_t order_count = sizeof orders / sizeof orders[0];

static const double roundoff = 1.0 / 9007199254740992.0;

static double *doubles(int64_t count) { return buffer_take((size_t)count * sizeof(double)); }

static int32_t rounded_up(int32_t n) { return (n + GROUP - 1) / GROUP * GROUP; }

static double *random_doubles(int64_t count, uint32_t seed)
{
    double *values = doubles(count);
    for (int64_t i = 0; i < count; i++)
        values[i] = 2 * random_double(&seed) - 1 + random_double(&seed) / 4294967296;
    return values;
}

/* Lower triangular, its diagonal well away from zero; above it, numbers that nobody may take for zeros. */
static double *random_factor(int32_t n, int32_t stride, uint32_t seed)
{
    double *factor = random_doubles((int64_t)n * stride, seed);
    for (int32_t i = 0; i < n; i++) {
        for (int32_t j = 0; j < i; j++)
            factor[(int64_t)i * stride + j] /= 8;
        factor[(int64_t)i * stride + i] = 2 + fabs(factor[(int64_t)i * stride + i]);
    }
    return factor;
}

/* What a sum of terms of this size may be off by. */
static double bound(int32_t terms, double size) { return (terms + 32) * roundoff * size; }

static void check_outer_product(const subquad_core_api *api, int32_t n)
{
    const int32_t stride = rounded_up(n), width = COLUMNS + 3, from = 2, columns = COLUMNS - from;
    double *rows = random_doubles((int64_t)n * width, (uint32_t)n), *panel = doubles((int64_t)stride * columns), *parts = doubles((int64_t)stride * columns);
    double *gram = random_doubles((int64_t)n * stride, 5), *before = doubles((int64_t)n * stride);
    memcpy(before, gram, (size_t)n * (size_t)stride * sizeof(double));
    api->pack_rows(rows, width, from, COLUMNS, panel, 0, n);
    for (int32_t row = 0; row < stride; row++)
        for (int32_t k = 0; k < columns; k++)
            CHECK(same_bits_double(panel[((int64_t)row / GROUP * columns + k) * GROUP + row % GROUP], row < n ? rows[(int64_t)row * width + from + k] : 0.0),
                "packed: row %d of %d, column %d", (int)row, (int)n, (int)k);
    for (int32_t row = stride - GROUP; row >= 0; row -= GROUP) {
        api->pack_rows(rows, width, from, COLUMNS, parts, row, row + GROUP < n ? row + GROUP : n);
        api->add_outer_product(panel, columns, gram, stride, row, row + GROUP < n ? row + GROUP : n);
    }
    CHECK(memcmp(parts, panel, (size_t)stride * (size_t)columns * sizeof(double)) == 0, "packed in parts, %d rows", (int)n);
    for (int32_t i = 0; i < n; i++)
        for (int32_t j = 0; j <= i; j++) {
            double sum = 0;
            for (int32_t k = 0; k < columns; k++)
                sum = fma(rows[(int64_t)i * width + from + k], rows[(int64_t)j * width + from + k], sum);
            CHECK(same_bits_double(gram[(int64_t)i * stride + j], before[(int64_t)i * stride + j] + sum), "outer product of %d rows: %d, %d", (int)n, (int)i, (int)j);
        }
    buffer_return(rows);
    buffer_return(panel);
    buffer_return(parts);
    buffer_return(gram);
    buffer_return(before);
}

/* Steps of at most some rows a call, the last ones first. */
static int32_t factor(const subquad_core_api *api, double *matrix, int32_t stride, int32_t n, int32_t rows)
{
    double *panel = doubles(((int64_t)n + GROUP) * STEP);
    int32_t factored = 1;
    for (int32_t column = 0; column < n && factored; column += STEP) {
        factored = api->factor_diagonal(matrix, stride, column, n);
        const int32_t below = column + STEP;
        for (int32_t from = below + (n - 1 - below) / rows * rows; factored && below < n && from >= below; from -= rows)
            api->solve_below_diagonal(matrix, stride, column, n, panel, from, from + rows < n ? from + rows : n);
        for (int32_t from = below + (n - 1 - below) / rows * rows; factored && below < n && from >= below; from -= rows)
            api->update_trailing(matrix, stride, column, n, panel, from, from + rows < n ? from + rows : n);
    }
    buffer_return(panel);
    return factored;
}

/* A = F F^T, so the factor is F. */
static void check_cholesky(const subquad_core_api *api, int32_t n)
{
    const int32_t stride = rounded_up(n);
    const size_t bytes = (size_t)n * (size_t)stride * sizeof(double);
    double *wanted = random_factor(n, stride, (uint32_t)n), *matrix = doubles((int64_t)n * stride), *parts = doubles((int64_t)n * stride), *bad = doubles((int64_t)n * stride);
    for (int32_t i = 0; i < n; i++)
        for (int32_t j = 0; j < stride; j++) {
            double sum = 0;
            for (int32_t k = 0; k <= j && j <= i; k++)
                sum += wanted[(int64_t)i * stride + k] * wanted[(int64_t)j * stride + k];
            matrix[(int64_t)i * stride + j] = j <= i ? sum : 1e3;
        }
    memcpy(parts, matrix, bytes);
    CHECK(factor(api, matrix, stride, n, rounded_up(n)) == 1, "order %d is positive definite", (int)n);
    CHECK(factor(api, parts, stride, n, GROUP) == 1, "order %d in parts", (int)n);
    for (int32_t i = 0; i < n; i++)
        for (int32_t j = 0; j <= i; j++) {
            CHECK(fabs(matrix[(int64_t)i * stride + j] - wanted[(int64_t)i * stride + j]) <= 64 * bound(n, 4), "factor of order %d: %d, %d", (int)n, (int)i, (int)j);
            CHECK(same_bits_double(parts[(int64_t)i * stride + j], matrix[(int64_t)i * stride + j]), "factor of order %d in parts: %d, %d", (int)n, (int)i, (int)j);
        }
    for (int kind = 0; kind < 4; kind++) {
        const double pivots[] = { -1, 0, NAN, INFINITY };
        memset(bad, 0, bytes);
        for (int32_t i = 0; i < n; i++)
            bad[(int64_t)i * stride + i] = i == n - 1 ? pivots[kind] : 1;
        CHECK(factor(api, bad, stride, n, rounded_up(n)) == 0, "order %d with a pivot of %g", (int)n, pivots[kind]);
    }
    buffer_return(wanted);
    buffer_return(matrix);
    buffer_return(parts);
    buffer_return(bad);
}

/* Element (i, j) of L or of its transpose. */
static double of(const double *factor_of, int64_t stride, int upper, int32_t i, int32_t j) { return upper ? factor_of[j * stride + i] : factor_of[i * stride + j]; }

static void check_residual(const double *l, int32_t stride, int32_t n, int upper, const double *x, const double *b, int32_t step, const char *what)
{
    for (int32_t i = 0; i < n; i++) {
        double sum = 0, size = 0;
        for (int32_t j = upper ? i : 0; upper ? j < n : j <= i; j++) {
            const double term = of(l, stride, upper, i, j) * x[(int64_t)j * step];
            sum += term;
            size += fabs(term);
        }
        CHECK(fabs(sum - b[(int64_t)i * step]) <= bound(2 * n, size), "%s of order %d, upper %d: unknown %d", what, (int)n, upper, (int)i);
    }
}

static void check_solves(const subquad_core_api *api, int32_t n)
{
    enum { WIDTH = 48 };
    const int32_t stride = n + 1;
    const size_t bytes = (size_t)n * WIDTH * sizeof(double);
    double *l = random_factor(n, stride, (uint32_t)n), *b = random_doubles((int64_t)n * WIDTH, 3), *x = doubles((int64_t)n * WIDTH), *parts = doubles((int64_t)n * WIDTH);
    double *one = doubles(n), *right = doubles(n), *tile = doubles((int64_t)n * GROUP), *scratch = doubles(api->solve_scratch(n, WIDTH));
    for (int upper = 0; upper < 2; upper++) {
        memcpy(x, b, bytes);
        memcpy(parts, b, bytes);
        for (int32_t i = 0; i < n; i++) {
            memcpy(tile + (int64_t)i * GROUP, b + (int64_t)i * WIDTH + GROUP, GROUP * sizeof(double));
            one[i] = right[i] = b[(int64_t)i * WIDTH];
        }
        (upper ? api->solve_upper : api->solve_lower)(l, stride, n, x, WIDTH, 0, WIDTH, scratch);
        for (int32_t column = WIDTH - GROUP; column >= 0; column -= GROUP)
            (upper ? api->solve_upper : api->solve_lower)(l, stride, n, parts, WIDTH, column, column + GROUP, scratch);
        (upper ? api->solve_upper : api->solve_lower)(l, stride, n, tile, GROUP, 0, GROUP, NULL);
        (upper ? api->solve_upper_one : api->solve_lower_one)(l, stride, n, one);
        CHECK(memcmp(parts, x, bytes) == 0, "order %d in parts, upper %d", (int)n, upper);
        for (int32_t i = 0; i < n; i++)
            CHECK(memcmp(tile + (int64_t)i * GROUP, x + (int64_t)i * WIDTH + GROUP, GROUP * sizeof(double)) == 0, "order %d in place, upper %d: row %d", (int)n, upper, (int)i);
        for (int32_t column = 0; column < WIDTH; column += 13)
            check_residual(l, stride, n, upper, x + column, b + column, WIDTH, "solution");
        check_residual(l, stride, n, upper, one, right, 1, "one solution");
    }
    memcpy(x, b, bytes);
    memcpy(parts, b, bytes);
    api->solve_factored(l, stride, n, x, WIDTH);
    api->solve_lower(l, stride, n, parts, WIDTH, 0, WIDTH, scratch);
    api->solve_upper(l, stride, n, parts, WIDTH, 0, WIDTH, scratch);
    CHECK(memcmp(parts, x, bytes) == 0, "order %d, one after the other", (int)n);
    buffer_return(l);
    buffer_return(b);
    buffer_return(x);
    buffer_return(parts);
    buffer_return(one);
    buffer_return(right);
    buffer_return(tile);
    buffer_return(scratch);
}

static void check_symmetric(const subquad_core_api *api, int32_t n)
{
    const int32_t stride = n + 3, half = n / 8 * 4;
    double *m = random_doubles((int64_t)n * stride - 3, (uint32_t)n), *x = random_doubles(n, 9), *y = doubles(n), *low = doubles(half), *high = doubles(n);
    memset(y, 0xFF, (size_t)n * sizeof(double));
    memset(low, 0xFF, (size_t)half * sizeof(double));
    memset(high, 0xFF, (size_t)n * sizeof(double));
    api->multiply_symmetric(m, stride, x, y, low, 0, half);
    api->multiply_symmetric(m, stride, x, y, high, half, n);
    for (int32_t i = 0; i < n; i++) {
        double sum = 0, size = 0;
        for (int32_t j = 0; j < n; j++) {
            const double term = (j <= i ? m[(int64_t)i * stride + j] : m[(int64_t)j * stride + i]) * x[j];
            sum += term;
            size += fabs(term);
        }
        CHECK(fabs(y[i] + (i < half ? low[i] : 0) + high[i] - sum) <= bound(2 * n, size), "symmetric product of order %d: %d", (int)n, (int)i);
    }
    buffer_return(m);
    buffer_return(x);
    buffer_return(y);
    buffer_return(low);
    buffer_return(high);
}

void test_factor(const subquad_core_api *api)
{
    for (size_t i = 0; i < order_count; i++) {
        check_outer_product(api, orders[i]);
        check_cholesky(api, orders[i]);
        check_solves(api, orders[i]);
    }
    for (int32_t n = 1; n <= 70; n += stride)
        check_symmetric(api, n);
}
