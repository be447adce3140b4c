/* Pull-back, push-forward and scatter are the promised chains bit for bit, whole or in parts. */
#include <math.h>
#include <string.h>
#include "problem.h"

static const float scale = 0.37f;

static float w_of(const struct problem *problem, int32_t row, int32_t column) { return problem->w[(int64_t)column * problem->rows + row]; }
static float x_of(const struct problem *problem, int32_t datum, int32_t column) { return problem->x[(int64_t)datum * problem->columns + column]; }
static float u_of(const struct problem *problem, int32_t datum, int32_t row) { return problem->u[(int64_t)datum * problem->rows + row]; }

static void check_pull_back(const subquad_core_api *api, const struct problem *problem, int32_t *scratch)
{
    const size_t bytes = (size_t)lists_entries(&problem->inputs) * sizeof(float);
    float *pulled = buffer_take(bytes), *parts = buffer_take(bytes);
    api->pull_back(&problem->weights, &problem->outputs, &problem->turned, pulled, scratch, 0, problem->columns);
    for (int32_t column = problem->columns - 1; column >= 0; column--)
        api->pull_back(&problem->weights, &problem->outputs, &problem->turned, parts, scratch, column, column + 1);
    CHECK(memcmp(pulled, parts, bytes) == 0, "pulled in parts");
    for (int32_t datum = 0; datum < problem->data; datum++)
        for (int32_t column = 0; column < problem->columns; column++) {
            if (x_of(problem, datum, column) == 0)
                continue;
            float expected = 0;
            for (int32_t row = 0; row < problem->rows; row++)
                if (u_of(problem, datum, row) != 0)
                    expected = fmaf(w_of(problem, row, column), u_of(problem, datum, row), expected);
            CHECK(same_bits(pulled[lists_place(&problem->inputs, datum, column)], expected), "pulled: datum %d, input %d", (int)datum, (int)column);
        }
    buffer_return(pulled);
    buffer_return(parts);
}

static void check_push_forward(const subquad_core_api *api, const struct problem *problem, int32_t *scratch)
{
    float *pushed = buffer_take((size_t)lists_entries(&problem->outputs) * sizeof(float));
    for (int32_t block = problem->outputs.blocks - 1; block >= 0; block--)
        api->push_forward(&problem->weights, &problem->outputs, &problem->turned, pushed, scratch, block, block + 1);
    for (int32_t datum = 0; datum < problem->data; datum++)
        for (int32_t row = 0; row < problem->rows; row++) {
            if (u_of(problem, datum, row) == 0)
                continue;
            float expected = 0;
            for (int32_t column = 0; column < problem->columns; column++)
                if (x_of(problem, datum, column) != 0)
                    expected = fmaf(w_of(problem, row, column), x_of(problem, datum, column), expected);
            CHECK(same_bits(pushed[lists_place(&problem->outputs, datum, row)], expected), "pushed: datum %d, output %d", (int)datum, (int)row);
        }
    buffer_return(pushed);
}

/* The weights of the problem change. */
static void check_scatter(const subquad_core_api *api, const struct problem *problem, int32_t *scratch)
{
    for (int32_t block = problem->outputs.blocks - 1; block >= 0; block--)
        api->scatter(&problem->weights, &problem->outputs, &problem->turned, scale, scratch, block, block + 1);
    for (int32_t column = 0; column < problem->columns; column++)
        for (int32_t row = 0; row < problem->rows; row++) {
            float expected = w_of(problem, row, column);
            for (int32_t datum = 0; datum < problem->data; datum++)
                if (u_of(problem, datum, row) != 0 && x_of(problem, datum, column) != 0)
                    expected = fmaf(u_of(problem, datum, row), scale * x_of(problem, datum, column), expected);
            CHECK(same_bits(*panels_at(&problem->weights, row, column), expected), "scattered: row %d, column %d", (int)row, (int)column);
        }
}

void test_pairs(const subquad_core_api *api)
{
    for (size_t i = 0; i < shape_count; i += (size_t)stride) {
        struct problem problem = problem_make(shapes[i], 3);
        int32_t *scratch = buffer_take((size_t)api->pair_scratch(&problem.outputs) * sizeof *scratch);
        check_pull_back(api, &problem, scratch);
        check_push_forward(api, &problem, scratch);
        check_scatter(api, &problem, scratch);
        buffer_return(scratch);
        problem_free(&problem);
    }
}
