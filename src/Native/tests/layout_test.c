/* Layouts against the formulas, element by element; panels from the last to the first, which are independent. */
#include <math.h>
#include <string.h>
#include "problem.h"

enum { PANEL = SUBQUAD_CORE_PANEL_ROWS };

/* Every element of the panels, padding included, is something that no verb leaves there. */
static subquad_panel_view soiled(int32_t rows, int32_t columns)
{
    subquad_panel_view view = panels_make(rows, columns);
    for (int64_t i = 0; i < panels_of(rows) * view.stride; i++)
        view.data[i] = 9.0f;
    return view;
}

static void check_spread(const subquad_core_api *api, const struct problem *problem)
{
    const int32_t data = problem->data, width = problem->columns, panels = panels_of(data);
    /* A column more in memory than in the view lies between its panels. */
    subquad_panel_view rows = soiled(data, width + 1);
    rows.columns = width;
    for (int32_t panel = panels - 1; panel >= 0; panel--)
        api->spread(&problem->inputs, &rows, panel, panel + 1);
    for (int32_t row = 0; row < panels * PANEL; row++) {
        for (int32_t column = 0; column < width; column++)
            CHECK(same_bits(*panels_at(&rows, row, column), row < data ? problem->x[(int64_t)row * width + column] : 0), "spread: (%d, %d)", (int)row, (int)column);
        CHECK(*panels_at(&rows, row, width) == 9.0f, "spread: between panels, row %d", (int)row);
    }
    buffer_return(rows.data);
}

static void check_subtract(const subquad_core_api *api, int32_t rows, int32_t columns)
{
    const float scale = 0.3f;
    uint32_t state = (uint32_t)(rows + 1000 * columns);
    subquad_panel_view source = panels_make(rows, columns), turned = panels_make(columns, rows), target = soiled(rows, columns);
    const int32_t panels = panels_of(rows);
    for (int32_t row = 0; row < rows; row++)
        for (int32_t column = 0; column < columns; column++) {
            *panels_at(&source, row, column) = random_float(&state);
            *panels_at(&turned, column, row) = random_float(&state);
        }
    for (int32_t panel = panels - 1; panel >= 0; panel--)
        api->subtract_transposed(&source, &turned, scale, &target, panel, panel + 1);
    for (int32_t row = 0; row < panels * PANEL; row++)
        for (int32_t column = 0; column < columns; column++) {
            /* Rounded twice. */
            const volatile float term = row < rows ? scale * *panels_at(&turned, column, row) : 0;
            const float expected = row < rows ? *panels_at(&source, row, column) - term : 0;
            CHECK(same_bits(*panels_at(&target, row, column), expected), "subtracted: (%d, %d) of %d x %d", (int)row, (int)column, (int)rows, (int)columns);
        }
    api->subtract_transposed(&source, &turned, scale, &source, 0, panels);
    CHECK(memcmp(source.data, target.data, (size_t)(panels * source.stride) * sizeof(float)) == 0, "subtracted in place: %d x %d", (int)rows, (int)columns);
    buffer_return(source.data);
    buffer_return(turned.data);
    buffer_return(target.data);
}

static void check_narrow(const subquad_core_api *api, int32_t n)
{
    uint32_t state = (uint32_t)n;
    const int64_t stride = n + 3;
    double *gram = buffer_take((size_t)(n * stride) * sizeof *gram);
    subquad_panel_view matrix = soiled(n, n);
    const int32_t panels = panels_of(n);
    /* What lies above the diagonal has no meaning. */
    for (int32_t row = 0; row < n; row++)
        for (int32_t column = 0; column < stride; column++)
            gram[row * stride + column] = column <= row ? random_double(&state) - 0.5 : NAN;
    for (int32_t panel = panels - 1; panel >= 0; panel--)
        api->narrow_symmetric(gram, stride, &matrix, panel, panel + 1);
    for (int32_t row = 0; row < panels * PANEL; row++)
        for (int32_t column = 0; column < n; column++) {
            const float expected = row >= n ? 0 : (float)(row >= column ? gram[row * stride + column] : gram[column * stride + row]);
            CHECK(same_bits(*panels_at(&matrix, row, column), expected), "narrowed: (%d, %d) of %d", (int)row, (int)column, (int)n);
        }
    buffer_return(gram);
    buffer_return(matrix.data);
}

void test_layout(const subquad_core_api *api)
{
    for (int32_t n = 1; n <= 256; n += stride) {
        check_subtract(api, n, 3);
        check_subtract(api, 3, n);
        check_narrow(api, n);
    }
    for (size_t i = 0; i < shape_count; i++) {
        struct problem problem = problem_make(shapes[i], 5);
        check_spread(api, &problem);
        check_subtract(api, problem.rows, problem.data);
        problem_free(&problem);
    }
}
