#include "problem.h"

enum { PANEL = SUBQUAD_CORE_PANEL_ROWS, BLOCK = SUBQUAD_CORE_BLOCK_SIZE };

const struct shape shapes[] = {
    { 1, 1, 1, 1.0 },       { 1, 3, 2, 0.6 },      { 63, 255, 7, 0.1 },    { 64, 511, 2, 0.6 },    { 65, 512, 7, 0.1 },    { 127, 513, 65, 0.01 },
    { 128, 1, 65, 1.0 },    { 129, 1030, 7, 0.1 }, { 513, 255, 65, 0.1 },  { 700, 1030, 65, 0.1 }, { 700, 513, 2, 0.0 },   { 65, 1030, 513, 0.01 },
    { 129, 255, 513, 0.1 }, { 513, 3, 513, 0.6 },  { 128, 512, 7, 1.0 },   { 300, 700, 7, 0.6 },   { 64, 64, 4, 1.0 },
    { 10, 1030, 7, 0.6 },   { 10, 1030, 7, 0.05 }, { 40, 1030, 65, 0.1 },  { 40, 1030, 2, 0.1 },
};
const size_t shape_count = sizeof shapes / sizeof shapes[0];

static float *floats(int64_t count) { return buffer_take((size_t)count * sizeof(float)); }

int32_t panels_of(int32_t rows) { return (rows + 2 * PANEL - 1) / (2 * PANEL) * 2; }

subquad_panel_view panels_make(int32_t rows, int32_t columns)
{
    const int64_t stride = (int64_t)columns * PANEL;
    subquad_panel_view view = { floats(panels_of(rows) * stride), stride, rows, columns };
    return view;
}

float *panels_at(const subquad_panel_view *view, int32_t row, int32_t column)
{
    return view->data + row / PANEL * view->stride + (int64_t)column * PANEL + row % PANEL;
}

subquad_active_view lists_make(const float *rows, int32_t count, int32_t width)
{
    subquad_active_view lists = { count, width, (width + BLOCK - 1) / BLOCK, NULL, NULL, NULL };
    int64_t entries = 0;
    for (int64_t i = 0; i < (int64_t)count * width; i++)
        entries += rows[i] != 0;
    lists.starts = buffer_take(((size_t)lists.blocks * (size_t)count + 1) * sizeof *lists.starts);
    lists.offsets = buffer_take((size_t)entries * sizeof *lists.offsets);
    lists.values = floats(entries);

    int64_t next = 0, run = 0;
    for (int32_t block = 0; block < lists.blocks; block++)
        for (int32_t datum = 0; datum < count; datum++) {
            for (int32_t neuron = block * BLOCK; neuron < width && neuron < (block + 1) * BLOCK; neuron++) {
                const float value = rows[(int64_t)datum * width + neuron];
                if (value == 0)
                    continue;
                lists.offsets[next] = (uint16_t)(neuron % BLOCK);
                lists.values[next++] = value;
            }
            lists.starts[++run] = next;
        }
    return lists;
}

void lists_free(subquad_active_view *lists)
{
    buffer_return(lists->starts);
    buffer_return(lists->offsets);
    buffer_return(lists->values);
}

int64_t lists_entries(const subquad_active_view *lists) { return lists->starts[(int64_t)lists->blocks * lists->count]; }

int64_t lists_place(const subquad_active_view *lists, int32_t datum, int32_t neuron)
{
    const int64_t *run = lists->starts + (int64_t)(neuron / BLOCK) * lists->count + datum;
    for (int64_t entry = run[0]; entry < run[1]; entry++)
        if (lists->offsets[entry] == neuron % BLOCK)
            return entry;
    return -1;
}

/* The inputs' lists transposed: rows and columns of x change places. */
static subquad_transposed_view turn(const struct problem *problem)
{
    float *turned = floats((int64_t)problem->columns * problem->data);
    for (int32_t datum = 0; datum < problem->data; datum++)
        for (int32_t column = 0; column < problem->columns; column++)
            turned[(int64_t)column * problem->data + datum] = problem->x[(int64_t)datum * problem->columns + column];
    subquad_transposed_view view = { lists_make(turned, problem->columns, problem->data), NULL };
    buffer_return(turned);

    view.positions = buffer_take((size_t)lists_entries(&view.lists) * sizeof *view.positions);
    for (int32_t column = 0; column < problem->columns; column++)
        for (int32_t datum = 0; datum < problem->data; datum++) {
            const int64_t entry = lists_place(&view.lists, column, datum);
            if (entry >= 0)
                view.positions[entry] = (int32_t)lists_place(&problem->inputs, datum, column);
        }
    return view;
}

static float *sparse(int32_t count, int32_t width, double density, int32_t empty, uint32_t *state)
{
    float *rows = floats((int64_t)count * width);
    for (int32_t datum = 0; datum < count; datum++)
        for (int32_t neuron = 0; neuron < width; neuron++)
            if (random_double(state) < density && datum != empty && datum != 6)
                rows[(int64_t)datum * width + neuron] = random_float(state);
    return rows;
}

struct problem problem_make(struct shape shape, uint32_t seed)
{
    struct problem problem = { .rows = shape.rows, .columns = shape.columns, .data = shape.data };
    problem.weights = panels_make(shape.rows, shape.columns);
    problem.w = floats((int64_t)shape.rows * shape.columns);
    for (int32_t column = 0; column < shape.columns; column++)
        for (int32_t row = 0; row < shape.rows; row++) {
            const float value = random_float(&seed);
            problem.w[(int64_t)column * shape.rows + row] = value;
            *panels_at(&problem.weights, row, column) = value;
        }
    problem.x = sparse(shape.data, shape.columns, shape.density, 1, &seed);
    problem.u = sparse(shape.data, shape.rows, shape.density, 2, &seed);
    problem.inputs = lists_make(problem.x, shape.data, shape.columns);
    problem.outputs = lists_make(problem.u, shape.data, shape.rows);
    problem.turned = turn(&problem);
    return problem;
}

void problem_free(struct problem *problem)
{
    buffer_return(problem->w);
    buffer_return(problem->x);
    buffer_return(problem->u);
    buffer_return(problem->weights.data);
    lists_free(&problem->inputs);
    lists_free(&problem->outputs);
    lists_free(&problem->turned.lists);
    buffer_return(problem->turned.positions);
}
