/* Weights of bfloat16: rounding number by number, and forward passes that are the promised chains of rounded weights bit for bit, whole or in parts. */
#include <math.h>
#include <string.h>
#include "problem.h"

enum { PANEL = SUBQUAD_CORE_PANEL_ROWS, WORDS = PANEL / 2 };

static float float_of(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static uint32_t bits_of(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* By another way than the kernels': the nearer neighbour, or the even one. */
static uint32_t nearest(float value)
{
    const uint32_t below = bits_of(value) >> 16;
    if (isnan(value))
        return below | 0x40u;
    if (isinf(value))
        return below;
    const double low = float_of(below << 16), high = (below & 0x7FFFu) == 0x7F7Fu ? copysign(ldexp(1, 128), value) : (double)float_of((below + 1) << 16);
    const double to_low = fabs(value - low), to_high = fabs(high - value);
    return to_low < to_high || (to_low == to_high && below % 2 == 0) ? below : below + 1;
}

static float rounded(float value) { return float_of(nearest(value) << 16); }

static subquad_bf16_view words_make(int32_t rows, int32_t columns)
{
    const int64_t stride = (int64_t)columns * WORDS;
    subquad_bf16_view view = { buffer_take((size_t)(panels_of(rows) * stride) * sizeof(uint32_t)), stride, rows, columns };
    return view;
}

static uint32_t words_at(const subquad_bf16_view *view, int32_t row, int32_t column)
{
    const int32_t in_panel = row % PANEL;
    const uint32_t word = view->data[row / PANEL * view->stride + (int64_t)column * WORDS + in_panel / 32 * 16 + in_panel % 16];
    return in_panel / 16 % 2 == 0 ? word & 0xFFFFu : word >> 16;
}

static void check_rounding(const subquad_core_api *api)
{
    static const uint32_t special[] = {
        0x00000000u, 0x80000000u, 0x00000001u, 0x00007FFFu, 0x00008000u, 0x00008001u, 0x00018000u, 0x007FFFFFu, 0x00800000u, 0x3F800000u, 0x3F808000u, 0x3F818000u, 0x3F807FFFu,
        0x3F808001u, 0xBF808000u, 0x7F7F7FFFu, 0x7F7F8000u, 0x7F7FFFFFu, 0xFF7FFFFFu, 0x7F800000u, 0xFF800000u, 0x7F800001u, 0xFF800001u, 0x7FC00000u, 0x7FFFFFFFu, 0xFFFF8000u,
    };
    enum { SPECIAL = sizeof special / sizeof special[0], ROWS = 300, COLUMNS = 9, FIRST = 2 };
    uint32_t state = 11;
    const subquad_panel_view source = panels_make(ROWS, COLUMNS);
    const int32_t panels = panels_of(ROWS);
    const subquad_bf16_view target = words_make((FIRST + panels + 2) * PANEL, COLUMNS);
    for (int32_t row = 0; row < ROWS; row++)
        for (int32_t column = 0; column < COLUMNS; column++) {
            const int32_t i = row * COLUMNS + column;
            *panels_at(&source, row, column) = i % 3 == 0 ? float_of(special[i / 3 % SPECIAL]) : ldexpf(random_float(&state), i % 250 - 125);
        }
    memset(target.data, 0x5A, (size_t)(panels_of(target.rows) * target.stride) * sizeof(uint32_t));
    api->round_bf16(&source, &target, panels, FIRST);
    for (int32_t row = 0; row < target.rows; row++)
        for (int32_t column = 0; column < COLUMNS; column++) {
            const int32_t from = row - FIRST * PANEL;
            const uint32_t expected = from < 0 || from >= panels * PANEL ? 0x5A5Au : from >= ROWS ? 0u : nearest(*panels_at(&source, from, column));
            CHECK(words_at(&target, row, column) == expected, "rounded element (%d, %d): %x, expected %x", (int)row, (int)column, (unsigned)words_at(&target, row, column),
                (unsigned)expected);
        }
    buffer_return(source.data);
    buffer_return(target.data);
}

/* The promised chain of one element: inputs ascending, from zero. */
static float chain(const subquad_core_api *api, const struct problem *problem, int32_t row, int32_t datum)
{
    const int rounds_inputs = (api->capabilities & SUBQUAD_CORE_ROUNDS_INPUTS) != 0;
    float sum = 0;
    for (int32_t column = 0; column < problem->columns; column++) {
        const float x = problem->x[(int64_t)datum * problem->columns + column], w = problem->w[(int64_t)column * problem->rows + row];
        if (x != 0)
            sum = fmaf(rounds_inputs ? rounded(x) : x, w, sum);
    }
    return sum;
}

static void spoil(const subquad_panel_view *view)
{
    memset(view->data, 0xFF, (size_t)(panels_of(view->rows) * view->stride) * sizeof(float));
}

static void check_sums(const struct problem *problem, const float *expected, const subquad_panel_view *sums, const char *what)
{
    for (int32_t datum = 0; datum < problem->data; datum++)
        for (int32_t row = 0; row < problem->rows; row++)
            CHECK(same_bits(*panels_at(sums, row, datum), expected[(int64_t)datum * problem->rows + row]), "%s of %d x %d, %d data: row %d, datum %d", what, (int)problem->rows,
                (int)problem->columns, (int)problem->data, (int)row, (int)datum);
}

static void check_forward(const subquad_core_api *api, struct problem *problem)
{
    const int32_t panels = panels_of(problem->rows), half = problem->data / 2;
    const subquad_panel_view sums = panels_make(problem->rows, problem->data), inputs = panels_make(problem->data, problem->columns);
    const subquad_bf16_view weights = words_make(problem->rows, problem->columns);
    float *expected = buffer_take((size_t)problem->data * (size_t)problem->rows * sizeof(float));
    api->round_bf16(&problem->weights, &weights, panels, 0);
    for (int64_t i = 0; i < (int64_t)problem->rows * problem->columns; i++)
        problem->w[i] = rounded(problem->w[i]);
    for (int32_t datum = 0; datum < problem->data; datum++) {
        for (int32_t column = 0; column < problem->columns; column++)
            *panels_at(&inputs, datum, column) = problem->x[(int64_t)datum * problem->columns + column];
        for (int32_t row = 0; row < problem->rows; row++)
            expected[(int64_t)datum * problem->rows + row] = chain(api, problem, row, datum);
    }

    spoil(&sums);
    api->accumulate_bf16(&weights, &problem->inputs, &sums, 0, panels, 0, problem->data);
    check_sums(problem, expected, &sums, "sums");

    spoil(&sums);
    for (int32_t panel = panels - 2; panel >= 0; panel -= 2) {
        api->accumulate_bf16(&weights, &problem->inputs, &sums, panel, panel + 2, half, problem->data);
        api->accumulate_bf16(&weights, &problem->inputs, &sums, panel, panel + 2, half, half);
        api->accumulate_bf16(&weights, &problem->inputs, &sums, panel, panel + 2, 0, half);
    }
    check_sums(problem, expected, &sums, "sums in parts");

    spoil(&sums);
    api->accumulate_dense_bf16(&weights, &inputs, &sums, 0, panels);
    check_sums(problem, expected, &sums, "dense sums");
    buffer_return(expected);
    buffer_return(weights.data);
    buffer_return(sums.data);
    buffer_return(inputs.data);
}

/* Denormal sums: kept, or zero where the table says so. */
static void check_denormals(const subquad_core_api *api)
{
    const subquad_panel_view source = panels_make(1, 1), sums = panels_make(1, 1);
    const subquad_bf16_view weights = words_make(1, 1);
    float x = ldexpf(1.0f, -70);
    *panels_at(&source, 0, 0) = ldexpf(1.0f, -60);
    api->round_bf16(&source, &weights, 2, 0);
    subquad_active_view inputs = lists_make(&x, 1, 1);
    api->accumulate_bf16(&weights, &inputs, &sums, 0, 2, 0, 1);
    const float expected = (api->capabilities & SUBQUAD_CORE_ROUNDS_INPUTS) != 0 ? 0.0f : ldexpf(1.0f, -130);
    CHECK(same_bits(sums.data[0], expected), "a denormal sum: %g, expected %g", (double)sums.data[0], (double)expected);
    lists_free(&inputs);
    buffer_return(source.data);
    buffer_return(sums.data);
    buffer_return(weights.data);
}

void test_bf16(const subquad_core_api *api)
{
    check_rounding(api);
    check_denormals(api);
    for (size_t i = 0; i < shape_count; i += (size_t)stride) {
        struct problem problem = problem_make(shapes[i], 2);
        check_forward(api, &problem);
        problem_free(&problem);
    }
}
