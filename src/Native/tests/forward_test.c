/* Forward passes and norms are the promised chains bit for bit, whole or in parts; a Gram matrix is within its bound. */
#include <math.h>
#include <string.h>
#include "problem.h"

/* The promised chains of a datum, a row each: inputs ascending, from zero. */
static void chains(const struct problem *problem, int32_t datum, int squares, float *sums)
{
    memset(sums, 0, (size_t)problem->rows * sizeof *sums);
    for (int32_t column = 0; column < problem->columns; column++) {
        const float x = problem->x[(int64_t)datum * problem->columns + column], *w = problem->w + (int64_t)column * problem->rows;
        for (int32_t row = 0; row < problem->rows && x != 0; row++)
            sums[row] = fmaf(squares ? w[row] : x, w[row], sums[row]);
    }
}

/* Results are overwritten: nothing of what was there may show. */
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

static void check_forward(const subquad_core_api *api, const struct problem *problem)
{
    const int32_t panels = panels_of(problem->rows), half = problem->data / 2;
    const subquad_panel_view sums = panels_make(problem->rows, problem->data), inputs = panels_make(problem->data, problem->columns);
    float *expected = buffer_take((size_t)problem->data * (size_t)problem->rows * sizeof(float));
    for (int32_t datum = 0; datum < problem->data; datum++) {
        for (int32_t column = 0; column < problem->columns; column++)
            *panels_at(&inputs, datum, column) = problem->x[(int64_t)datum * problem->columns + column];
        chains(problem, datum, 0, expected + (int64_t)datum * problem->rows);
    }

    spoil(&sums);
    api->accumulate(&problem->weights, &problem->inputs, &sums, 0, panels, 0, problem->data);
    check_sums(problem, expected, &sums, "sums");

    spoil(&sums);
    for (int32_t panel = panels - 2; panel >= 0; panel -= 2) {
        api->accumulate(&problem->weights, &problem->inputs, &sums, panel, panel + 2, half, problem->data);
        api->accumulate(&problem->weights, &problem->inputs, &sums, panel, panel + 2, half, half);
        api->accumulate(&problem->weights, &problem->inputs, &sums, panel, panel + 2, 0, half);
    }
    check_sums(problem, expected, &sums, "sums in parts");

    spoil(&sums);
    api->accumulate_dense(&problem->weights, &inputs, &sums, 0, panels);
    check_sums(problem, expected, &sums, "dense sums");
    buffer_return(expected);
    buffer_return(sums.data);
    buffer_return(inputs.data);
}

static void check_norms(const subquad_core_api *api, const struct problem *problem)
{
    const float raise = 1.0f + 1.0f / 1024;
    const int32_t panels = panels_of(problem->rows);
    const subquad_panel_view norms = panels_make(problem->rows, problem->data);
    float *rows = buffer_take((size_t)panels * SUBQUAD_CORE_PANEL_ROWS * sizeof(float)), *expected = buffer_take((size_t)problem->rows * sizeof(float));
    spoil(&norms);
    api->support_norms(&problem->weights, &problem->inputs, raise, &norms, 0, panels);
    api->row_norms(&problem->weights, raise, rows, 0, panels);
    for (int32_t row = 0; row < panels * SUBQUAD_CORE_PANEL_ROWS; row++) {
        float squares = 0;
        for (int32_t column = 0; column < problem->columns && row < problem->rows; column++) {
            const float w = problem->w[(int64_t)column * problem->rows + row];
            squares = fmaf(w, w, squares);
        }
        CHECK(same_bits(rows[row], raise * sqrtf(squares)), "norm of row %d of %d", (int)row, (int)problem->rows);
    }
    for (int32_t datum = 0; datum < problem->data; datum++) {
        chains(problem, datum, 1, expected);
        for (int32_t row = 0; row < problem->rows; row++)
            CHECK(same_bits(*panels_at(&norms, row, datum), raise * sqrtf(expected[row])), "norm on a support: row %d, datum %d", (int)row, (int)datum);
    }
    buffer_return(expected);
    buffer_return(rows);
    buffer_return(norms.data);
}

/* U U^T for the rows x of a problem. */
static void check_gram(const subquad_core_api *api, const struct problem *problem)
{
    const int32_t n = problem->data, panels = panels_of(n), stride = panels * SUBQUAD_CORE_PANEL_ROWS;
    const subquad_panel_view rows = panels_make(n, problem->columns);
    double *gram = buffer_take((size_t)n * (size_t)stride * sizeof(double));
    for (int32_t datum = 0; datum < n; datum++)
        for (int32_t column = 0; column < problem->columns; column++)
            *panels_at(&rows, datum, column) = problem->x[(int64_t)datum * problem->columns + column];
    for (int32_t panel = 0; panel < panels; panel += 2)
        api->gram(&rows, &problem->inputs, gram, stride, panel, panel + 2);
    /* Columns that are zero in one row add nothing. */
    int32_t *filled = buffer_take((size_t)problem->columns * sizeof *filled);
    for (int32_t i = 0; i < n; i++) {
        int32_t count = 0;
        for (int32_t column = 0; column < problem->columns; column++)
            if (problem->x[(int64_t)i * problem->columns + column] != 0)
                filled[count++] = column;
        for (int32_t j = 0; j <= i; j++) {
            double sum = 0, size = 0;
            for (int32_t k = 0; k < count; k++) {
                const double product = (double)problem->x[(int64_t)i * problem->columns + filled[k]] * problem->x[(int64_t)j * problem->columns + filled[k]];
                sum += product;
                size += fabs(product);
            }
            CHECK(fabs(gram[(int64_t)i * stride + j] - sum) <= 65 * ldexp(size, -24), "gram[%d, %d] of %d data, %d inputs", (int)i, (int)j, (int)n, (int)problem->columns);
        }
    }
    buffer_return(filled);
    buffer_return(gram);
    buffer_return(rows.data);
}

/* After a one, every further product is half a bit too small for a float32 chain that contains the one: only the first chain may lose them. */
static void check_widening(const subquad_core_api *api)
{
    enum { WIDTH = 1030, CHAIN = 64 };
    const float root = 1.0f / 8192, small = 1.0f / 4096;
    float *right = buffer_take(WIDTH * sizeof(float));
    double *gram = buffer_take(2 * SUBQUAD_CORE_PANEL_ROWS * sizeof(double));
    const subquad_panel_view rows = panels_make(1, WIDTH);
    for (int32_t column = 0; column < WIDTH; column++) {
        *panels_at(&rows, 0, column) = column == 0 ? 1.0f : root;
        right[column] = column == 0 ? 1.0f : small;
    }
    subquad_active_view entries = lists_make(right, 1, WIDTH);
    api->gram(&rows, &entries, gram, 2 * SUBQUAD_CORE_PANEL_ROWS, 0, 2);
    const double term = (double)root * small;
    CHECK(fabs(gram[0] - (1 + (WIDTH - 1) * term)) <= (CHAIN - 1) * term, "a Gram matrix loses more than the terms of one chain");
    lists_free(&entries);
    buffer_return(rows.data);
    buffer_return(gram);
    buffer_return(right);
}

void test_forward(const subquad_core_api *api)
{
    check_widening(api);
    for (size_t i = 0; i < shape_count; i += (size_t)stride) {
        struct problem problem = problem_make(shapes[i], 1);
        check_forward(api, &problem);
        check_norms(api, &problem);
        check_gram(api, &problem);
        problem_free(&problem);
    }
}
